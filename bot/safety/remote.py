"""Tells a danger that is long over, or that somebody far away was in, from one of now.

A rule names words that put a danger there (a year, a film), and counts near them only. Nothing is
remote in a message that says that something goes on, nor what is told beside words of the present.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.safety.lexicon import LexiconEntry, Remote, RemoteRule
from bot.safety.occurrences import Occurrences
from bot.safety.rules import Rule, any_holds, covered_by

#: Words of the present that stand this near to a danger, in words, are about it.
_BESIDE = 2


@dataclass(frozen=True)
class CompiledRemoteRule:
    """One way of putting a danger far away or long ago."""

    rule: RemoteRule
    told: tuple[Rule, ...]
    only_with: tuple[Rule, ...]
    undone_by: tuple[Rule, ...]
    despite: tuple[Rule, ...]

    def reach(self, found: Occurrences) -> int:
        """The words that it speaks of, as a bit mask."""
        told = covered_by(self.told, found)
        if not told or (self.only_with and not any_holds(self.only_with, found)):
            return 0
        if covered_by(self.undone_by, found) & ~covered_by(self.despite, found):
            return 0
        return found.around(told, self.rule.within)


@dataclass(frozen=True)
class RemoteWords:
    """The words, as bit masks, that each rule reaches in one text.

    `now`: those told as of now. `personal`: those told of the writer or of one close by.
    """

    by_rule: tuple[tuple[RemoteRule, int], ...]
    now: int
    personal: int

    def of(self, entry: LexiconEntry, dangerous: int) -> int:
        """The words that are remote for a find of `entry`, made of the `dangerous` words.

        None if some of these are told as of now, or elsewhere of the writer or of one close by.
        """
        words = 0
        for rule, reach in self.by_rule:
            if rule.concerns(entry):
                words |= reach
        near = dangerous & (self.now | self.personal & ~words)
        return 0 if near else words


@dataclass(frozen=True)
class CompiledRemote:
    """All of them, with what says that something goes on."""

    all: tuple[CompiledRemoteRule, ...]
    over: tuple[Rule, ...]
    going_on: tuple[Rule, ...]
    present: tuple[Rule, ...]
    personal: tuple[Rule, ...]

    @classmethod
    def of(
        cls, remote: Remote, read: Callable[[Iterable[str]], tuple[Rule, ...]]
    ) -> CompiledRemote:
        """Read every pattern of `remote` with `read`. Raises PatternError."""
        return cls(
            all=tuple(
                CompiledRemoteRule(
                    rule,
                    told=read(rule.told),
                    only_with=read(rule.only_with),
                    undone_by=read(rule.undone_by),
                    despite=read(rule.despite),
                )
                for rule in remote.rules
            ),
            over=read(remote.over),
            going_on=read(remote.going_on),
            present=read(remote.present),
            personal=read(remote.personal),
        )

    def rules(self) -> Iterator[Rule]:
        """Every rule there is."""
        for one in self.all:
            yield from (*one.told, *one.only_with, *one.undone_by, *one.despite)
        yield from (*self.over, *self.going_on, *self.present, *self.personal)

    def words(self, found: Occurrences) -> RemoteWords:
        """The words of a text that tell of what is far away or long over."""
        over = covered_by(self.over, found)
        going_on = covered_by(self.going_on, found) & ~over
        now = found.around(covered_by(self.present, found) & ~over, _BESIDE)
        counting = [one for one in self.all if one.rule.whenever or not going_on]
        reached = ((one.rule, one.reach(found)) for one in counting)
        return RemoteWords(
            tuple((rule, words) for rule, words in reached if words),
            now=now,
            personal=found.around(covered_by(self.personal, found) & ~over, _BESIDE),
        )
