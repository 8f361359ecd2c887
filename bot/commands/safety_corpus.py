"""Reads labelled messages for measuring the search for danger."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from bot.commands.errors import CommandError

CORPUS = Path(__file__).parents[2] / "tests" / "safety" / "corpus"

#: The label of a message without danger; the others are `crisis` and `emergency`.
HARMLESS = "harmless"

#: The half of the corpus that whoever writes the lexicon may read.
SEEN = "seen"

_LABELS = frozenset({"crisis", "emergency", HARMLESS})


def read_messages(files: Sequence[Path] | None) -> list[dict[str, str]]:
    """The rows of some CSV files, or of the shipped corpus.

    Raises:
        CommandError: a file cannot be read, lacks a column, or has an unknown label; or no rows.
    """
    rows = [row for file in files or sorted(CORPUS.glob("*.csv")) for row in _read(file)]
    if not rows:
        raise CommandError("there are no messages to measure on")
    return rows


def _read(file: Path) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = csv.DictReader(opened, strict=True)
            if not {"text", "label"} <= set(table.fieldnames or ()):
                raise CommandError(f"{file} needs the columns text and label")
            rows = list(table)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise CommandError(f"{file} is not CSV in UTF-8") from None
    for number, row in enumerate(rows, start=1):
        if row["label"] not in _LABELS or row["text"] is None:
            raise CommandError(f"{file}: row {number} has no label crisis, emergency or harmless")
    return rows
