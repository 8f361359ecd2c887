"""Reads labelled messages for measuring the search for danger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.commands.errors import CommandError
from bot.content.csv_table import TableError, read_table

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
        rows = read_table(file, ("text", "label"))
    except TableError as error:
        raise CommandError(str(error)) from None
    for row in rows:
        if row.cells["label"] not in _LABELS:
            raise CommandError(f"{row.place}: the row has no label crisis, emergency or harmless")
    return [row.cells for row in rows]
