"""What a pattern, or several together, ask of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.safety.occurrences import Occurrences, near_each_other, required_groups
from bot.safety.pattern import Pattern, PatternError, Phrase


@dataclass(frozen=True)
class Rule:
    """Some patterns that must all occur, `within` so many words of each other if that is given.

    `hint`: what it finds is in doubt.
    """

    patterns: tuple[Pattern, ...]
    within: int | None
    required: frozenset[frozenset[Phrase]]
    hint: bool = False

    @classmethod
    def of(
        cls, patterns: Iterable[Pattern], within: int | None = None, *, hint: bool = False
    ) -> Rule:
        """The rule that all of `patterns` occur."""
        patterns = tuple(patterns)
        needed = frozenset(group for pattern in patterns for group in required_groups(pattern))
        return cls(patterns, within, needed, hint)

    def holds(self, found: Occurrences, erased: int = 0, sentence: int = 0) -> bool:
        """Whether it holds in a text, `erased` words apart.

        Args:
            sentence: how many words the end of a sentence counts for in the distance.
        """
        if not self.required <= found.groups.keys():
            return False
        ends = [found.ends(pattern, erased) for pattern in self.patterns]
        if not all(ends) or self.within is None:
            return all(ends)
        return near_each_other([found.apart(end, sentence) for end in ends], self.within)

    def covered(self, found: Occurrences) -> int:
        """The words that its patterns cover."""
        covered = 0
        if self.required <= found.groups.keys():
            for pattern in self.patterns:
                covered |= found.covered(pattern)
        return covered


def covered_by(rules: Iterable[Rule], found: Occurrences) -> int:
    """The words that any of `rules` covers, as a bit mask."""
    covered = 0
    for rule in rules:
        covered |= rule.covered(found)
    return covered


def any_holds(rules: Iterable[Rule], found: Occurrences) -> bool:
    """Whether any of `rules` holds in the text."""
    return any(rule.holds(found) for rule in rules)


class RuleIndex:
    """Finds the few of many rules that a text may hold, by what stands in the text.

    Each rule is kept under one group of phrases that it requires: the one that the fewest rules do.

    Args:
        owners: the rules of the first owner, of the second, and so on.

    Raises:
        PatternError: a rule requires nothing, and would hold in every text.
    """

    def __init__(self, owners: Sequence[Iterable[Rule]]) -> None:
        rules = [(owner, rule) for owner, its in enumerate(owners) for rule in its]
        needed = Counter(group for _, rule in rules for group in rule.required)
        self._by_group: dict[frozenset[Phrase], list[tuple[int, Rule]]] = {}
        for owner, rule in rules:
            if not rule.required:
                raise PatternError("a phrase without words")
            rarest = min(rule.required, key=needed.__getitem__)
            self._by_group.setdefault(rarest, []).append((owner, rule))

    def possible(self, found: Occurrences) -> dict[int, list[Rule]]:
        """The rules all of whose groups occur, by the place of their owner, the first owner first.

        All others neither hold nor cover anything.
        """
        groups = found.groups.keys()
        possible: dict[int, list[Rule]] = {}
        for group in groups & self._by_group.keys():
            for owner, rule in self._by_group[group]:
                if rule.required <= groups:
                    possible.setdefault(owner, []).append(rule)
        return dict(sorted(possible.items()))
