"""Keeps the figures of finished cells in a JSON file, so that a long run can be resumed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, today
from benchmarks.report import put
from benchmarks.understanding.cell import Cell
from benchmarks.understanding.measures import Figures


class ResultsError(Exception):
    """The file of results is not one that this command wrote."""


class Results:
    """The figures by cell. A cell whose pipeline has changed since counts as not run."""

    def __init__(self, file: Path) -> None:
        """Read `file` if it is there.

        Raises:
            ResultsError: it is no file of results.
        """
        self._file = file
        self._cells = self._read()

    def figures(self, cell: Cell) -> Figures | None:
        """The figures of a cell, or None if it was not run."""
        kept = self._cells.get(str(cell))
        if kept is None or kept["fingerprint"] != cell.fingerprint():
            return None
        return Figures(**kept["figures"])

    def add(self, cell: Cell, figures: Figures, fingerprint: str) -> None:
        """Keep the figures of a cell, and write the file."""
        # Another run may have added to the file meanwhile.
        self._cells = self._read()
        self._cells[str(cell)] = {"fingerprint": fingerprint, "figures": asdict(figures)}
        content = {
            "part": "understanding",
            "command": "make benchmark PARTS=understanding DATA=folder",
            "machine": machine(),
            "date": today(),
            "cells": dict(sorted(self._cells.items())),
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        put(self._file, json.dumps(content, indent=1) + "\n")

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self._file.is_file():
            return {}
        try:
            cells: dict[str, dict[str, Any]] = json.loads(self._file.read_text(encoding="utf-8"))[
                "cells"
            ]
        except (ValueError, KeyError, TypeError):
            raise ResultsError(f"{self._file} is no file of results: remove it") from None
        return cells
