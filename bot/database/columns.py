"""What every table is made of, and the one list of them all."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import DateTime, MetaData
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 32
DIGEST_LENGTH = 64

metadata = MetaData()


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Keep the moment as UTC."""
        return value.astimezone(timezone.utc) if value else None

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Give the moment back with its zone."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(timezone.utc)
