"""Our pipeline and Rasa's on BANKING77 and CLINC150, ten-shot and full.

Prints one table and writes it with its figures and a picture to `benchmarks/results/`. Cells that
were measured before with the same pipeline are not measured again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.machine import machine
from benchmarks.report import RESULTS, picture, put
from benchmarks.understanding import table
from benchmarks.understanding.cell import Cell, measure
from benchmarks.understanding.datasets import DatasetError, DatasetName, Shots, read_dataset
from benchmarks.understanding.pipelines import PipelineName
from benchmarks.understanding.results import Results, ResultsError


def main() -> int:
    """Measure what is missing of the chosen cells; 2 if the data cannot be used."""
    chosen = _arguments()
    folder: Path = chosen.results
    try:
        results = Results(folder / "understanding.json")
        for cell in table.CELLS:
            wanted = (
                cell.pipeline in chosen.pipeline
                and cell.dataset in chosen.dataset
                and cell.shots in chosen.shots
            )
            if wanted and (chosen.again or results.figures(cell) is None):
                _measure(cell, chosen.data, results)
    except (DatasetError, ResultsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"error: Rasa failed with status {error.returncode}", file=sys.stderr)
        return 1
    _write(results, folder)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.understanding", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder that holds banking77/ and clinc150/")
    for name, choices in (("pipeline", PipelineName), ("dataset", DatasetName), ("shots", Shots)):
        parser.add_argument(
            f"--{name}",
            type=choices,
            nargs="+",
            default=list(choices),
            help=f"only these: {', '.join(choice.value for choice in choices)}",
        )
    parser.add_argument("--again", action="store_true", help="measure what was measured too")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write")
    return parser.parse_args()


def _measure(cell: Cell, data: Path, results: Results) -> None:
    print(f"measuring {cell}", file=sys.stderr, flush=True)
    # Before the run: what changes meanwhile was not measured.
    fingerprint = cell.fingerprint()
    figures = measure(cell, read_dataset(data, cell.dataset, cell.shots))
    results.add(cell, figures, fingerprint)


def _write(results: Results, folder: Path) -> None:
    measured = {
        cell: figures for cell in table.CELLS if (figures := results.figures(cell)) is not None
    }
    shown = table.rows(measured)
    about = f"Machine: {machine()}\n\n"
    folder.mkdir(parents=True, exist_ok=True)
    put(folder / "understanding.md", about + shown.markdown())
    put(folder / "understanding.txt", about + shown.plain())
    picture(folder / "understanding.png", lambda figure: table.draw(figure, measured))
    print(about + shown.plain())


if __name__ == "__main__":
    sys.exit(main())
