"""The language that the lexicon's patterns are written in, and what it compiles to.

A pattern is a row of words. `(a|b c)` stands for either, `x?` and `(a|b)?` may be absent, `~3` is a
gap of up to three words within a sentence (`~0`: no gap, but the next word stands in the same
sentence), `{name}` is a word list of `words.yml`, and `suicid*` is any word that begins so. `^` in
front and `$` at the end stand for the edges of the text: `^ help $` is a text that says nothing
else. Patterns are data: they hold no code and cannot loop.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

Phrase = tuple[str, ...]
WordLists = Mapping[str, Sequence[str]]

_PARTS = re.compile(r"~\d+|\([^()]*\)\??|\S+")
_LONGEST_GAP = 15


class PatternError(ValueError):
    """A pattern that cannot be read; the message names it."""


@dataclass(frozen=True)
class Group:
    """Any one of some phrases stands here; nothing at all if it is optional."""

    phrases: frozenset[Phrase]
    optional: bool = False


@dataclass(frozen=True)
class Gap:
    """Up to `words` words of any kind, none of which begins a new sentence.

    With no words at all: the next word does not begin a new sentence either.
    """

    words: int


class Edge(str, Enum):
    """Where the text begins or ends."""

    START = "^"
    END = "$"


Element = Group | Gap | Edge
Pattern = tuple[Element, ...]


class PatternParser:
    """Reads patterns that name the word lists `lists`.

    What stands in several patterns is one object: there are a hundred thousand phrases, and sets of
    them are compared for every text.
    """

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self._parts: dict[str, Element] = {}
        self._of_list: dict[str, list[Phrase]] = {}
        self._phrases: dict[Phrase, Phrase] = {}
        self._groups: dict[frozenset[Phrase], frozenset[Phrase]] = {}

    def parse(self, text: str) -> Pattern:
        """Read one pattern.

        Raises:
            PatternError: unknown word list, gap at an end or too long, edge in the middle, or
                nothing that must stand.
        """
        pattern = tuple(self._element(part, text) for part in _PARTS.findall(text))
        if not any(isinstance(part, Group) and not part.optional for part in pattern):
            raise PatternError(f"no word must stand in {text!r}")
        if _begins_with_gap(pattern) or _begins_with_gap(pattern[::-1]):
            raise PatternError(f"a gap at the end of {text!r}")
        if Edge.START in pattern[1:] or Edge.END in pattern[:-1]:
            raise PatternError(f"an edge of the text inside {text!r}")
        return pattern

    def group(self, phrases: Iterable[Phrase], *, optional: bool = False) -> Group:
        """Any one of `phrases`."""
        shared = frozenset([self._phrases.setdefault(phrase, phrase) for phrase in phrases])
        return Group(self._groups.setdefault(shared, shared), optional)

    def _element(self, part: str, pattern: str) -> Element:
        if part not in self._parts:
            self._parts[part] = self._read(part, pattern)
        return self._parts[part]

    def _read(self, part: str, pattern: str) -> Element:
        if part in (Edge.START.value, Edge.END.value):
            return Edge(part)
        if part.startswith("~"):
            words = int(part[1:])
            if words > _LONGEST_GAP:
                raise PatternError(f"a gap of more than {_LONGEST_GAP} words in {pattern!r}")
            return Gap(words)
        optional = part.endswith("?")
        inner = part.removesuffix("?")
        if inner.startswith("(") and inner.endswith(")"):
            inner = inner[1:-1]
        phrases = (
            phrase
            for alternative in inner.split("|")
            for phrase in self._expanded(alternative, pattern)
        )
        return self.group(phrases, optional=optional)

    def _expanded(self, alternative: str, pattern: str) -> list[Phrase]:
        words = alternative.split()
        if not words or re.search(r"[()~?]", alternative):
            raise PatternError(f"cannot read {alternative!r} in {pattern!r}")
        choices = [self._choices(word, pattern) for word in words]
        phrases = [tuple(word for phrase in row for word in phrase) for row in product(*choices)]
        if any("*" in "".join(phrase) and len(phrase) > 1 for phrase in phrases):
            raise PatternError(f"a word with * must stand alone in {pattern!r}")
        return phrases

    def _choices(self, word: str, pattern: str) -> list[Phrase]:
        if not word.startswith("{"):
            return [(sys.intern(word),)]
        name = word[1:-1]
        if not word.endswith("}") or name not in self._lists:
            raise PatternError(f"no word list {word} for {pattern!r}")
        if name not in self._of_list:
            # A list may name other lists.
            self._of_list[name] = [
                phrase
                for entry in self._lists[name]
                for phrase in self._expanded(entry, f"{{{name}}}")
            ]
        return self._of_list[name]


def _begins_with_gap(pattern: Sequence[Element]) -> bool:
    """Whether a gap stands before any word that must: a cover would hide words it does not name."""
    needed = (part for part in pattern if not (isinstance(part, Group) and part.optional))
    return isinstance(next(needed), Gap)
