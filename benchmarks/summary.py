"""One page over all parts, made from what each has kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.plan import Aim, Plan
from benchmarks.report import Table, put
from benchmarks.runs import Ending, Run, Runs

SUMMARY = "README.md"
_ABOUT = """# What was measured

Written by `make benchmark`; do not edit. Each part has its tables, picture and JSON here.
"""
_AIMS = ("aim", "reached for", "measured", "", "command", "machine", "date")
_UNREADABLE = "its file cannot be read"


def write_summary(plan: Plan, folder: Path) -> str:
    """Write `README.md` into `folder`; the text."""
    kept = {part.name: _kept(folder / f"{part.name}.json") for part in plan.parts}
    aims = [_row(aim, kept.get(aim.part)) for aim in plan.aims]
    runs = Runs(folder).all()
    parts = [
        [f"[{name}]({name}.md)" if content else name, *_about(content), _last(runs.get(name))]
        for name, content in kept.items()
    ]
    tables = (Table(_AIMS, aims), Table(("part", "measured on", "date", "last run"), parts))
    text = "\n".join((_ABOUT, *(table.markdown() for table in tables)))
    folder.mkdir(parents=True, exist_ok=True)
    put(folder / SUMMARY, text)
    return text


def _kept(file: Path) -> dict[str, Any] | None:
    """What a part has kept; None: nothing; empty: a file that cannot be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _row(aim: Aim, kept: dict[str, Any] | None) -> list[str]:
    word, limit = ("at least", aim.at_least) if aim.at_most is None else ("at most", aim.at_most)
    wanted = f"{word} {_number(limit)} {aim.unit}".rstrip()
    value = aim.measured(kept or {})
    if kept is None or value is None:
        why = _UNREADABLE if kept == {} else "not measured"
        return [aim.aim, wanted, "–", why, f"`make benchmark PARTS={aim.part}`", "", ""]
    verdict = "met" if aim.met(value) else "**missed**"
    measured = f"{_number(value)} {aim.unit}".rstrip()
    return [aim.aim, wanted, measured, verdict, f"`{kept.get('command')}`", *_about(kept)]


def _about(kept: dict[str, Any] | None) -> list[str]:
    if not kept:
        return ["not measured" if kept is None else _UNREADABLE, ""]
    busy = f", load {kept['load']}" if "load" in kept else ""
    return [f"{kept.get('machine', 'unknown')}{busy}", str(kept.get("date", "unknown"))]


def _last(run: Run | None) -> str:
    if run is None:
        return "–"
    took = "" if run.ending is Ending.LEFT_OUT else f", {run.seconds / 60:.1f} min"
    return f"{run.ending.value}{took}, {run.date}"


def _number(value: float | None) -> str:
    return f"{value:.3g}" if value is not None and abs(value) < 1000 else f"{value:.0f}"
