"""Numbers that want no texts: one list for every sender, kept when all else of them is deleted."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.database.schema import opt_outs

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class OptOutSource(str, Enum):
    """How the wish became known: a key word, the provider's own list, or its refusal to send."""

    KEYWORD = "keyword"
    PROVIDER = "provider"


def opt_out(
    connection: Connection, address_index: str, source: OptOutSource, now: datetime
) -> bool:
    """Send nothing more to this address. Returns whether that is new.

    Args:
        now: the moment of the wish, in UTC.
    """
    row = {"address_index": address_index, "since": now, "source": source.value}
    insert = _INSERT[connection.dialect.name](opt_outs).values(row)
    return bool(connection.execute(insert.on_conflict_do_nothing()).rowcount)


def opt_in(connection: Connection, address_index: str) -> bool:
    """Text this address again. Returns whether that is new."""
    gone = connection.execute(delete(opt_outs).where(opt_outs.c.address_index == address_index))
    return bool(gone.rowcount)


def is_opted_out(connection: Connection, address_index: str) -> bool:
    """Whether this address wants no texts."""
    found = connection.execute(
        select(opt_outs.c.address_index).where(opt_outs.c.address_index == address_index)
    )
    return found.first() is not None
