"""Claims with a lease: work that waits in a table is taken by one worker, for a time.

The table has the columns `id`, `leased_until` and `next_attempt_at`. When its lease ends, a row
that nobody settled is free again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Table, or_, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import ColumnElement


def free(table: Table, now: datetime) -> ColumnElement[Boolean]:
    """Whether nobody holds a lease on a row."""
    return or_(table.c.leased_until.is_(None), table.c.leased_until <= now)


def lease(
    connection: Connection,
    table: Table,
    chosen: Select,
    *,
    gravest: ColumnElement[Any],
    until: datetime,
    limit: int,
) -> Sequence[Row]:
    """Take up to `limit` rows of `chosen`: the gravest, then the longest due first.

    A row that another worker is just taking is passed over.
    """
    ordered = chosen.order_by(gravest, table.c.next_attempt_at, table.c.id).limit(limit)
    rows: Sequence[Row] = connection.execute(
        ordered.with_for_update(of=table, skip_locked=True)
    ).all()
    if rows:
        ids = [row.id for row in rows]
        connection.execute(update(table).where(table.c.id.in_(ids)).values(leased_until=until))
    return rows
