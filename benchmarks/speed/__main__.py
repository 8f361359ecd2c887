"""Measures both bots in alternation.

Machines are noisy: the bots answer in alternation, a few messages each, and every figure is over
all rounds. Ratios say more than milliseconds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from tqdm import tqdm

from benchmarks.reply_times import HEAD, ReplyTimes, cells, draw_callers, questions, talks
from benchmarks.report import Report, Table
from benchmarks.running_product import ROOT, running_product
from benchmarks.speed.bots import Bot, OurBot, running_stock_bot
from benchmarks.speed.stock_bot import examples_by_label, stock_bot

_BOTS = ("ours", "stock")
_CACHE = ROOT / "var" / "benchmarks"
_CALLERS = (1, 8, 32)
_MESSAGES_A_CONVERSATION = 5
_LONG = 300
_ENDS = 30


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
    figures = measure(chosen)
    report(figures).keep(lambda figure: draw_callers(figure, figures["replies"]))


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
        "chosen": asdict(chosen),
        "stock_training": {"examples": stock.examples, "seconds": stock.training_seconds},
        "replies": {
            name: {str(callers): load.summary() for callers, load in its.items()}
            for name, its in loads.items()
        },
        "compared": _compared(loads),
        "long_conversation": long,
        "ready_seconds": ready,
        "memory_mb": memory,
        "model_mb": {name: file.stat().st_size / 1e6 for name, file in models.items()},
    }


def _loads(bots: dict[str, Bot], chosen: Chosen) -> dict[str, dict[int, ReplyTimes]]:
    loads = {name: {callers: ReplyTimes() for callers in _CALLERS} for name in bots}
    for name, bot in bots.items():
        bot.talk(f"{name}-warm-up", questions(20))
    steps = [
        (n, callers, name) for n in range(chosen.rounds) for callers in _CALLERS for name in bots
    ]
    for number, callers, name in tqdm(steps):
        asked = list(talks(questions(chosen.messages), _MESSAGES_A_CONVERSATION))
        names = [f"{name}-{number}-{callers}-{place}" for place in range(len(asked))]
        load, started = loads[name][callers], time.perf_counter()
        with ThreadPoolExecutor(callers) as pool:
            load.each += [s for talk in pool.map(bots[name].talk, names, asked) for s in talk]
        load.together += time.perf_counter() - started
    return loads


def _long(bot: Bot) -> dict[str, float]:
    """Medians of the first and of the last turns of one long conversation, milliseconds."""
    times = [1000 * seconds for seconds in bot.talk("long-conversation", questions(_LONG))]
    first, last = statistics.median(times[:_ENDS]), statistics.median(times[-_ENDS:])
    return {"first_ms": first, "last_ms": last, "ratio": last / first}


def _compared(loads: dict[str, dict[int, ReplyTimes]]) -> dict[str, float]:
    """Ours against stock: median reply with one caller, replies a second with eight."""
    medians, rates = (
        {name: its[callers].summary()[key] for name, its in loads.items()}
        for callers, key in ((1, "median_ms"), (8, "replies_a_second"))
    )
    return {
        "median": medians["ours"] / medians["stock"],
        "rate": rates["ours"] / rates["stock"],
    }


def report(figures: dict[str, Any]) -> Report:
    """The figures as they are kept."""
    replies = [
        [name, callers, *cells(load)]
        for name, loads in figures["replies"].items()
        for callers, load in loads.items()
    ]
    other = [
        [title, *(f"{figures[key][name]:.1f} {unit}" for name in _BOTS)]
        for title, key, unit in (
            ("start to first answer", "ready_seconds", "s"),
            ("memory, all processes (PSS)", "memory_mb", "MB"),
            ("model file", "model_mb", "MB"),
        )
    ]
    if figures["long_conversation"]:
        ratios = (f"{figures['long_conversation'][name]['ratio']:.2f} times" for name in _BOTS)
        other.append([f"last turns of {_LONG} against the first", *ratios])
    training = figures["stock_training"]
    note = f"Stock training, {training['examples']} examples: {training['seconds']:.0f} s."
    tables = (Table(("bot", "callers", *HEAD), replies), Table(("", *_BOTS), other))
    return Report("speed", figures, tables, (note,))


if __name__ == "__main__":
    main()
