"""Brings a message to the spelling of the lexicon: plain words, however they were typed.

Only the screen reads the result. Unlike `normalise` it loses information on purpose: accents,
apostrophes, look-alike letters, letters for digits, repeated and spaced letters, text-speak.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.safety.contractions import join_contractions
from bot.safety.letters import plain_letters
from bot.safety.normalise import normalise

SPELLING_FILE = Path(__file__).parent / "spelling.yml"

#: Chinese and Japanese characters and Korean syllables: words are not spaced, or carry endings.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"
#: Three dots are a pause, and no end of a sentence.
_TOKENS = re.compile(
    rf"(?P<break>(?<!\.)(?!\.{{2,}}(?:\s|$))[.!?;:\u2026\u3002\u061f\u00a1\u00bf]+(?=\s|$))"
    rf"|[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:\*+[^\W_{_UNSPACED}]+)*"
)
_LETTER_RUNS = re.compile(r"\d+|\D+")
#: Letters and numbers that take turns more often than in "took20pills" are a code: no words in it.
_MOST_RUNS = 6
_REPEATED = re.compile(r"(\w)\1{2,}")
#: A sign next to a number is a price or a time of day.
_WORD_WITH_SIGNS = re.compile(
    r"(?:[@$]+(?=[a-z])|(?<![@$])[a-z0-9])[a-z0-9]*(?:[@$!|]+[a-z0-9]+)*(?:(?<=[a-z])[@$]+)?"
)
_SIGNS = str.maketrans({"@": "a", "$": "s", "!": "i", "|": "i"})
_MARKS_IN_WORD = re.compile(r"[!|]+")
#: How many single letters in a row are one word spelled out.
_SPELLED_OUT = 3
_SHORTEST_FUZZY = 6
_LONGEST_FUZZY = 24
_SHORTEST_GLUED = 5
_LONGEST_PIECE = 18
_MANY_PIECES = 4
_LONG_PIECES = 3
#: How many words and their respellings are kept: few words make up most of what people write.
_KEPT_WORDS = 4096


class Spelling(StrictRecord):
    """How people type, as `spelling.yml` lists it.

    `letters` are look-alikes of Latin letters, `digits` the letters that digits and signs stand
    for, `emoji` words for emoji, `words` other spellings of single words, `phrases` of several
    words, `fuzzy` words that are recognised with one letter wrong, `common` words that glued text
    may hold besides those of the lexicon, `telling` those of which it must hold one.
    """

    letters: dict[str, str]
    digits: dict[str, str]
    emoji: dict[str, str]
    words: dict[str, str]
    phrases: dict[str, str]
    fuzzy: tuple[str, ...]
    ordinary: tuple[str, ...]
    common: tuple[str, ...]
    telling: tuple[str, ...]


@dataclass(frozen=True)
class Folded:
    """The words of a text. Bit n of `breaks`: a sentence begins at word n."""

    words: tuple[str, ...]
    breaks: int


def load_spelling(file: Path = SPELLING_FILE) -> Spelling:
    """Read the spelling tables.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    spelling: Spelling = read_yaml(file).parse(Spelling)
    return spelling


def plain_phrase(text: str) -> tuple[str, ...]:
    """The words of a lexicon phrase, in the form that texts are folded to."""
    tokens = _TOKENS.finditer(plain_letters(normalise(text)))
    return tuple(token.group() for token in tokens if not token.group("break"))


class Folder:
    """Folds texts towards the words of one lexicon.

    Args:
        words: every word that a pattern asks for.
        begins_known: whether a pattern asks for words that begin like this one.
    """

    def __init__(
        self, spelling: Spelling, words: frozenset[str], begins_known: Callable[[str], bool]
    ) -> None:
        self._words = words
        self._begins_known = begins_known
        self._respelled = {k: v.split() for k, v in spelling.words.items()}
        self._letters = str.maketrans(spelling.letters)
        self._digits = [
            str.maketrans(spelling.digits),
            str.maketrans({**spelling.digits, "1": "l"}),
        ]
        self._emoji = str.maketrans({k: f" {v} " for k, v in spelling.emoji.items()})
        self._pieces = words | frozenset(spelling.common) | frozenset(spelling.telling)
        self._telling = frozenset(spelling.telling)
        self._fuzzy = _one_letter_less(spelling.fuzzy)
        self._ordinary = frozenset(spelling.ordinary)
        self._phrases: dict[str, list[tuple[list[str], list[str]]]] = {}
        for phrase, instead in sorted(spelling.phrases.items(), key=lambda item: -len(item[0])):
            first = phrase.split()[0]
            self._phrases.setdefault(first, []).append((phrase.split(), instead.split()))
        self._respell = lru_cache(_KEPT_WORDS)(self._respell_anew)

    def fold(self, text: str) -> Folded:
        """The words of `text`, all of it."""
        tokens = self._respell_phrases(
            [
                (piece, begins and place == 0)
                for word, begins in join_contractions(self._spelled_out(self._tokens(text)))
                for place, piece in enumerate(self._respell(word))
            ]
        )
        breaks = sum(1 << place for place, (_, begins) in enumerate(tokens) if begins)
        return Folded(tuple(word for word, _ in tokens), breaks)

    def _tokens(self, text: str) -> list[tuple[str, bool]]:
        plain = plain_letters(normalise(text).translate(self._emoji))
        plain = _WORD_WITH_SIGNS.sub(lambda word: self._without_signs(word.group()), plain)
        tokens: list[tuple[str, bool]] = []
        begins = False
        for found in _TOKENS.finditer(plain):
            if found.group("break"):
                begins = bool(tokens)
            else:
                tokens.append((found.group(), begins))
                begins = False
        return tokens

    def _without_signs(self, word: str) -> str:
        """`k!ll` is one word, `drooping!help` are two."""
        whole = word.translate(_SIGNS)
        if not _MARKS_IN_WORD.search(word) or self._known_reading(whole):
            return whole
        return _MARKS_IN_WORD.sub(" ", word).translate(_SIGNS)

    def _spelled_out(self, tokens: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
        """Put words together that were typed letter by letter."""
        whole: list[tuple[str, bool]] = []
        for single, run in groupby(tokens, key=lambda token: self._is_single_letter(token[0])):
            letters = list(run)
            word = "".join(letter for letter, _ in letters).translate(self._letters)
            if single and len(letters) >= _SPELLED_OUT and (pieces := self._pieces_of(word)):
                whole += [
                    (piece, letters[0][1] and not place) for place, piece in enumerate(pieces)
                ]
            else:
                whole += letters
        return whole

    def _is_single_letter(self, word: str) -> bool:
        letter = word.translate(self._letters)
        return len(letter) == 1 and letter.isascii() and letter.isalpha()

    def _respell_anew(self, word: str) -> Sequence[str]:
        known = self._known_reading(word)
        if known:
            return known
        for candidate in self._candidates(word):
            pieces = self._unglued(candidate)
            if pieces:
                return pieces
        close = self._close_to(word)
        if close:
            return [close]
        return self._digits_apart(word)

    def _known_reading(self, word: str) -> list[str] | None:
        candidates = self._candidates(word)
        for known in (self._words.__contains__, self._is_known):
            for candidate in candidates:
                if candidate in self._respelled:
                    return self._respelled[candidate]
                if known(candidate):
                    return [candidate]
        return None

    def _digits_apart(self, word: str) -> list[str]:
        if word.isdigit() or word.isalpha():
            return [word]
        runs = _LETTER_RUNS.findall(word)
        if len(runs) > _MOST_RUNS:
            return [word]
        return [piece for run in runs for piece in self._respelled.get(run, [run])]

    def _is_known(self, word: str) -> bool:
        return word in self._words or (word.isalpha() and self._begins_known(word))

    def _candidates(self, word: str) -> list[str]:
        """Other readings of an unknown word, the likeliest first."""
        readings = [word]
        latin = word.translate(self._letters)
        if latin != word:
            readings.append(latin)
        if not latin.isdigit():
            readings += [latin.translate(table) for table in self._digits if not latin.isalpha()]
        for reading in list(readings):
            if _REPEATED.search(reading):
                readings += [_REPEATED.sub(r"\1\1", reading), _REPEATED.sub(r"\1", reading)]
            if reading.endswith("in"):
                readings.append(f"{reading}g")
        return list(dict.fromkeys(readings))

    def _close_to(self, word: str) -> str | None:
        if not _SHORTEST_FUZZY <= len(word) <= _LONGEST_FUZZY or word in self._ordinary:
            return None
        shorter = [word[:place] + word[place + 1 :] for place in range(len(word))]
        return next((self._fuzzy[form] for form in (word, *shorter) if form in self._fuzzy), None)

    def _unglued(self, word: str) -> list[str] | None:
        """The fewest known words that `word` is made of.

        One of them must be a telling one, or they must be many and long: no name is made of those.
        """
        pieces = self._pieces_of(word)
        if pieces is None:
            return None
        many = len(pieces) >= _MANY_PIECES and len(word) >= _LONG_PIECES * len(pieces)
        return pieces if many or not self._telling.isdisjoint(pieces) else None

    def _pieces_of(self, word: str) -> list[str] | None:
        """The fewest known words that `word` is made of."""
        if len(word) < _SHORTEST_GLUED:
            return [word] if word in self._words else None
        best: list[tuple[int, int] | None] = [(0, 0)]
        for end in range(1, len(word) + 1):
            ways = [
                (before[0] + 1, start)
                for start in range(max(0, end - _LONGEST_PIECE), end)
                if (before := best[start]) is not None and word[start:end] in self._pieces
            ]
            best.append(min(ways) if ways else None)
        pieces: list[str] = []
        end = len(word)
        while end and (way := best[end]) is not None:
            pieces.append(word[way[1] : end])
            end = way[1]
        pieces.reverse()
        return None if end else pieces

    def _respell_phrases(self, tokens: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
        changed: list[tuple[str, bool]] = []
        place = 0
        while place < len(tokens):
            word, begins = tokens[place]
            for phrase, instead in self._phrases.get(word, ()):
                if [token for token, _ in tokens[place : place + len(phrase)]] == phrase:
                    changed += [(new, begins and n == 0) for n, new in enumerate(instead)]
                    place += len(phrase)
                    break
            else:
                changed.append(tokens[place])
                place += 1
        return changed


def _one_letter_less(words: tuple[str, ...]) -> dict[str, str]:
    """Every form of `words` with at most one letter left out, and the word it comes from."""
    forms = {word[:place] + word[place + 1 :]: word for word in words for place in range(len(word))}
    return forms | {word: word for word in words}
