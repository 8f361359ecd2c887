"""Seals everything that is stored with the first key, so that the others are needed no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table, Text, bindparam, func, select, update
from sqlalchemy.engine import Row

from bot.database.engine import Database
from bot.database.sealed_columns import SEALED_COLUMNS
from bot.database.vault import Vault, VaultError

#: Rows in one transaction: others wait for its lock no longer than a moment.
_BATCH_ROWS = 200

#: `row_id`, the `kept` value, and the same `resealed`.
_Change = dict[str, str]


@dataclass(frozen=True)
class Batch:
    """What one transaction did.

    `rows` were looked at, `resealed` values got the first key, `unreadable` values stay as they
    are because no key opens them.
    """

    rows: int
    resealed: int
    unreadable: int


class Resealing:
    """Reseals the values of one database.

    What is sealed with the first key already is left alone: after a crash the next run goes on.
    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def rows(self) -> int:
        """How many rows `batches` looks at."""
        with self._database.reading() as connection:
            return sum(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in SEALED_COLUMNS
            )

    def batches(self) -> Iterator[Batch]:
        """Reseal everything once; each batch is durable when it is yielded.

        What others store meanwhile may be missed: a run that reseals nothing proves that nothing
        is left.
        """
        for table, columns in SEALED_COLUMNS.items():
            last = ""
            while rows := self._rows_after(table, columns, last):
                yield self._reseal(table, columns, rows)
                last = rows[-1].id

    def _rows_after(self, table: Table, columns: tuple[Column[Text], ...], last: str) -> list[Row]:
        with self._database.reading() as connection:
            return connection.execute(
                select(table.c.id, *columns)
                .where(table.c.id > last)
                .order_by(table.c.id)
                .limit(_BATCH_ROWS)
            ).all()

    def _reseal(self, table: Table, columns: tuple[Column[Text], ...], rows: list[Row]) -> Batch:
        changes: dict[Column[Text], list[_Change]] = {column: [] for column in columns}
        unreadable = 0
        for row in rows:
            for column in columns:
                kept = row._mapping[column]
                if kept is None or self._vault.is_current(kept):
                    continue
                try:
                    changes[column].append(
                        {"row_id": row.id, "kept": kept, "resealed": self._vault.reseal(kept)}
                    )
                except VaultError:
                    unreadable += 1
        resealed = sum(map(len, changes.values()))
        if resealed:
            self._write(table, changes)
        return Batch(len(rows), resealed, unreadable)

    def _write(self, table: Table, changes: dict[Column[Text], list[_Change]]) -> None:
        with self._database.writing() as connection:
            for column, changed in changes.items():
                if changed:
                    # Nothing that somebody else wrote meanwhile is overwritten.
                    still = (table.c.id == bindparam("row_id"), column == bindparam("kept"))
                    statement = update(table).where(*still)
                    connection.execute(
                        statement.values({column.name: bindparam("resealed")}), changed
                    )
