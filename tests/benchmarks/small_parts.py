"""Parts of a benchmark that take no time: `small_parts WHAT NAME [DATA]`."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.report import Report, Table


def main(does: str, name: str, data: str = "") -> None:
    if does == "fail":
        raise RuntimeError("this part always fails")
    figures = {"ms": {"1": 12.0}, "data": data}
    draw = die if does == "die-writing" else line
    Report(name, figures, (Table(("a", "b"), (("1", "2"),)),)).keep(draw)


def line(figure: Any) -> None:
    figure.subplots().plot([1, 2], [3, 4])


def die(figure: Any) -> None:
    raise RuntimeError("cut off")


if __name__ == "__main__":
    main(*sys.argv[1:])
