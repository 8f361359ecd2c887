"""Risk against coverage: how often one is wrong when only the surest part is acted on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from bot.nlu.calibration import Claim


@dataclass(frozen=True)
class RiskPoint:
    """Acting on claims from `confidence` on covers a share of all, and a share of it is wrong."""

    confidence: float
    coverage: float
    risk: float


def risk_coverage(claims: Iterable[Claim]) -> tuple[RiskPoint, ...]:
    """The curve, from the surest claims to all. Claims of one confidence stand or fall together.

    El-Yaniv and Wiener 2010 (JMLR 11:1605).
    """
    ranked = sorted(claims, key=lambda claim: -claim.confidence)
    points, covered, wrong = [], 0, 0
    for confidence, group in groupby(ranked, key=lambda claim: claim.confidence):
        together = list(group)
        covered += len(together)
        wrong += sum(not claim.right for claim in together)
        points.append(RiskPoint(confidence, covered / len(ranked), wrong / covered))
    return tuple(points)


def area_under(curve: Iterable[RiskPoint]) -> float:
    """The mean risk over all coverages, from 0 (never wrong) to 1. Less is better."""
    area = before = 0.0
    for point in curve:
        area += point.risk * (point.coverage - before)
        before = point.coverage
    return area
