"""Measures both bots and writes benchmarks/results/speed.{md,json,png}.

Machines are noisy: the bots answer in alternation, a few messages each, and every figure is over
all rounds. Ratios say more than milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import matplotlib as mpl
import psutil
import yaml
from tqdm import tqdm

from benchmarks.running_product import ROOT, running_product
from benchmarks.speed.bots import Bot, OurBot, running_stock_bot
from benchmarks.speed.stock_bot import examples_by_label, stock_bot

RESULTS = ROOT / "benchmarks" / "results"
_CACHE = ROOT / "var" / "benchmarks"
_CALLERS = (1, 8, 32)
_MESSAGES_A_CONVERSATION = 5
_LONG = 300
_ENDS = 30


@dataclass
class Load:
    """Replies with so many callers at once, over all rounds; seconds."""

    each: list[float] = field(default_factory=list)
    together: float = 0.0

    def summary(self) -> dict[str, float]:
        """Milliseconds, and replies a second."""
        cuts = statistics.quantiles(self.each, n=100, method="inclusive")
        return {
            "median_ms": 1000 * cuts[49],
            "p95_ms": 1000 * cuts[94],
            "p99_ms": 1000 * cuts[98],
            "replies_a_second": len(self.each) / self.together,
        }


@dataclass(frozen=True)
class Chosen:
    """What to measure: messages a load and round, rounds, examples of each label for the stock."""

    messages: int
    rounds: int
    examples: int
    long: bool


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=96, help="for each load and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--examples", type=int, default=5, help="of each label, for both trainings")
    parser.add_argument("--long", action="store_true", help=f"also conversations of {_LONG} turns")
    given = parser.parse_args()
    chosen = Chosen(given.messages, given.rounds, given.examples, given.long)
    write(measure(chosen))


def measure(chosen: Chosen) -> dict[str, Any]:
    """All figures, as they are written to the JSON file."""
    stock = stock_bot(_CACHE, examples_by_label(chosen.examples))
    with running_product() as product, running_stock_bot(stock) as running:
        bots: dict[str, Bot] = {"ours": OurBot(product), "stock": running}
        loads = _loads(bots, chosen)
        long = {name: _long(bot) for name, bot in bots.items()} if chosen.long else {}
        memory = {name: bot.memory() / 1e6 for name, bot in bots.items()}
        ready = {name: bot.seconds_to_ready for name, bot in bots.items()}
    models = {"ours": ROOT / "models" / "assistant.tar.gz", "stock": stock.model}
    return {
        "machine": f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} at the end",
        "chosen": asdict(chosen),
        "stock_training": {"examples": stock.examples, "seconds": stock.training_seconds},
        "replies": {
            name: {str(callers): load.summary() for callers, load in its.items()}
            for name, its in loads.items()
        },
        "long_conversation": long,
        "ready_seconds": ready,
        "memory_mb": memory,
        "model_mb": {name: file.stat().st_size / 1e6 for name, file in models.items()},
    }


def _loads(bots: dict[str, Bot], chosen: Chosen) -> dict[str, dict[int, Load]]:
    loads = {name: {callers: Load() for callers in _CALLERS} for name in bots}
    for name, bot in bots.items():
        bot.talk(f"{name}-warm-up", _questions(20))
    steps = [
        (n, callers, name) for n in range(chosen.rounds) for callers in _CALLERS for name in bots
    ]
    for number, callers, name in tqdm(steps):
        questions = _questions(chosen.messages)
        starts = range(0, len(questions), _MESSAGES_A_CONVERSATION)
        talks = [questions[start : start + _MESSAGES_A_CONVERSATION] for start in starts]
        names = [f"{name}-{number}-{callers}-{place}" for place in range(len(talks))]
        load, started = loads[name][callers], time.perf_counter()
        with ThreadPoolExecutor(callers) as pool:
            load.each += [s for talk in pool.map(bots[name].talk, names, talks) for s in talk]
        load.together += time.perf_counter() - started
    return loads


def _long(bot: Bot) -> dict[str, float]:
    """Medians of the first and of the last turns of one long conversation, milliseconds."""
    times = [1000 * seconds for seconds in bot.talk("long-conversation", _questions(_LONG))]
    first, last = statistics.median(times[:_ENDS]), statistics.median(times[-_ENDS:])
    return {"first_ms": first, "last_ms": last, "ratio": last / first}


def _questions(count: int) -> list[str]:
    file = ROOT / "tests" / "scenarios" / "answers.yml"
    by_answer = yaml.safe_load(file.read_text(encoding="utf-8"))["questions"]
    return list(islice(cycle(text for texts in by_answer.values() for text in texts), count))


def write(figures: dict[str, Any]) -> None:
    """Write the JSON file, the table and the plot."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "speed.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "speed.md").write_text(table(figures), encoding="utf-8")
    _plot(figures, RESULTS / "speed.png")
    sys.stdout.write(table(figures))


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        f"Machine: {figures['machine']}. Command: `python -m benchmarks.speed`.",
        "",
        "| bot | callers | median | 95th | 99th | replies a second |",
        "|---|---|---|---|---|---|",
    ]
    for name, loads in figures["replies"].items():
        for callers, load in loads.items():
            times = " | ".join(f"{load[key]:.0f} ms" for key in ("median_ms", "p95_ms", "p99_ms"))
            lines.append(f"| {name} | {callers} | {times} | {load['replies_a_second']:.1f} |")
    lines += ["", "| | ours | stock |", "|---|---|---|"]
    for title, key, unit in (
        ("start to first answer", "ready_seconds", "s"),
        ("memory, all processes (PSS)", "memory_mb", "MB"),
        ("model file", "model_mb", "MB"),
    ):
        pair = " | ".join(f"{figures[key][name]:.1f} {unit}" for name in ("ours", "stock"))
        lines.append(f"| {title} | {pair} |")
    if figures["long_conversation"]:
        pair = " | ".join(
            f"{figures['long_conversation'][name]['ratio']:.2f} times" for name in ("ours", "stock")
        )
        lines.append(f"| last turns of {_LONG} against the first | {pair} |")
    training = figures["stock_training"]
    lines += ["", f"Stock training, {training['examples']} examples: {training['seconds']:.0f} s."]
    return "\n".join(lines) + "\n"


def _plot(figures: dict[str, Any], file: Path) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (times, rates) = plt.subplots(1, 2, figsize=(9, 3.5))
    for name, loads in figures["replies"].items():
        callers = [int(count) for count in loads]
        times.plot(callers, [load["median_ms"] for load in loads.values()], "o-", label=name)
        rates.plot(callers, [load["replies_a_second"] for load in loads.values()], "o-", label=name)
    for axes, title in ((times, "median reply, ms"), (rates, "replies a second")):
        axes.set_xlabel("callers at once")
        axes.set_title(title)
        axes.set_ylim(bottom=0)
        axes.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=110)


if __name__ == "__main__":
    main()
