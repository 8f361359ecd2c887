"""Memory of the running product over many messages, and how its reply times hold."""

from __future__ import annotations

import argparse
from typing import Any

from tqdm import tqdm

from benchmarks.product import reply_times
from benchmarks.report import Report, Table
from benchmarks.running_product import running_product

_STEP = 1_000
_CALLERS = 8
#: Until here caches fill.
_SETTLED = 2_000


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(prog="benchmarks.endurance", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    figures = measure(max(2 * _SETTLED, parser.parse_args().messages))
    report(figures).keep(lambda figure: _draw(figure, figures["steps"]))


def measure(messages: int) -> dict[str, Any]:
    """Memory and median reply after every thousand messages, in conversations of ten."""
    steps = []
    with running_product() as product:
        for sent in tqdm(range(_STEP, messages + 1, _STEP), desc="thousands"):
            times = reply_times(product, _STEP, _CALLERS).summary()
            memory = product.memory() / 1e6
            steps.append({"messages": sent, "memory_mb": memory, "median_ms": times["median_ms"]})
    settled = next(one for one in steps if one["messages"] == _SETTLED)
    return {"steps": steps, "ratio": steps[-1]["memory_mb"] / settled["memory_mb"]}


def report(figures: dict[str, Any]) -> Report:
    """The figures as they are kept."""
    rows = [
        [f"{one['messages']:.0f}", f"{one['memory_mb']:.0f} MB", f"{one['median_ms']:.0f} ms"]
        for one in figures["steps"]
    ]
    head = ("messages", "memory, all processes (PSS)", f"median reply, {_CALLERS} callers")
    return Report("endurance", figures, (Table(head, rows),))


def _draw(figure: Any, steps: list[dict[str, float]]) -> None:
    messages = [one["messages"] for one in steps]
    for axes, key in zip(figure.subplots(1, 2), ("memory_mb", "median_ms"), strict=True):
        axes.plot(messages, [one[key] for one in steps], "o-")
        axes.set(title=key.replace("_", ", "), xlabel="messages", ylim=(0, None))


if __name__ == "__main__":
    main()
