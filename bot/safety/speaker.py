"""Tells whether dangerous words are about their writer or about someone else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.safety.danger import About
from bot.safety.occurrences import Occurrences
from bot.safety.pattern import Pattern


class Reading(str, Enum):
    """How dangerous words are read when they name both their writer and somebody else."""

    OTHERS_FIRST = "others_first"  # "I can't wake him"
    WRITER_FIRST = "writer_first"  # "my kids would be better off without me"
    BETWEEN_TWO = "between_two"  # "he hit me", "I want to kill him"


@dataclass(frozen=True)
class SpeakerRules:
    """Patterns that name somebody else, and patterns of people who speak of themselves."""

    someone_else: tuple[Pattern, ...]
    myself: tuple[Pattern, ...]

    def about(
        self, found: Occurrences, dangerous: int, reading: Reading = Reading.OTHERS_FIRST
    ) -> About:
        """Whom the `dangerous` words (a bit mask) are about. In doubt their writer.

        A person named inside them counts first, then the nearest one before them, then anybody. In
        a danger between two people a lone other person inside may be the second, with the first
        before the words or nowhere: "my husband hit my son", "want to kill him".
        """
        others = _covered(self.someone_else, found)
        own = _covered(self.myself, found) & ~others
        start = (dangerous & -dangerous).bit_length() - 1 if dangerous else 0
        before = (1 << start) - 1
        if reading is Reading.WRITER_FIRST and own & dangerous:
            return About.SELF
        between_two = reading is Reading.BETWEEN_TWO
        inside = others & dangerous
        if inside and (not between_two or _runs(inside) > 1):
            return About.SOMEONE_ELSE
        if own & dangerous:
            return About.SELF
        if (others | own) & before:
            return _whose(others & before > own & before)
        return _whose(bool(others) and not own and not inside)


def _whose(someone_else: bool) -> About:
    return About.SOMEONE_ELSE if someone_else else About.SELF


def _runs(mask: int) -> int:
    """How many groups of neighbouring bits are set."""
    return bin(mask & ~(mask << 1)).count("1")


def _covered(patterns: tuple[Pattern, ...], found: Occurrences) -> int:
    covered = 0
    for pattern in patterns:
        covered |= found.covered(pattern)
    return covered
