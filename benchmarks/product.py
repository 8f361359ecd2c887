"""The product as it ships: training, start, replies through the gateway, memory."""

from __future__ import annotations

import argparse
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tqdm import tqdm

from benchmarks.reply_times import HEAD, ReplyTimes, cells, draw_callers, questions, talks
from benchmarks.report import Report, Table
from benchmarks.running_product import ROOT, RunningProduct, running_product
from benchmarks.speed.bots import OurBot

_TURNS = 10
_WARM_UP = 40
_CALLERS = (1, 8, 32)


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(prog="benchmarks.product", description=__doc__)
    parser.add_argument("--messages", type=int, default=400, help="messages for each measurement")
    chosen = parser.parse_args()
    figures = measure(chosen.messages, _training_seconds())
    report(figures).keep(lambda figure: draw_callers(figure, {"ours": figures["replies"]}))


def measure(messages: int, training_seconds: float) -> dict[str, Any]:
    """Start the product and ask it. Raises RuntimeError: it was not ready in time."""
    with running_product() as product:
        reply_times(product, _WARM_UP, callers=1)
        replies = {
            str(callers): reply_times(product, messages, callers).summary() for callers in _CALLERS
        }
        return {
            "training_seconds": training_seconds,
            "ready_seconds": product.seconds_to_ready,
            "replies": replies,
            "memory_mb": product.memory() / 1e6,
            "rss_mb": {
                name: process.memory_info().rss / 1e6 for name, process in product.processes.items()
            },
        }


def _training_seconds() -> float:
    started = time.monotonic()
    subprocess.run(["make", "train"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def reply_times(product: RunningProduct, messages: int, callers: int) -> ReplyTimes:
    """Ask so many questions, so many callers at once, in conversations of ten."""
    bot = OurBot(product)
    asked = list(talks(questions(messages), _TURNS))
    names = [f"figures-{callers}-{place}" for place in range(len(asked))]
    started = time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        talked = tqdm(pool.map(bot.talk, names, asked), total=len(asked), desc=f"{callers} callers")
        each = [seconds for talk in talked for seconds in talk]
    return ReplyTimes(each, time.perf_counter() - started)


def report(figures: dict[str, Any]) -> Report:
    """The figures as they are kept."""
    replies = [[callers, *cells(one)] for callers, one in figures["replies"].items()]
    other = [
        ["training, whole command, with the vectors kept", f"{figures['training_seconds']:.0f} s"],
        ["start to ready", f"{figures['ready_seconds']:.1f} s"],
        ["memory, all processes (PSS)", f"{figures['memory_mb']:.0f} MB"],
        *([f"memory, {name} (RSS)", f"{size:.0f} MB"] for name, size in figures["rss_mb"].items()),
    ]
    tables = (Table(("callers", *HEAD), replies), Table(("", "measured"), other))
    return Report("product", figures, tables)


if __name__ == "__main__":
    main()
