"""Requests and records for tests."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import insert, select

from bot.database import audit_log
from bot.database.audit_log import AuditEntry
from bot.database.engine import Database
from bot.database.schema import conversations, outbox, users
from bot.intake.actors import Actor
from bot.intake.record_store import RecordStore
from bot.intake.records import Channel, IntakeRecord, Receipt, Urgency
from bot.intake.requests import add_request
from bot.intake.transitions import Move
from bot.replies.intake_request import BestTime, Contact, ContactKind, IntakeRequest
from tests.databases import CLINIC, VAULT

#: A Wednesday in July, 11 am in New York: the clinic is open.
NOW = datetime(2026, 7, 1, 15, 0, tzinfo=timezone.utc)

PHONE = Contact(kind=ContactKind.PHONE, value="+12125550142")
EMAIL = Contact(kind=ContactKind.EMAIL, value="Rosalind.Vane@example.com")

#: None of this may be found in a database file, a log or an error.
WORDS = ("Rosalind", "+12125550142", "Vane", "throbbing behind my left eye")


def asked(**changes: Any) -> IntakeRequest:
    """A finished form."""
    told = {
        "contact": PHONE,
        "name": "Rosalind",
        "best_time": BestTime.MORNING,
        "reason": "throbbing behind my left eye",
        "language": "es",
        "consent_version": "2026-01",
        "consent_at": NOW - timedelta(minutes=1),
    }
    return IntakeRequest(**{**told, **changes})


def add(
    database: Database,
    request: IntakeRequest | None = None,
    *,
    conversation_id: str | None = None,
    urgency: Urgency = Urgency.ROUTINE,
    request_id: str | None = None,
    now: datetime = NOW,
) -> Receipt:
    """Store a request as the gateway does."""
    with database.writing() as connection:
        return add_request(
            connection,
            VAULT,
            CLINIC,
            request=request or asked(),
            conversation_id=conversation_id,
            channel=Channel.WEB,
            urgency=urgency,
            request_id=request_id or uuid.uuid4().hex,
            now=now,
        )


def conversation(database: Database) -> str:
    """A conversation that is there; its id."""
    made = uuid.uuid4().hex
    with database.writing() as connection:
        connection.execute(insert(conversations).values(id=made, started_at=NOW))
    return made


def staff(database: Database, name: str) -> Actor:
    """Somebody who works at the desk."""
    user_id = uuid.uuid4().hex
    with database.writing() as connection:
        connection.execute(
            insert(users).values(
                id=user_id,
                name=name,
                shown_name=name.capitalize(),
                password_hash="",
                role="agent",
                created_at=NOW,
            )
        )
    return Actor(user_id, f"user:{name}")


def records_of(database: Database) -> RecordStore:
    """The records of a database."""
    return RecordStore(database, VAULT, CLINIC)


def audited(database: Database, subject: str | None = None) -> tuple[AuditEntry, ...]:
    """The audit, oldest first; it is sound."""
    with database.reading() as connection:
        assert audit_log.verify(connection).is_sound
        return audit_log.entries(connection, subject=subject)[::-1]


def noticed(database: Database) -> list[tuple[str, str]]:
    """Event and urgency of each notice to the clinic by e-mail, oldest first."""
    with database.reading() as connection:
        rows = connection.execute(
            select(outbox.c.event, outbox.c.urgency)
            .where(outbox.c.sink == "email")
            .order_by(outbox.c.created_at)
        )
        return [(row.event, row.urgency) for row in rows]


def made(database: Database, number: int = 0, **changes: object) -> IntakeRecord:
    """A new record of another contact."""
    contact = Contact(kind=ContactKind.PHONE, value=f"+1212555{number:04}")
    reference = add(database, asked(contact=contact), **changes).reference  # type: ignore[arg-type]
    found = records_of(database).get(reference)
    assert found
    return found


def moved(records: RecordStore, record: IntakeRecord, move: Move, actor: Actor) -> IntakeRecord:
    return records.move(record.reference, move, version=record.version, actor=actor)
