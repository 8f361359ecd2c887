"""The outbox: notices to the clinic, written with what they tell of and delivered afterwards.

A notice is one row for one sink. Its id is the idempotency key that the sink sees at every attempt,
so that a receiver can tell a second attempt from a second notice.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import Boolean, Integer, case, func, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import ColumnElement

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.leases import free, lease
from bot.database.schema import UtcTime, intake_records, outbox
from bot.intake.actors import SYSTEM, Actor
from bot.intake.delivery_failure import Failure
from bot.intake.records import Urgency


class SinkName(str, Enum):
    """The ways in which the clinic can be told."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class NoticeEvent(str, Enum):
    """What the clinic is told of."""

    REQUEST_RECEIVED = "request_received"
    REQUEST_APPENDED = "request_appended"
    URGENT_RAISED = "urgent_raised"


class NoticeState(str, Enum):
    """How far a notice has come. A dead one is tried again only when a person says so."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Notice:
    """One notice for one sink.

    `attempts` counts those that ended; one that a crash cut short does not count. `next_attempt_at`
    of a dead notice is when it died. `leased_until` tells one claim of the notice from the next.
    """

    id: str
    record_id: str
    reference: str
    sink: SinkName
    event: NoticeEvent
    urgency: Urgency
    state: NoticeState
    created_at: datetime
    attempts: int
    next_attempt_at: datetime
    leased_until: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True)
class OutboxCounts:
    """How many notices there are in each state, and since when the oldest waits."""

    waiting: int
    delivered: int
    dead: int
    skipped: int
    oldest_waiting_since: datetime | None


def enqueue(
    connection: Connection, *, record_id: str, event: NoticeEvent, urgency: Urgency, now: datetime
) -> None:
    """Tell the clinic of an event, by every sink, once the caller's transaction is committed."""
    row = {
        "record_id": record_id,
        "event": event.value,
        "urgency": urgency.value,
        "created_at": now,
        "state": NoticeState.WAITING.value,
        "attempts": 0,
        "next_attempt_at": now,
    }
    rows = [{"id": uuid.uuid4().hex, "sink": sink.value, **row} for sink in SinkName]
    connection.execute(insert(outbox), rows)


class OutboxStore:
    """The outbox of one database.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, now: datetime, lease_seconds: float, limit: int, *, sink: SinkName
    ) -> tuple[Notice, ...]:
        """Take notices for one sink that are due, the gravest and then the longest due first.

        Nobody else gets them until the lease ends; then they are due again unless settled.
        """
        due = (outbox.c.state == NoticeState.WAITING.value) & (outbox.c.next_attempt_at <= now)
        chosen = _notices().where(outbox.c.sink == sink.value, due, free(outbox, now))
        until = now + timedelta(seconds=lease_seconds)
        with self._database.writing() as connection:
            rows = lease(connection, outbox, chosen, gravest=_gravity(), until=until, limit=limit)
        return tuple([_notice(row, leased_until=until) for row in rows])

    def delivered(self, notice: Notice, *, now: datetime) -> bool:
        """The sink took this notice. Returns whether that was not known yet."""
        return self._settle(
            notice.id,
            outbox.c.state.in_([NoticeState.WAITING.value, NoticeState.DEAD.value]),
            _Trace(AuditAction.DELIVERED, SYSTEM),
            state=NoticeState.DELIVERED.value,
            attempts=outbox.c.attempts + 1,
            delivered_at=now,
            failure=None,
        )

    def failed(
        self, notice: Notice, failure: Failure, next_attempt_at: datetime | None, *, now: datetime
    ) -> bool:
        """The attempt that `notice` was claimed for did not deliver. Without a next one: dead.

        Returns whether the claim still held: nothing is changed if another one was made since.
        """
        dead = next_attempt_at is None
        return self._settle(
            notice.id,
            (outbox.c.state == NoticeState.WAITING.value)
            & (outbox.c.leased_until == notice.leased_until),
            _Trace(AuditAction.DELIVERY_DEAD, SYSTEM, str(failure)) if dead else None,
            state=(NoticeState.DEAD if dead else NoticeState.WAITING).value,
            attempts=outbox.c.attempts + 1,
            next_attempt_at=next_attempt_at or now,
            failure=str(failure),
        )

    def skip(self, sink: SinkName) -> int:
        """Give up what waits for a sink that is not configured. Returns how many."""
        with self._database.writing() as connection:
            changed: int = connection.execute(
                update(outbox)
                .where(outbox.c.state == NoticeState.WAITING.value, outbox.c.sink == sink.value)
                .values(state=NoticeState.SKIPPED.value, leased_until=None)
            ).rowcount
        return changed

    def next_due(self, sink: SinkName) -> datetime | None:
        """When the next notice for this sink can be claimed; None if none waits."""
        leased, due = outbox.c.leased_until, outbox.c.next_attempt_at
        free_at: ColumnElement[UtcTime] = case((leased > due, leased), else_=due)
        waiting = select(free_at).where(
            outbox.c.state == NoticeState.WAITING.value, outbox.c.sink == sink.value
        )
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(waiting.order_by(free_at).limit(1)).scalar()
        return found

    def dead(self, limit: int) -> tuple[Notice, ...]:
        """Notices that nobody will get unless a person has them tried again; newest first."""
        newest = (
            _notices()
            .where(outbox.c.state == NoticeState.DEAD.value)
            .order_by(outbox.c.next_attempt_at.desc(), outbox.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple([_notice(row) for row in connection.execute(newest)])

    def retry(self, id: str, *, actor: Actor, now: datetime) -> bool:
        """Try a dead notice again from now on, with the same key and the whole schedule.

        Returns whether it was dead.
        """
        return self._settle(
            id,
            outbox.c.state == NoticeState.DEAD.value,
            _Trace(AuditAction.DELIVERY_RETRIED, actor),
            state=NoticeState.WAITING.value,
            attempts=0,
            next_attempt_at=now,
        )

    def counts(self) -> OutboxCounts:
        """How many there are in each state."""
        count, first = func.count().label("count"), func.min(outbox.c.created_at).label("first")
        by_state = select(outbox.c.state, count, first).group_by(outbox.c.state)
        with self._database.reading() as connection:
            found = {row["state"]: row for row in connection.execute(by_state).mappings()}
        numbers = {s.value: found[s.value]["count"] if s.value in found else 0 for s in NoticeState}
        waiting = found.get(NoticeState.WAITING.value)
        return OutboxCounts(**numbers, oldest_waiting_since=waiting["first"] if waiting else None)

    def _settle(
        self, id: str, still: ColumnElement[Boolean], trace: _Trace | None, **values: object
    ) -> bool:
        """Change a notice that is still as expected, and leave a trace in the same transaction."""
        with self._database.writing() as connection:
            if trace:
                # Before any row is locked: see `audit_log.lock`.
                audit_log.lock(connection)
            changed: int = connection.execute(
                update(outbox).where(outbox.c.id == id, still).values(leased_until=None, **values)
            ).rowcount
            if changed and trace:
                trace.leave(connection, id)
        return bool(changed)


@dataclass(frozen=True)
class _Trace:
    """What the audit says of a change, and who made it."""

    action: AuditAction
    actor: Actor
    failure: str | None = None

    def leave(self, connection: Connection, id: str) -> None:
        row = connection.execute(_notices().where(outbox.c.id == id)).one()
        detail = {"notice": row.event, "sink": row.sink}
        if self.failure is not None:
            detail["failure"] = self.failure
        audit_log.append(
            connection,
            actor=self.actor.name,
            action=self.action,
            subject=row.reference,
            detail=detail,
        )


def _gravity() -> ColumnElement[Integer]:
    """Sorts the gravest urgency first."""
    places = {urgency.value: -place for place, urgency in enumerate(Urgency)}
    return case(places, value=outbox.c.urgency, else_=0)


def _notices() -> Select:
    return select(outbox, intake_records.c.reference).join(
        intake_records, intake_records.c.id == outbox.c.record_id
    )


def _notice(row: Row, leased_until: datetime | None = None) -> Notice:
    return Notice(
        id=row.id,
        record_id=row.record_id,
        reference=row.reference,
        sink=SinkName(row.sink),
        event=NoticeEvent(row.event),
        urgency=Urgency(row.urgency),
        state=NoticeState(row.state),
        created_at=row.created_at,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        leased_until=leased_until or row.leased_until,
        failure=row.failure,
    )
