"""Times of replies, and what is said of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import yaml

from benchmarks.running_product import ROOT

_QUESTIONS = ROOT / "tests" / "scenarios" / "answers.yml"


@dataclass
class ReplyTimes:
    """Seconds for each reply, and for all of them together."""

    each: list[float] = field(default_factory=list)
    together: float = 0.0

    def summary(self) -> dict[str, float]:
        """Milliseconds, and replies a second. Needs two replies at least."""
        cuts = statistics.quantiles(self.each, n=100, method="inclusive")
        return {
            "median_ms": 1000 * cuts[49],
            "p95_ms": 1000 * cuts[94],
            "p99_ms": 1000 * cuts[98],
            "replies_a_second": len(self.each) / self.together,
        }


def cells(summary: dict[str, float]) -> list[str]:
    """Median, 95th, 99th percentile and replies a second, as a table shows them."""
    times = [f"{summary[key]:.0f} ms" for key in ("median_ms", "p95_ms", "p99_ms")]
    return [*times, f"{summary['replies_a_second']:.1f}"]


HEAD = ("median", "95th", "99th", "replies a second")


def questions(count: int) -> list[str]:
    """Questions to the first page that are in no training file, over and over."""
    by_answer = yaml.safe_load(_QUESTIONS.read_text(encoding="utf-8"))["questions"]
    return list(islice(cycle(text for texts in by_answer.values() for text in texts), count))


def talks(asked: list[str], turns: int) -> Iterator[list[str]]:
    """The questions as conversations of so many turns."""
    return (asked[start : start + turns] for start in range(0, len(asked), turns))


def draw_callers(figure: Any, by_bot: dict[str, dict[str, dict[str, float]]]) -> None:
    """Median reply and replies a second against callers at once, one line for each bot."""
    times, rates = figure.subplots(1, 2)
    for axes, key, title in (
        (times, "median_ms", "median reply, ms"),
        (rates, "replies_a_second", "replies a second"),
    ):
        for bot, by_callers in by_bot.items():
            callers = [int(count) for count in by_callers]
            axes.plot(callers, [one[key] for one in by_callers.values()], "o-", label=bot)
        axes.set(title=title, xlabel="callers at once", ylim=(0, None), xscale="log")
        axes.set_xticks(callers, [str(count) for count in callers])
        axes.minorticks_off()
        axes.legend()
