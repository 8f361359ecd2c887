"""Records and notices for tests."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.database.engine import Database
from bot.intake.outbox import Notice, NoticeEvent, NoticeState, SinkName, enqueue
from bot.intake.record_changes import insert_record
from bot.intake.records import Channel, Origin, Urgency

NOON = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone.utc)

EMAIL, WEBHOOK = SinkName.EMAIL, SinkName.WEBHOOK


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def new_record(
    database: Database,
    *,
    urgency: Urgency = Urgency.SOON,
    event: NoticeEvent = NoticeEvent.REQUEST_RECEIVED,
    now: datetime = NOON,
) -> str:
    """A new record with its notices, committed. Returns its id."""
    record_id = uuid.uuid4().hex
    with database.writing() as connection:
        insert_record(
            connection,
            id=record_id,
            origin=Origin.REQUEST,
            created_at=now,
            channel=Channel.WEB.value,
            urgency=urgency.value,
            due_at=now + timedelta(days=1),
            language="en",
        )
        enqueue(connection, record_id=record_id, event=event, urgency=urgency, now=now)
    return record_id


def notice(**changes: Any) -> Notice:
    """A notice as a sink gets it."""
    made = Notice(
        id="0123456789abcdef0123456789abcdef",
        record_id="f" * 32,
        reference="K7XD-29QM",
        sink=SinkName.WEBHOOK,
        event=NoticeEvent.REQUEST_RECEIVED,
        urgency=Urgency.SOON,
        state=NoticeState.WAITING,
        created_at=NOON,
        attempts=0,
        next_attempt_at=NOON,
        leased_until=NOON + seconds(60),
    )
    return replace(made, **changes)
