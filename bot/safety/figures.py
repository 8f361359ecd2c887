"""How well dangers are told from harmless messages: counts, rates and their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

#: The standard normal quantile of a two-sided 95% interval.
_QUANTILE = 1.959964


@dataclass(frozen=True)
class Share:
    """So many out of so many."""

    count: int
    total: int

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.count / self.total

    def interval(self) -> tuple[float, float]:
        """Wilson's 95% score interval of the rate (Wilson 1927, JASA 22:209)."""
        n, z = self.total, _QUANTILE
        middle = (self.rate + z * z / (2 * n)) / (1 + z * z / n)
        half = (
            z / (1 + z * z / n) * math.sqrt(self.rate * (1 - self.rate) / n + z * z / (4 * n * n))
        )
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.count}/{self.total} {self.rate:.1%} ({low:.1%}-{high:.1%})"


@dataclass(frozen=True)
class Judged:
    """One labelled message, and which detectors called it dangerous. Holds no text."""

    dangerous: bool
    category: str
    language: str
    half: str
    fired: frozenset[str]


def share(messages: Iterable[Judged], detector: str) -> Share:
    """How many of `messages` the detector called dangerous."""
    fired = [detector in message.fired for message in messages]
    return Share(sum(fired), len(fired))


class Group(str, Enum):
    """Categories of the corpus that have an aim of their own."""

    GRAVEST = "direct self-harm, method, plan, stroke and thunderclap"
    LOOK_ALIKES = "look-alikes"
    ORDINARY = "ordinary messages"

    @property
    def categories(self) -> frozenset[str]:
        """The categories that belong to it."""
        return _CATEGORIES[self]


_CATEGORIES = {
    Group.GRAVEST: frozenset({"active_thoughts", "method", "plan", "stroke", "thunderclap"}),
    Group.LOOK_ALIKES: frozenset(
        {
            "academic",
            "chronic_frustration",
            "idiom",
            "negated_whole",
            "past_resolved_medical",
            "suicide_headache_nickname",
            "third_party_news",
            "usual_aura_or_symptom",
        }
    ),
    Group.ORDINARY: frozenset(
        {"faq_not_covered", "faq_plain", "handoff_admin", "out_of_scope", "small_talk"}
    ),
}
