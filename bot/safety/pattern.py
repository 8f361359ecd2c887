"""The language that the lexicon's patterns are written in, and what it compiles to.

A pattern is a row of words. `(a|b c)` stands for either, `x?` and `(a|b)?` may be absent, `~3` is a
gap of up to three words within a sentence (`~0`: no gap, but the next word stands in the same
sentence), `{name}` is a word list of `words.yml`, and `suicid*` is any word that begins so. `^` in
front and `$` at the end stand for the edges of the text: `^ help $` is a text that says nothing
else. Patterns are data: they hold no code and cannot loop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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


def parse_pattern(text: str, lists: WordLists) -> Pattern:
    """Read one pattern.

    Raises:
        PatternError: unknown word list, gap at an end or too long, edge in the middle, or
            nothing that must stand.
    """
    pattern = tuple(_element(part, lists, text) for part in _PARTS.findall(text))
    if not any(isinstance(part, Group) and not part.optional for part in pattern):
        raise PatternError(f"no word must stand in {text!r}")
    if _begins_with_gap(pattern) or _begins_with_gap(pattern[::-1]):
        raise PatternError(f"a gap at the end of {text!r}")
    if Edge.START in pattern[1:] or Edge.END in pattern[:-1]:
        raise PatternError(f"an edge of the text inside {text!r}")
    return pattern


def _begins_with_gap(pattern: Sequence[Element]) -> bool:
    """Whether a gap stands before any word that must: a cover would hide words it does not name."""
    needed = (part for part in pattern if not (isinstance(part, Group) and part.optional))
    return isinstance(next(needed), Gap)


def _element(part: str, lists: WordLists, pattern: str) -> Element:
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
    phrases = frozenset(
        phrase
        for alternative in inner.split("|")
        for phrase in _expanded(alternative, lists, pattern)
    )
    return Group(phrases, optional)


def _expanded(alternative: str, lists: WordLists, pattern: str) -> list[Phrase]:
    words = alternative.split()
    if not words or re.search(r"[()~?]", alternative):
        raise PatternError(f"cannot read {alternative!r} in {pattern!r}")
    choices = [_choices(word, lists, pattern) for word in words]
    phrases = [tuple(word for phrase in row for word in phrase) for row in product(*choices)]
    if any("*" in "".join(phrase) and len(phrase) > 1 for phrase in phrases):
        raise PatternError(f"a word with * must stand alone in {pattern!r}")
    return phrases


def _choices(word: str, lists: WordLists, pattern: str) -> list[Phrase]:
    if not word.startswith("{"):
        return [(word,)]
    name = word[1:-1]
    if not word.endswith("}") or name not in lists:
        raise PatternError(f"no word list {word} for {pattern!r}")
    # A list may name other lists.
    return [phrase for entry in lists[name] for phrase in _expanded(entry, lists, f"{{{name}}}")]
