"""Who did what, append only: each row's digest covers the row and the digest before it.

A row that was changed, removed, inserted or moved breaks the chain. Rows cut off at the end do not,
and whoever can write to the database can make the whole chain anew: who wants to find that notes
the count and the last digest elsewhere, and compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection, Row

from bot.database.schema import DIGEST_LENGTH, audit

#: What stands before the first row.
FIRST_DIGEST = "0" * DIGEST_LENGTH

#: The advisory lock of everybody who writes the audit, on PostgreSQL ("audit" in ASCII).
_LOCK_KEY = 0x6175646974

#: Rows that are held in memory at once while verifying.
_BATCH = 1000


class AuditAction(str, Enum):
    """Everything that the audit tells of."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    RECORD_CREATED = "record_created"
    RECORD_APPENDED = "record_appended"
    RECORD_VIEWED = "record_viewed"
    RECORD_CLAIMED = "record_claimed"
    RECORD_CHANGED = "record_changed"
    NOTE_ADDED = "note_added"
    TOOK_OVER = "took_over"
    HANDED_BACK = "handed_back"
    STAFF_MESSAGE = "staff_message"
    EXPORTED = "exported"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    KEYS_ROTATED = "keys_rotated"
    ERASED = "erased"
    CONVERSATION_DELETED = "conversation_deleted"
    PURGED = "purged"
    DELIVERED = "delivered"
    DELIVERY_DEAD = "delivery_dead"
    DELIVERY_RETRIED = "delivery_retried"
    SEARCHED = "searched"


@dataclass(frozen=True)
class AuditEntry:
    """One row. `actor` is "user:<name>", "patient", "system" or "command line".

    `subject` is the reference of a record or the name of a user; `detail` holds closed values only.
    """

    position: int
    at: datetime
    actor: str
    action: AuditAction
    subject: str | None
    detail: Mapping[str, str]


@dataclass(frozen=True)
class AuditReport:
    """What verifying found.

    `count` rows are sound, the last of them with `last_digest`. `broken_position` is where the
    first fault is: the position of a row that was changed, inserted or moved, or that is missing.
    """

    count: int
    last_digest: str
    broken_position: int | None = None

    @property
    def is_sound(self) -> bool:
        """Whether the whole chain holds."""
        return self.broken_position is None


def lock(connection: Connection) -> None:
    """Become the only one who writes the audit, until the transaction ends.

    `append` does it too. A transaction that also locks other rows has to do it before them, or it
    may wait for one that waits for it. SQLite lets in one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))


def append(
    connection: Connection,
    *,
    actor: str,
    action: AuditAction,
    subject: str | None = None,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Add a row, kept if and when the caller's transaction is.

    Args:
        actor: "user:<name>", "patient", "system" or "command line".
        subject: the reference of a record or the name of a user.
        detail: closed values only, never a text that a person wrote.
    """
    lock(connection)
    last = connection.execute(
        select(audit.c.position, audit.c.digest).order_by(audit.c.position.desc()).limit(1)
    ).first()
    row = {
        "position": last.position + 1 if last else 1,
        "at": datetime.now(timezone.utc),
        "actor": actor,
        "action": action.value,
        "subject": subject,
        "detail": json.dumps(dict(detail or {}), sort_keys=True, separators=(",", ":")),
        "previous": last.digest if last else FIRST_DIGEST,
    }
    connection.execute(insert(audit).values(**row, digest=_digest(row)))


def verify(connection: Connection) -> AuditReport:
    """Follow the chain from its first row to its last, or to the first fault."""
    count, previous = 0, FIRST_DIGEST
    try:
        for row in _rows(connection):
            position = count + 1
            if row.position != position or row.previous != previous or row.digest != _sum(row):
                # A row too early stands where no row may be; one too late leaves a gap before it.
                return AuditReport(count, previous, min(position, row.position))
            count, previous = position, row.digest
    except (TypeError, ValueError):
        # A row holds what is no time or no text: SQLite takes anything.
        return AuditReport(count, previous, count + 1)
    return AuditReport(count, previous)


def entries(
    connection: Connection, *, subject: str | None = None, limit: int = 200
) -> tuple[AuditEntry, ...]:
    """The latest rows, newest first; only those of `subject` if one is named."""
    chosen = select(audit).order_by(audit.c.position.desc()).limit(limit)
    if subject is not None:
        chosen = chosen.where(audit.c.subject == subject)
    return tuple([_entry(row) for row in connection.execute(chosen)])


def position_of(connection: Connection, digest: str) -> int | None:
    """Where a digest that somebody noted earlier stands in the chain; 0 before its first row."""
    if digest == FIRST_DIGEST:
        return 0
    found: int | None = connection.execute(
        select(audit.c.position).where(audit.c.digest == digest)
    ).scalar()
    return found


def _rows(connection: Connection) -> Iterator[Row]:
    last: int | None = None
    while True:
        batch = select(audit).order_by(audit.c.position).limit(_BATCH)
        if last is not None:
            batch = batch.where(audit.c.position > last)
        count = 0
        for row in connection.execute(batch):
            count, last = count + 1, row.position
            yield row
        if count < _BATCH:
            return


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        position=row.position,
        at=row.at,
        actor=row.actor,
        action=AuditAction(row.action),
        subject=row.subject,
        detail=json.loads(row.detail),
    )


def _sum(row: Row) -> str:
    return _digest(dict(row._mapping))


def _digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over a JSON list of everything else in the row, in hexadecimal digits."""
    at: datetime = row["at"]
    covered = [
        row["position"],
        at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
        row["actor"],
        row["action"],
        row["subject"],
        row["detail"],
        row["previous"],
    ]
    return hashlib.sha256(json.dumps(covered, separators=(",", ":")).encode()).hexdigest()
