"""Trains libraries of growing size and writes benchmarks/results/growth.{md,json,png}.

Times are of the processor (user and system, all cores), so that what else the machine does counts
little; only the training's wall-clock time is given beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
import psutil
from tqdm import tqdm

from benchmarks.growth.library import ANSWERS_A_PAGE, Made, make_project
from benchmarks.running_product import ROOT

RESULTS = ROOT / "benchmarks" / "results"
_QUESTIONS = 300
_COLUMNS = {
    "examples": "training examples",
    "training_cpu_seconds": "training, CPU s",
    "training_seconds": "training, s",
    "training_memory_mb": "training, peak MB",
    "load_cpu_seconds": "load, CPU s",
    "parse_cpu_ms": "parse, CPU ms",
    "memory_mb": "loaded, MB",
    "model_mb": "model, MB",
}


def main() -> None:
    """Measure the sizes asked for, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[1, 10, 30, 100])
    chosen = parser.parse_args()
    rows = []
    for pages in tqdm(chosen.pages):
        with tempfile.TemporaryDirectory() as folder:
            rows.append({"pages": pages, **measure(make_project(Path(folder), pages))})
        # After each: a size that the machine cannot do costs no other its figures.
        write({"machine": _machine(), "answers_a_page": ANSWERS_A_PAGE, "sizes": rows})
    sys.stdout.write((RESULTS / "growth.md").read_text(encoding="utf-8"))


def measure(made: Made) -> dict[str, float]:
    """What training, loading and parsing take.

    Raises:
        subprocess.CalledProcessError: one of them failed.
    """
    environment = {**os.environ, "PYTHONPATH": str(made.folder), "RASA_TELEMETRY_ENABLED": "false"}
    options: dict[str, Any] = {"cwd": made.folder, "env": environment, "stderr": subprocess.DEVNULL}
    command = ["-m", "rasa", "train", "--force", "--skip-validation", "--fixed-model-name", "made"]
    started = time.monotonic()
    training = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL, **options)
    _, status, used = os.wait4(training.pid, 0)
    training.returncode = os.waitstatus_to_exitcode(status)
    if training.returncode:
        raise subprocess.CalledProcessError(training.returncode, command)
    seconds = time.monotonic() - started
    model = made.folder / "models" / "made.tar.gz"
    step = max(1, len(made.questions) // _QUESTIONS)
    parsed = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("parsing.py")), str(model)],
        input="\n".join(made.questions[::step]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        **options,
    )
    return {
        "examples": made.examples,
        "training_cpu_seconds": used.ru_utime + used.ru_stime,
        "training_seconds": seconds,
        "training_memory_mb": used.ru_maxrss / 1e3,
        "model_mb": model.stat().st_size / 1e6,
        **json.loads(parsed.stdout.splitlines()[-1]),
    }


def _machine() -> str:
    return f"{psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} at the end"


def write(figures: dict[str, Any]) -> None:
    """Write the JSON file, the table and the plot."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "growth.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "growth.md").write_text(table(figures), encoding="utf-8")
    _plot(figures["sizes"], RESULTS / "growth.png")


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [
        f"Machine: {figures['machine']}. Command: `python -m benchmarks.growth`.",
        f"Pages of {figures['answers_a_page']} answers, in words that are made up.",
        "",
        "| pages | " + " | ".join(_COLUMNS.values()) + " |",
        "|---" * (1 + len(_COLUMNS)) + "|",
    ]
    for row in figures["sizes"]:
        cells = (f"{row[key]:.3g}" if row[key] < 100 else f"{row[key]:.0f}" for key in _COLUMNS)
        lines.append(f"| {row['pages']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _plot(rows: list[dict[str, float]], file: Path) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    shown = ("training_cpu_seconds", "parse_cpu_ms", "memory_mb", "model_mb")
    figure, panels = plt.subplots(1, len(shown), figsize=(12, 3))
    for axes, key in zip(panels, shown, strict=True):
        axes.plot([row["pages"] for row in rows], [row[key] for row in rows], "o-")
        axes.set_title(_COLUMNS[key])
        axes.set_xlabel("pages")
        axes.set_ylim(bottom=0)
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
