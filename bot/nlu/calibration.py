"""Calibration: how far what is claimed and what is true differ."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Bins of equal width, unless told otherwise.
BINS = 10


@dataclass(frozen=True)
class Claim:
    """One meaning that was believed with a confidence of 0 to 1, and whether it was right."""

    confidence: float
    right: bool


@dataclass(frozen=True)
class ReliabilityBin:
    """The claims with a confidence above `low` and up to `high` (the first bin: 0 as well)."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float

    @property
    def gap(self) -> float:
        """How far mean confidence and accuracy differ, from 0 to 1."""
        return abs(self.accuracy - self.confidence)


def reliability(claims: Iterable[Claim], bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """The reliability curve: bins of equal width that hold a claim, lowest first."""
    ends = [number / bins for number in range(1, bins + 1)]
    inside: list[list[Claim]] = [[] for _ in ends]
    for claim in claims:
        # Single precision may put a sure claim a little above 1.
        inside[min(bisect_left(ends, claim.confidence), bins - 1)].append(claim)
    return tuple(
        ReliabilityBin(
            low=number / bins,
            high=ends[number],
            count=len(among),
            confidence=sum(claim.confidence for claim in among) / len(among),
            accuracy=sum(claim.right for claim in among) / len(among),
        )
        for number, among in enumerate(inside)
        if among
    )


def expected_calibration_error(curve: Sequence[ReliabilityBin]) -> float:
    """The mean gap of a reliability curve, weighted by the claims in each bin: 0 to 1.

    Naeini, Cooper, Hauskrecht 2015 (AAAI). Raises ValueError for a curve without bins.
    """
    if not curve:
        raise ValueError("nothing was claimed")
    return sum(one.count * one.gap for one in curve) / sum(one.count for one in curve)
