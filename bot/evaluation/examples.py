"""Labelled messages, read from CSV."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.content.csv_table import TableError, TableRow, read_table
from bot.evaluation.expectations import Expectation, LabelReader

_TEXT, _EXPECTED, _ALSO_OK, _STYLE = "text", "expected", "also_ok", "style"
_CONVERSATION, _TURN = "conversation", "turn"


class ExamplesError(Exception):
    """The file cannot be used. Its text is one line, without any word of a message."""


@dataclass(frozen=True)
class Example:
    """One labelled message. `turn` counts from 1 in its conversation; `style` may be empty."""

    text: str = field(repr=False)
    expectation: Expectation
    style: str = ""
    conversation: str = ""
    turn: int = 1


def read_first_messages(file: Path, labels: LabelReader) -> list[Example]:
    """First messages: columns `text`, `expected`, and if there are any `also_ok` and `style`.

    Raises:
        ExamplesError: the file cannot be read, is not CSV, lacks a column, has no rows, or a row
            has no text or a label that does not exist.
    """
    return [_example(row, labels) for row in _rows(file, {_TEXT, _EXPECTED})]


def read_conversations(file: Path, labels: LabelReader) -> list[list[Example]]:
    """Conversations, each in the order of its turns: also `conversation` and `turn`.

    Raises:
        ExamplesError: as for first messages, or the turns of a conversation are not 1, 2, 3 …
    """
    found: dict[str, list[Example]] = {}
    for row in _rows(file, {_CONVERSATION, _TURN, _TEXT, _EXPECTED}):
        example = _example(row, labels)
        turns = found.setdefault(row.cells[_CONVERSATION], [])
        turns.append(example)
        if row.cells[_TURN].strip() != str(len(turns)):
            raise ExamplesError(f"{row.place}: the turns of a conversation go 1, 2, 3 …")
    return [*found.values()]


def _example(row: TableRow, labels: LabelReader) -> Example:
    cells = row.cells
    if not cells[_TEXT].strip():
        raise ExamplesError(f"{row.place}: the row has no text")
    try:
        expectation = labels.expectation(cells[_EXPECTED], cells.get(_ALSO_OK, ""))
    except ValueError:
        raise ExamplesError(f"{row.place}: a label that docs/labelling.md does not have") from None
    return Example(
        cells[_TEXT],
        expectation,
        style=cells.get(_STYLE, "").strip(),
        conversation=cells.get(_CONVERSATION, ""),
        turn=int(cells[_TURN]) if cells.get(_TURN, "").strip().isdecimal() else 1,
    )


def _rows(file: Path, needed: set[str]) -> list[TableRow]:
    try:
        return read_table(file, needed)
    except TableError as error:
        raise ExamplesError(str(error)) from None
