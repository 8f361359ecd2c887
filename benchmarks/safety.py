"""The safety screen's time by message length, for ordinary and adversarial text."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.report import Report, Table
from bot.safety.screen import SafetyScreen, load_screen

_LENGTHS = (100, 1_000, 4_000, 12_000)
_RUNS = 40
_SEEDS = {
    "ordinary": "How long does a migraine attack last, and which preventives are on your page? ",
    "words of danger, apart": "want pills my head numb husband took out never like so bad the ",
    "single letters": "i w a n t t o d i e ",
    "no spaces": "iwannakillmyselfdontwant",
    "one word over and over": "i ",
    "digits for letters": "k1ll mys3lf n0w ",
    "unknown words": "zxqvbnmk plortwig ",
    "Chinese": "我头痛想问偏头痛",
}


def main() -> None:
    """Measure and keep."""
    screen = load_screen()
    figures = {
        name: {str(length): _times(screen, (seed * length)[:length]) for length in _LENGTHS}
        for name, seed in _SEEDS.items()
    }
    rows = [
        [name, length, *(f"{time:.1f} ms" for time in times.values())]
        for name, by_length in figures.items()
        for length, times in by_length.items()
    ]
    table = Table(("text", "characters", "median", "99th percentile"), rows)
    Report("safety", figures, (table,)).keep(lambda figure: _draw(figure, figures))


def _times(screen: SafetyScreen, text: str) -> dict[str, float]:
    # Each time another text: the screen keeps what it has just read.
    times = sorted(_milliseconds(screen, f"{run} {text}"[: len(text)]) for run in range(_RUNS))
    return {
        "median_ms": statistics.median(times),
        "p99_ms": times[int(0.99 * (len(times) - 1) + 0.5)],
    }


def _milliseconds(screen: SafetyScreen, text: str) -> float:
    began = time.perf_counter()
    screen.check(text)
    return 1000 * (time.perf_counter() - began)


def _draw(figure: Any, figures: dict[str, dict[str, dict[str, float]]]) -> None:
    axes = figure.subplots()
    for name, by_length in figures.items():
        lengths = [int(length) for length in by_length]
        axes.plot(lengths, [one["median_ms"] for one in by_length.values()], "o-", label=name)
    axes.set(title="median, ms", xlabel="characters", xscale="log", yscale="log")
    axes.set_xticks(_LENGTHS, [str(length) for length in _LENGTHS])
    axes.minorticks_off()
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


if __name__ == "__main__":
    main()
