"""Libraries of growing size: what each costs. A size is kept as soon as it is measured."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.growth.library import ANSWERS_A_PAGE, make_project
from benchmarks.growth.measure import measure
from benchmarks.report import RESULTS, Report, Table

_COLUMNS = {
    "examples": "training examples",
    "training_cpu_seconds": "training, CPU s",
    "training_seconds": "training, s",
    "training_memory_mb": "training, peak MB",
    "model_mb": "model, MB",
    "ready_cpu_seconds": "ready, CPU s",
    "ready_seconds": "ready, s",
    "load_cpu_seconds": "loading, CPU s",
    "parse_cpu_ms": "parse, CPU ms",
    "turn_cpu_ms": "turn, CPU ms",
    "memory_mb": "all processes, MB",
    "right": "right share",
    "load": "load",
}
_DRAWN = (
    "training_cpu_seconds", "training_memory_mb", "model_mb", "ready_cpu_seconds", "parse_cpu_ms",
    "turn_cpu_ms", "memory_mb", "right",
)  # fmt: skip


def main() -> None:
    """Measure the sizes asked for; what was measured of others stays."""
    parser = argparse.ArgumentParser(prog="benchmarks.growth", description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[1, 10, 30, 100])
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write")
    chosen = parser.parse_args()
    for pages in tqdm(chosen.pages):
        with tempfile.TemporaryDirectory() as folder:
            row = {"pages": pages, **measure(make_project(Path(folder), pages))}
        keep(row, chosen.results)


def keep(row: dict[str, Any], folder: Path) -> None:
    """Put a size among those that were measured before."""
    rows = {one["pages"]: one for one in kept(folder / "growth.json")}
    rows[row["pages"]] = row
    sizes = [rows[pages] for pages in sorted(rows)]
    report(sizes).keep(lambda figure: draw(figure, sizes), folder)


def kept(file: Path) -> list[dict[str, Any]]:
    """The sizes that were measured; none if the file cannot be read."""
    try:
        sizes: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["figures"][
            "sizes"
        ]
    except (OSError, ValueError, KeyError):
        return []
    return sizes


def report(sizes: list[dict[str, Any]]) -> Report:
    """The figures as they are kept: each size, and the largest against the smallest."""
    rows = [[str(one["pages"]), *(_cell(key, one[key]) for key in _COLUMNS)] for one in sizes]
    figures: dict[str, Any] = {
        "sizes": sizes,
        "by_pages": {str(one["pages"]): one for one in sizes},
    }
    first, last = sizes[0], sizes[-1]
    if (first["pages"], last["pages"]) == (1, 100):
        figures["parse_ratio"] = last["parse_cpu_ms"] / first["parse_cpu_ms"]
        figures["turn_ratio"] = last["turn_cpu_ms"] / first["turn_cpu_ms"]
    note = (
        f"Pages of {ANSWERS_A_PAGE} answers in words that are made up, besides what the shipped "
        "training data says of small talk, danger and what is out of scope. CPU: user and system "
        "time of all processes. Right: questions in no training file."
    )
    return Report("growth", figures, (Table(("pages", *_COLUMNS.values()), rows),), (note,))


def _cell(key: str, value: float) -> str:
    if key == "right":
        return f"{100 * value:.1f} %"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def draw(figure: Any, sizes: list[dict[str, Any]]) -> None:
    """One panel for each figure, against pages."""
    figure.set_size_inches(12, 6)
    pages = [one["pages"] for one in sizes]
    for axes, key in zip(figure.subplots(2, 4).flat, _DRAWN, strict=True):
        axes.plot(pages, [one[key] for one in sizes], "o-")
        top = 1.1 * max(one[key] for one in sizes)
        axes.set(title=_COLUMNS[key], xlabel="pages", xscale="log", ylim=(0, top))
        axes.set_xticks(pages, [str(count) for count in pages])
        axes.minorticks_off()


if __name__ == "__main__":
    main()
