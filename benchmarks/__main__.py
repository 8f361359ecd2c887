"""Runs all of the benchmark, or some parts of it, and writes benchmarks/results/README.md.

Each part stands alone and is kept as soon as it is done: one that fails costs no other its
figures, and its own from an earlier run stay.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.plan import Part, UnknownPartError, load_plan
from benchmarks.report import RESULTS
from benchmarks.runs import Runs, expected_minutes, run_all
from benchmarks.summary import SUMMARY, write_summary


def main(given: Sequence[str] | None = None) -> int:
    """0; 1 if a part failed; 2 if a part or the folder of data is not there."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="only these (default: all)")
    parser.add_argument("--data", type=Path, help="the folder that holds banking77/ and clinc150/")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder of the results")
    parser.add_argument("--summary", action="store_true", help="measure nothing: write the summary")
    chosen = parser.parse_args(given)
    plan, runs = load_plan(), Runs(chosen.results)
    try:
        parts = [] if chosen.summary else plan.choose(chosen.parts)
        if chosen.data is not None and not chosen.data.is_dir():
            raise UnknownPartError(f"{chosen.data} is no folder")
    except UnknownPartError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    _announce(parts, chosen.data, runs)
    well = run_all(parts, chosen.data, runs)
    text = write_summary(plan, chosen.results)
    print(f"\n{text}\n{chosen.results / SUMMARY} is written")
    return 0 if well else 1


def _announce(parts: Sequence[Part], data: Path | None, runs: Runs) -> None:
    known, together = runs.all(), 0.0
    for part in parts:
        left_out = part.needs_data and data is None
        minutes = 0.0 if left_out else expected_minutes(part, known)
        takes = "left out: no DATA=folder" if left_out else f"about {minutes:.0f} min"
        together += minutes
        print(f"{part.name:14} {takes:26} {part.title}")
    if parts:
        print(f"together about {together:.0f} min on a quiet machine", flush=True)


if __name__ == "__main__":
    sys.exit(main())
