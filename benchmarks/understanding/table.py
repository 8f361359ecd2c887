"""The table of the comparison, as plain text and as Markdown, and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from benchmarks.report import Table
from benchmarks.understanding.cell import Cell
from benchmarks.understanding.datasets import DatasetName, Shots
from benchmarks.understanding.measures import Figures
from benchmarks.understanding.pipelines import PipelineName

_HEAD = (
    "data", "shots", "pipeline", "accuracy", "decided right", "decided wrong", "AUROC",
    "out-of-scope recall", "training", "processor", "parse", "95th", "memory training / parsing",
    "model",
)  # fmt: skip

CELLS = tuple(
    Cell(pipeline, dataset, shots)
    for dataset, shots, pipeline in product(DatasetName, Shots, PipelineName)
)


def rows(measured: Mapping[Cell, Figures]) -> Table:
    """One row for each cell; what was not measured says so."""
    return Table(_HEAD, [_row(cell, measured.get(cell)) for cell in CELLS])


def _row(cell: Cell, figures: Figures | None) -> list[str]:
    name = [cell.dataset.value, cell.shots.value, cell.pipeline.value]
    if figures is None:
        return [*name, "not run", *[""] * (len(_HEAD) - len(name) - 1)]
    return [
        *name,
        _percent(figures.accuracy),
        _percent(figures.decided_right),
        _percent(figures.decided_wrong),
        "–" if figures.auroc is None else f"{figures.auroc:.3f}",
        _percent(figures.out_of_scope_recall),
        f"{figures.training_seconds:.0f} s",
        f"{figures.training_processor_seconds:.0f} s",
        f"{figures.parse_milliseconds:.1f} ms",
        f"{figures.parse_milliseconds_late:.1f} ms",
        f"{figures.training_megabytes:.0f} / {figures.parse_megabytes:.0f} MB",
        f"{figures.model_megabytes:.1f} MB",
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def draw(figure: Any, measured: Mapping[Cell, Figures]) -> None:
    """Accuracy by data set and shots, and the out-of-scope AUROC, one bar for each pipeline."""
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (2, 1)})
    everywhere = list(product(DatasetName, Shots))
    outside = [place for place in everywhere if place[0] is DatasetName.CLINC150]
    for number, pipeline in enumerate(PipelineName):
        for axes, places in ((left, everywhere), (right, outside)):
            found = [measured.get(Cell(pipeline, *place)) for place in places]
            heights = [
                0.0 if one is None else (100 * one.accuracy if axes is left else one.auroc or 0.0)
                for one in found
            ]
            at = [place + 0.2 * number for place in range(len(places))]
            axes.bar(at, heights, 0.19, label=pipeline.value)
            axes.set_xticks(
                [place + 0.3 for place in range(len(places))],
                [f"{dataset.value}\n{shots.value}" for dataset, shots in places],
            )
    left.set(ylabel="accuracy, %", ylim=(50, 100))
    right.set(ylabel="out-of-scope AUROC", ylim=(0.5, 1))
    left.legend(ncol=len(PipelineName), loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
    right.set_title("no bar: not run", fontsize="medium")
