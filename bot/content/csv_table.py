"""Read CSV tables, and say in one line what is wrong with one that cannot be used."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


class TableError(ValueError):
    """The file cannot be used. Its text is one line with the place, without any cell."""


@dataclass(frozen=True)
class TableRow:
    """One row: its cells by column, and its place as `file:line`. A missing cell is empty."""

    place: str
    cells: dict[str, str] = field(repr=False)


def read_table(file: Path, needed: Iterable[str]) -> list[TableRow]:
    """The rows of a CSV file in UTF-8, with a byte-order mark or without.

    Args:
        needed: columns that the file and each of its rows must have; others may be there too.

    Raises:
        TableError: it cannot be read, is empty, is not CSV or UTF-8, lacks a column or has no
            rows, or a row lacks a needed cell or has one too many.
    """
    try:
        # utf-8-sig: spreadsheets put a byte-order mark in front.
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(_rows(csv.DictReader(opened, strict=True), file, sorted(needed)))
    except OSError as error:
        raise TableError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TableError(f"{file} is not UTF-8 text: save it as UTF-8") from None
    if not rows:
        raise TableError(f"{file} holds no rows")
    return rows


def _rows(table: csv.DictReader[str], file: Path, needed: list[str]) -> Iterator[TableRow]:
    try:
        columns = table.fieldnames
        if not columns:
            raise TableError(f"{file} is empty")
        for name in needed:
            if name not in columns:
                raise TableError(f"{file} has no column `{name}`")
        for record in table:
            place = f"{file}:{table.line_num}"
            if None in record or any(record[name] is None for name in needed):
                raise TableError(f"{place}: the row has not as many cells as the header")
            yield TableRow(place, {name: cell or "" for name, cell in record.items()})
    except csv.Error as error:
        raise TableError(f"{file}:{table.line_num}: not CSV: {error}") from None
