"""Rows of any age, put into the tables as they are: what a purge finds."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Table, func, insert, select

from bot.database.engine import Database
from bot.database.schema import (
    conversations,
    desk_sessions,
    feedback,
    intake_entries,
    intake_records,
    outbox,
    safety_alerts,
    turns,
    users,
)
from bot.intake.records import CLOSED_STATES, Origin, RecordState, Urgency
from tests.databases import VAULT

#: The moment of a purge.
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def ago(**much: float) -> datetime:
    """So long before a purge."""
    return NOW - timedelta(**much)


def new_id() -> str:
    return uuid.uuid4().hex


def add(database: Database, table: Table, **values: Any) -> None:
    with database.writing() as connection:
        connection.execute(insert(table).values(**values))


def count(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def ids(database: Database, table: Table) -> set[str]:
    with database.reading() as connection:
        return set(connection.execute(select(table.c.id)).scalars())


def conversation(database: Database, started: datetime, *said: datetime, **last: Any) -> str:
    """A conversation with a greeting, and turns that were received then."""
    conversation_id = new_id()
    add(database, conversations, id=conversation_id, started_at=started)
    for position, moment in enumerate((started, *said)):
        values = {
            "id": new_id(),
            "conversation_id": conversation_id,
            "position": position,
            "text": VAULT.seal("my head hurts") if position else None,
            "state": "answered",
            "received_at": moment,
            "answered_at": moment,
        }
        if position == len(said):
            values |= last
        add(database, turns, **values)
    return conversation_id


def record(
    database: Database,
    state: RecordState,
    changed: datetime,
    *,
    contact_index: str | None = "a" * 64,
    conversation_id: str | None = None,
    **changes: Any,
) -> str:
    """A record with one entry, changed (and closed, if it is) then."""
    record_id = new_id()
    values = {
        "id": record_id,
        "reference": record_id[:9],
        "origin": (Origin.REQUEST if contact_index else Origin.SAFETY_ALERT).value,
        "channel": "web",
        "conversation_id": conversation_id,
        "state": state.value,
        "urgency": Urgency.ROUTINE.value,
        "version": 1,
        "created_at": changed,
        "changed_at": changed,
        "due_at": changed,
        "closed_at": changed if state in CLOSED_STATES else None,
        "language": "en",
        "contact_index": contact_index,
    }
    add(database, intake_records, **{**values, **changes})
    add(
        database,
        intake_entries,
        id=new_id(),
        record_id=record_id,
        at=changed,
        kind="note",
        sealed_text=VAULT.seal("called"),
    )
    return record_id


def notice(database: Database, record_id: str, state: str, moment: datetime, **changes: Any) -> str:
    """A notice that came to this state then."""
    notice_id = new_id()
    values = {
        "id": notice_id,
        "record_id": record_id,
        "sink": "email",
        "event": "request_received",
        "urgency": Urgency.ROUTINE.value,
        "created_at": moment,
        "state": state,
        "attempts": 1,
        "next_attempt_at": moment,
        "delivered_at": moment if state == "delivered" else None,
    }
    add(database, outbox, **{**values, **changes})
    return notice_id


def safety_alert(database: Database, moment: datetime, conversation_id: str | None = None) -> str:
    alert_id = new_id()
    add(
        database,
        safety_alerts,
        id=alert_id,
        occurred_at=moment,
        kind="crisis",
        topic="suicide",
        tier="call_now",
        about="self",
        language="en",
        found_by="screen",
        conversation_id=conversation_id,
    )
    return alert_id


def opinion(database: Database, moment: datetime, conversation_id: str | None = None) -> str:
    """Feedback with a comment."""
    opinion_id = new_id()
    add(
        database,
        feedback,
        id=opinion_id,
        conversation_id=conversation_id,
        message_id=new_id(),
        page="cramp",
        topic="relief",
        content_version="0123456789ab",
        helpful=False,
        at=moment,
        sealed_comment=VAULT.seal("not a word on marzipan"),
    )
    return opinion_id


def user(database: Database) -> str:
    user_id = new_id()
    add(
        database,
        users,
        id=user_id,
        name=user_id,
        shown_name="Dana",
        password_hash="x",
        role="agent",
        created_at=NOW,
    )
    return user_id


def desk_session(database: Database, user_id: str, started: datetime, seen: datetime) -> str:
    digest = new_id() * 2
    add(
        database,
        desk_sessions,
        token_digest=digest,
        user_id=user_id,
        form_token="x",
        started_at=started,
        seen_at=seen,
    )
    return digest
