"""Deletes what has been kept long enough (`retention.yml`), a little at a time.

Each batch is one short transaction that tells the audit of itself: a run that is cut short has kept
what it did, and the next one goes on. Whatever is open stays, however old it is; the one exception
is a record that names no way to reach anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import delete, func, or_, select, true
from sqlalchemy.engine import Connection

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.deletion import delete_conversations
from bot.database.engine import Database
from bot.database.schema import (
    conversations,
    desk_sessions,
    feedback,
    inbound_texts,
    intake_records,
    outbound_texts,
    outbox,
    safety_alerts,
    text_threads,
    turns,
)
from bot.intake.actors import SYSTEM, Actor
from bot.intake.open_records import from_conversation
from bot.intake.outbox import NoticeState
from bot.intake.record_rows import IS_OPEN
from bot.intake.retention import Days, Retention


class PurgedKind(str, Enum):
    """What is purged, each kind after a time of its own."""

    CONVERSATIONS = "conversations"
    CLOSED_RECORDS = "closed_records"
    RECORDS_WITHOUT_CONTACT = "records_without_contact"
    DELIVERED_NOTICES = "delivered_notices"
    DEAD_NOTICES = "dead_notices"
    SAFETY_ALERTS = "safety_alerts"
    FEEDBACK = "feedback"
    DESK_SESSIONS = "desk_sessions"
    INBOUND_TEXTS = "inbound_texts"
    OUTBOUND_TEXTS = "outbound_texts"
    TEXT_THREADS = "text_threads"


#: Deletes what was too old at a moment, so many at most. Returns how many.
Step = Callable[[Connection, datetime, int], int]


@dataclass(frozen=True)
class SessionLife:
    """When a session at the desk ends: so long after the last act, and after signing in."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class PurgeCounts:
    """How many of each kind were deleted; a kind of which there were none is not named."""

    deleted: Mapping[PurgedKind, int]

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.deleted.values())


class Purge:
    """Deletes what is too old from one database.

    Args:
        desk: sessions that have ended by it go at once.
        actor: who the audit says did it.

    Every method raises `DatabaseUnavailableError` when the database cannot do it; the batches
    before are done.
    """

    def __init__(
        self,
        database: Database,
        retention: Retention,
        *,
        desk: SessionLife,
        actor: Actor = SYSTEM,
    ) -> None:
        self._database = database
        self._most = retention.purge.batch
        self._steps = _steps(retention.days, desk)
        self._actor = actor

    def run(self, now: datetime) -> PurgeCounts:
        """Delete everything that was too old at `now` (UTC)."""
        counts: Counter[PurgedKind] = Counter()
        for kind, deleted in self.batches(now):
            counts[kind] += deleted
        return PurgeCounts(dict(counts))

    def batches(self, now: datetime) -> Iterator[tuple[PurgedKind, int]]:
        """The same step by step: each batch is durable when it is yielded, with its count."""
        for kind, step in self._steps.items():
            deleted = self._most
            while deleted == self._most:
                deleted = self._batch(kind, step, now)
                if deleted:
                    yield kind, deleted
        # Also after a run that found nothing: one before may have been cut short.
        self._database.flush_deletions()

    def _batch(self, kind: PurgedKind, step: Step, now: datetime) -> int:
        with self._database.writing() as connection:
            audit_log.lock(connection)
            deleted = step(connection, now, self._most)
            if deleted:
                audit_log.append(
                    connection,
                    actor=self._actor.name,
                    action=AuditAction.PURGED,
                    detail={"kind": kind.value, "count": str(deleted)},
                )
        return deleted


def _steps(days: Days, desk: SessionLife) -> dict[PurgedKind, Step]:
    """What deletes a batch of each kind."""
    return {
        PurgedKind.CONVERSATIONS: _conversations(timedelta(days=days.conversations)),
        PurgedKind.CLOSED_RECORDS: _rows(
            intake_records.c.id,
            ~IS_OPEN,
            func.coalesce(intake_records.c.closed_at, intake_records.c.changed_at),
            days.closed_records,
        ),
        PurgedKind.RECORDS_WITHOUT_CONTACT: _rows(
            intake_records.c.id,
            IS_OPEN & intake_records.c.contact_index.is_(None),
            intake_records.c.changed_at,
            days.records_without_contact,
        ),
        PurgedKind.DELIVERED_NOTICES: _rows(
            outbox.c.id,
            outbox.c.state.in_([NoticeState.DELIVERED.value, NoticeState.SKIPPED.value]),
            func.coalesce(outbox.c.delivered_at, outbox.c.created_at),
            days.delivered_notices,
        ),
        PurgedKind.DEAD_NOTICES: _rows(
            outbox.c.id,
            outbox.c.state == NoticeState.DEAD.value,
            # Of a dead notice this is when it died.
            outbox.c.next_attempt_at,
            days.dead_notices,
        ),
        PurgedKind.SAFETY_ALERTS: _rows(
            safety_alerts.c.id, true(), safety_alerts.c.occurred_at, days.safety_alerts
        ),
        PurgedKind.FEEDBACK: _rows(feedback.c.id, true(), feedback.c.at, days.feedback),
        PurgedKind.DESK_SESSIONS: _ended_sessions(desk),
        # After the conversations, which they are copies of.
        PurgedKind.INBOUND_TEXTS: _rows(
            inbound_texts.c.id, true(), inbound_texts.c.received_at, days.conversations
        ),
        PurgedKind.OUTBOUND_TEXTS: _rows(
            outbound_texts.c.id,
            outbound_texts.c.settled_at.is_not(None),
            outbound_texts.c.settled_at,
            days.conversations,
        ),
        PurgedKind.TEXT_THREADS: _rows(
            text_threads.c.id, _is_unused(), text_threads.c.last_inbound_at, days.conversations
        ),
    }


def _is_unused() -> Any:
    """Nothing of the thread is left: no text, and no conversation that staff may answer by it."""
    return ~or_(
        select(conversations.c.id).where(conversations.c.thread_id == text_threads.c.id).exists(),
        select(inbound_texts.c.id).where(inbound_texts.c.thread_id == text_threads.c.id).exists(),
        select(outbound_texts.c.id).where(outbound_texts.c.thread_id == text_threads.c.id).exists(),
    )


def _rows(id_column: Any, condition: Any, since: Any, days: int) -> Step:
    """Deletes rows that meet the condition and whose moment `since` is so many days ago."""

    def step(connection: Connection, now: datetime, most: int) -> int:
        before = now - timedelta(days=days)
        return _delete(connection, id_column, condition & (since < before), most)

    return step


def _ended_sessions(desk: SessionLife) -> Step:
    def step(connection: Connection, now: datetime, most: int) -> int:
        ended = or_(
            desk_sessions.c.seen_at <= now - desk.idle,
            desk_sessions.c.started_at <= now - desk.absolute,
        )
        return _delete(connection, desk_sessions.c.token_digest, ended, most)

    return step


def _conversations(kept: timedelta) -> Step:
    # A turn that was never answered is as old as it is.
    last_moment = func.coalesce(turns.c.answered_at, turns.c.received_at)

    def step(connection: Connection, now: datetime, most: int) -> int:
        before = now - kept
        active = select(turns.c.id).where(
            turns.c.conversation_id == conversations.c.id, last_moment >= before
        )
        in_use = select(intake_records.c.id).where(from_conversation(conversations.c.id), IS_OPEN)
        idle = (conversations.c.started_at < before) & ~active.exists() & ~in_use.exists()
        gone = _held(connection, conversations.c.id, idle, most)
        return delete_conversations(connection, gone, now)

    return step


def _delete(connection: Connection, id_column: Any, condition: Any, most: int) -> int:
    ids = _held(connection, id_column, condition, most)
    if ids:
        connection.execute(delete(id_column.table).where(id_column.in_(ids)))
    return len(ids)


def _held(connection: Connection, id_column: Any, condition: Any, most: int) -> list[str]:
    """The ids of rows that meet the condition, locked. One that somebody works on is left out."""
    chosen = select(id_column).where(condition)
    locking = chosen.order_by(id_column).limit(most).with_for_update(skip_locked=True)
    ids = connection.execute(locking).scalars().all()
    # Looked at again: PostgreSQL judged by what other tables held before the lock.
    return list(connection.execute(chosen.where(id_column.in_(ids))).scalars())
