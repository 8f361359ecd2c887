"""What a part of the benchmark found, kept as JSON, Markdown, text and picture."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.machine import load, machine, today

#: Names the folder of the results to the processes that a run starts.
RESULTS_VARIABLE = "BENCHMARK_RESULTS"

RESULTS = Path(os.environ.get(RESULTS_VARIABLE) or Path(__file__).parent / "results")


@dataclass(frozen=True)
class Table:
    """A head and rows of as many cells."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """As a Markdown table."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def plain(self) -> str:
        """In columns."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.head))]
        return "".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            + "\n"
            for line in lines
        )


@dataclass(frozen=True)
class Report:
    """`figures` are for programs, `tables` and `notes` for people; `part` names the files."""

    part: str
    figures: Mapping[str, Any]
    tables: Sequence[Table]
    notes: Sequence[str] = ()

    def keep(self, draw: Callable[[Any], None], folder: Path = RESULTS) -> None:
        """Write the four files into `folder`, the JSON last, and print the text.

        Args:
            draw: draws onto an empty matplotlib figure.
        """
        about = (
            f"Machine: {machine()}, load {load()} at the end. {today()}. Command: {self.command}."
        )
        notes = "".join(f"{note}\n\n" for note in self.notes)
        shown = {
            "md": "\n".join(table.markdown() for table in self.tables),
            "txt": "\n".join(table.plain() for table in self.tables),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for kind, tables in shown.items():
            put(folder / f"{self.part}.{kind}", f"{about}\n\n{notes}{tables}")
        picture(folder / f"{self.part}.png", draw)
        content = {
            "part": self.part,
            "command": self.command,
            "machine": machine(),
            "load": load(),
            "date": today(),
            "figures": self.figures,
        }
        put(folder / f"{self.part}.json", json.dumps(content, indent=1) + "\n")
        print(f"{about}\n\n{notes}{shown['txt']}")

    @property
    def command(self) -> str:
        """What measures this part again."""
        return f"make benchmark PARTS={self.part}"


def put(file: Path, content: str) -> None:
    """Write a file whole or not at all."""
    half = file.with_suffix(f"{file.suffix}.half")
    half.write_text(content, encoding="utf-8")
    half.replace(file)


def picture(file: Path, draw: Callable[[Any], None]) -> None:
    """Draw a PNG file, whole or not at all."""
    figure = plt.figure(figsize=(11, 4), constrained_layout=True)
    half = file.with_suffix(".half")
    try:
        draw(figure)
        figure.savefig(half, dpi=110, format="png")
    finally:
        plt.close(figure)
    half.replace(file)
