"""Runs parts one after the other; how each ended is kept at once in `runs.json`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from benchmarks.machine import today
from benchmarks.plan import Part
from benchmarks.report import RESULTS_VARIABLE, put
from bot.configuration.settings import ROOT

_FILE = "runs.json"


class Ending(str, Enum):
    """How a part ended."""

    DONE = "done"
    FAILED = "failed"
    LEFT_OUT = "left out: no DATA=folder"


@dataclass(frozen=True)
class Run:
    """The last run of a part, and what it took."""

    ending: Ending
    seconds: float
    date: str


class Runs:
    """The last run of each part. A file that cannot be read counts as none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / _FILE

    def all(self) -> dict[str, Run]:
        """By part."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return {
                name: Run(Ending(run["ending"]), float(run["seconds"]), run["date"])
                for name, run in kept.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def add(self, part: str, run: Run) -> None:
        """Keep how a part ended."""
        runs = self.all() | {part: run}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        content = {name: asdict(one) for name, one in sorted(runs.items())}
        put(self._file, json.dumps(content, indent=1) + "\n")


def expected_minutes(part: Part, runs: dict[str, Run]) -> float:
    """What the part took the last time it ended well; else what the plan says."""
    last = runs.get(part.name)
    return last.seconds / 60 if last and last.ending is Ending.DONE else part.minutes


def run_all(parts: Sequence[Part], data: Path | None, runs: Runs) -> bool:
    """Run each part in a process of its own, whatever became of those before; True: none failed."""
    endings = []
    for part in parts:
        print(f"\n== {part.name}: {part.title}", flush=True)
        run = _run(part, data, runs.folder)
        runs.add(part.name, run)
        endings.append(run.ending)
        print(f"== {part.name}: {run.ending.value}, {run.seconds:.0f} s", flush=True)
    return Ending.FAILED not in endings


def _run(part: Part, data: Path | None, results: Path) -> Run:
    if part.needs_data and data is None:
        return Run(Ending.LEFT_OUT, 0.0, today())
    command = [sys.executable, "-W", "ignore", "-m", *part.command]
    more = [str(data)] if part.needs_data else []
    started = time.monotonic()
    environment = {**os.environ, RESULTS_VARIABLE: str(results.resolve())}
    status = subprocess.run([*command, *more], cwd=ROOT, env=environment).returncode
    ending = Ending.FAILED if status else Ending.DONE
    return Run(ending, time.monotonic() - started, today())
