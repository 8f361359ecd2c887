"""Where the words of the lexicon stand in one text, as bit masks over its words.

Bit n of a mask is word n. All positions advance through a pattern at once, by shifts of whole
numbers: nothing backtracks, and the work grows with the length of the text and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.safety.pattern import Edge, Element, Gap, Group, Pattern, Phrase

#: Stands in a spaCy document for every word that the lexicon does not know: what patients write is
#: not to pile up in the vocabulary.
_UNKNOWN = "\u2026"


@dataclass
class Occurrences:
    """What stands where in one text.

    `groups` gives, for each group that occurs, the starts of its phrases by their length in words.
    """

    size: int
    breaks: int
    groups: dict[frozenset[Phrase], dict[int, int]]
    starts: int
    ends_at: int
    _free: dict[tuple[int, int], int] = field(default_factory=dict)

    def ends(self, pattern: Pattern, erased: int = 0) -> int:
        """The positions just behind each occurrence of `pattern` that uses no `erased` word."""
        return self._states(pattern, erased)[-1]

    def covered(self, pattern: Pattern) -> int:
        """The words from the first to the last of each occurrence of `pattern`."""
        states = self._states(pattern, 0)
        reached, covered = states[-1], 0
        for element, before in zip(reversed(pattern), reversed(states[:-1]), strict=True):
            reached, used = self._step_back(element, before, reached)
            covered |= used
        return covered

    def around(self, words: int, reach: int) -> int:
        """`words` (a bit mask) and up to `reach` more on each side, none of another sentence."""
        for _ in range(reach):
            words |= (words << 1 & ~self.breaks) | (words & ~self.breaks) >> 1
        return words & ((1 << self.size) - 1)

    def apart(self, positions: int, words: int) -> int:
        """`positions` (a bit mask) with `words` more between each two sentences."""
        apart, begins, shift, breaks = 0, 0, 0, self.breaks
        while breaks:
            ends = (breaks & -breaks).bit_length()
            apart |= (positions & ((1 << ends) - (1 << begins))) << shift
            begins, shift, breaks = ends, shift + words, breaks & (breaks - 1)
        return apart | (positions >> begins << begins) << shift

    def _states(self, pattern: Pattern, erased: int) -> list[int]:
        states = [(1 << self.size) - 1]
        for element in pattern:
            states.append(self._step(element, states[-1], erased) if states[-1] else 0)
        return states

    def _step(self, element: Element, state: int, erased: int) -> int:
        if isinstance(element, Edge):
            return state & self._edge(element)
        if isinstance(element, Gap):
            if not element.words:
                return state & ~self.breaks
            reached = state
            for _ in range(element.words):
                state = self._skip(state)
                reached |= state
            return reached
        reached = state if element.optional else 0
        for length, starts in self.groups.get(element.phrases, {}).items():
            if erased:
                starts &= self._not_erased(erased, length)
            reached |= (state & starts) << length
        return reached

    def _edge(self, edge: Edge) -> int:
        return self.starts if edge is Edge.START else self.ends_at

    def _skip(self, state: int) -> int:
        return ((state & ~self.breaks) << 1) & ~self.breaks & ((2 << self.size) - 1)

    def _not_erased(self, erased: int, length: int) -> int:
        key = (erased, length)
        if key not in self._free:
            blocked = 0
            for shift in range(length):
                blocked |= erased >> shift
            self._free[key] = ~blocked
        return self._free[key]

    def _step_back(self, element: Element, before: int, reached: int) -> tuple[int, int]:
        if isinstance(element, Edge):
            return reached & before & self._edge(element), 0
        if isinstance(element, Gap):
            return self._gap_back(element, before, reached)
        origin = reached & before if element.optional else 0
        used = 0
        for length, starts in self.groups.get(element.phrases, {}).items():
            came = (reached >> length) & starts & before
            origin |= came
            for shift in range(length):
                used |= came << shift
        return origin, used

    def _gap_back(self, gap: Gap, before: int, reached: int) -> tuple[int, int]:
        # rows[n]: positions from which `reached` is n skips away.
        rows = [reached]
        for _ in range(gap.words):
            rows.append(((rows[-1] & ~self.breaks) >> 1) & ~self.breaks)
        origin = used = 0
        for skips, row in enumerate(rows):
            came = row & before
            origin |= came
            for shift in range(skips):
                used |= came << shift
        return origin, used


class PhraseFinder:
    """Finds every phrase of a set of patterns in a text, in one pass."""

    def __init__(
        self, patterns: Iterable[Pattern], courtesies: frozenset[str] = frozenset()
    ) -> None:
        self._courtesies = courtesies
        groups = {
            element.phrases
            for pattern in patterns
            for element in pattern
            if isinstance(element, Group)
        }
        self._groups_of: dict[Phrase, list[frozenset[Phrase]]] = {}
        for group in groups:
            for phrase in group:
                self._groups_of.setdefault(phrase, []).append(group)
        phrases = [phrase for phrase in self._groups_of if not phrase[0].endswith("*")]
        self._vocabulary = Vocab()
        self._matcher = PhraseMatcher(self._vocabulary, attr="ORTH")
        self._phrase_of: dict[int, Phrase] = {}
        for phrase in phrases:
            name = " ".join(phrase)
            self._phrase_of[self._vocabulary.strings.add(name)] = phrase
            self._matcher.add(name, [Doc(self._vocabulary, words=list(phrase))])
        self.words = frozenset(word for phrase in phrases for word in phrase)
        self._beginnings = {
            phrase[0][:-1]: phrase for phrase in self._groups_of if phrase[0].endswith("*")
        }
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})

    def begins_known(self, word: str) -> bool:
        """Whether a pattern asks for words that begin like `word`."""
        return any(word[:length] in self._beginnings for length in self._lengths)

    def find(self, words: list[str], breaks: int) -> Occurrences:
        """Where the phrases stand in `words`; bit n of `breaks`: a sentence begins at word n."""
        found: dict[Phrase, int] = {}
        known = [word if word in self.words else _UNKNOWN for word in words]
        for key, start, _ in self._matcher(Doc(self._vocabulary, words=known)):
            phrase = self._phrase_of[key]
            found[phrase] = found.get(phrase, 0) | 1 << start
        for place, word in enumerate(words) if self._lengths else ():
            for length in self._lengths:
                beginning = self._beginnings.get(word[:length])
                if beginning and len(word) >= length:
                    found[beginning] = found.get(beginning, 0) | 1 << place
        groups: dict[frozenset[Phrase], dict[int, int]] = {}
        for phrase, starts in found.items():
            for group in self._groups_of[phrase]:
                masks = groups.setdefault(group, {})
                masks[len(phrase)] = masks.get(len(phrase), 0) | starts
        polite_at_end = self._polite(words[::-1])
        return Occurrences(
            len(words),
            breaks,
            groups,
            starts=(2 << self._polite(words)) - 1,
            ends_at=((2 << polite_at_end) - 1) << (len(words) - polite_at_end),
        )

    def _polite(self, words: list[str]) -> int:
        """How many courtesies `words` begin with."""
        return next(
            (place for place, word in enumerate(words) if word not in self._courtesies), len(words)
        )


def required_groups(pattern: Pattern) -> frozenset[frozenset[Phrase]]:
    """The groups without which `pattern` cannot occur."""
    return frozenset(
        element.phrases
        for element in pattern
        if isinstance(element, Group) and not element.optional
    )


def near_each_other(ends: Mapping[int, int] | list[int], words: int) -> bool:
    """Whether one occurrence of each pattern ends within `words` words of the others."""
    together = -1
    for mask in ends.values() if isinstance(ends, Mapping) else ends:
        spread, reach = mask, 0
        while reach < words:
            step = min(max(reach, 1), words - reach)
            spread |= spread << step
            reach += step
        together &= spread
    return together != 0
