"""Stores what a patient asks the clinic for: a new record, or an entry of one that is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.configuration.clinic import Clinic
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.schema import intake_entries, intake_records, safety_alerts
from bot.database.vault import Vault
from bot.intake.actors import PATIENT
from bot.intake.alert_records import urgency_of
from bot.intake.contact_index import contact_index
from bot.intake.outbox import NoticeEvent, enqueue
from bot.intake.promise import due_at
from bot.intake.record_changes import add_entry, change, graver, insert_record, raised
from bot.intake.record_rows import IS_OPEN, gravest_first, of_contact
from bot.intake.records import EntryKind, Origin, Receipt, Urgency
from bot.replies.channel import Channel
from bot.replies.intake_request import IntakeRequest
from bot.safety.danger import SafetyKind

#: How long a conversation's later requests belong to its record, and its dangers to its requests.
_SAME_MATTER = timedelta(hours=24)


def add_request(
    connection: Connection,
    vault: Vault,
    clinic: Clinic,
    *,
    request: IntakeRequest,
    conversation_id: str | None,
    channel: Channel,
    urgency: Urgency,
    request_id: str,
    now: datetime,
) -> Receipt:
    """Store a request with its notices and its row of the audit, within the caller's transaction.

    It is added to an open record of the same contact, or of the same conversation if that record
    is of the last 24 hours or names no contact yet. A danger that was told of in the conversation
    in the last 24 hours makes it more urgent. The same `request_id` again changes nothing.

    A caller that locks rows itself takes `audit_log.lock` before it does.

    Args:
        request_id: the id of the patient's turn.
        now: when the request was made, in UTC.
    """
    audit_log.lock(connection)
    known = _receipt(connection, clinic, request_id)
    if known:
        return known
    urgency = graver(urgency, _danger_lately(connection, conversation_id, now))
    index = contact_index(vault, request.contact)
    row = _open_record(connection, conversation_id, index, now)
    if row is None:
        record_id = request_id
        insert_record(
            connection,
            id=record_id,
            origin=Origin.REQUEST,
            created_at=now,
            channel=channel.value,
            conversation_id=conversation_id,
            urgency=urgency.value,
            due_at=due_at(now, urgency, clinic),
            **_told(vault, request, index),
        )
        action, event = AuditAction.RECORD_CREATED, NoticeEvent.REQUEST_RECEIVED
    else:
        record_id, urgency = row.id, graver(Urgency(row.urgency), urgency)
        # A safety alert of a text conversation knows the number, and nothing else.
        told = {} if row.consent_version else _told(vault, request, index)
        change(connection, row, now, **raised(row, urgency, clinic, now), **told)
        add_entry(
            connection,
            vault,
            record_id,
            EntryKind.REQUEST,
            request.json(),
            _after_the_latest(connection, record_id, now),
            id=request_id,
            contact_index=index,
        )
        action, event = AuditAction.RECORD_APPENDED, NoticeEvent.REQUEST_APPENDED
    receipt = _receipt(connection, clinic, request_id)
    assert receipt
    audit_log.append(
        connection,
        actor=PATIENT.name,
        action=action,
        subject=receipt.reference,
        detail={"kind": EntryKind.REQUEST.value, "urgency": urgency.value},
    )
    enqueue(connection, record_id=record_id, event=event, urgency=urgency, now=now)
    return receipt


def _told(vault: Vault, request: IntakeRequest, index: str) -> dict[str, Any]:
    """The columns that hold what the patient told."""
    return {
        "language": request.language,
        "contact_kind": request.contact.kind.value,
        "contact_index": index,
        "best_time": request.best_time.value,
        "consent_version": request.consent_version,
        "consent_at": request.consent_at,
        "sealed_name": vault.seal(request.name) if request.name else None,
        "sealed_contact": vault.seal(request.contact.value),
        "sealed_reason": vault.seal(request.reason) if request.reason else None,
    }


def _danger_lately(connection: Connection, conversation_id: str | None, now: datetime) -> Urgency:
    if conversation_id is None:
        return Urgency.ROUTINE
    kinds = connection.execute(
        select(safety_alerts.c.kind).where(
            safety_alerts.c.conversation_id == conversation_id,
            safety_alerts.c.occurred_at > now - _SAME_MATTER,
        )
    ).scalars()
    found = Urgency.ROUTINE
    for kind in kinds:
        found = graver(found, urgency_of(SafetyKind(kind)))
    return found


def _open_record(
    connection: Connection, conversation_id: str | None, index: str, now: datetime
) -> Row | None:
    """The open record that a request belongs to; of several the gravest, then the oldest."""
    same = of_contact(index)
    if conversation_id is not None:
        lately = intake_records.c.created_at > now - _SAME_MATTER
        of_conversation = intake_records.c.conversation_id == conversation_id
        same |= of_conversation & (lately | intake_records.c.contact_index.is_(None))
    return connection.execute(
        select(intake_records)
        .where(IS_OPEN, same)
        .order_by(gravest_first(), intake_records.c.created_at, intake_records.c.id)
        .limit(1)
    ).first()


def _after_the_latest(connection: Connection, record_id: str, now: datetime) -> datetime:
    """Now, or just after the latest request of the record: so it is known which came first."""
    latest = connection.execute(
        select(intake_entries.c.at)
        .where(
            intake_entries.c.record_id == record_id,
            intake_entries.c.kind == EntryKind.REQUEST.value,
        )
        .order_by(intake_entries.c.at.desc())
        .limit(1)
    ).scalar()
    return now if latest is None else max(now, latest + timedelta(microseconds=1))


def _receipt(connection: Connection, clinic: Clinic, request_id: str) -> Receipt | None:
    """The receipt of a request that is stored.

    What made the first contact known in a record that a safety alert had made is not called an
    addition: the patient does not know of that record. Nobody is promised a time that was over.
    """
    entry = intake_entries.alias()
    earlier = (
        select(intake_entries.c.id)
        .where(
            intake_entries.c.record_id == intake_records.c.id,
            intake_entries.c.kind == EntryKind.REQUEST.value,
            intake_entries.c.at < entry.c.at,
        )
        .exists()
    )
    added = connection.execute(
        select(intake_records, entry.c.at, earlier.label("is_later"))
        .join(entry, entry.c.record_id == intake_records.c.id)
        .where(entry.c.id == request_id, entry.c.kind == EntryKind.REQUEST.value)
    ).first()
    if added:
        appended = added.origin == Origin.REQUEST.value or bool(added.is_later)
        return _receipt_of(added, added.at, clinic, appended=appended)
    made = connection.execute(
        select(intake_records).where(intake_records.c.id == request_id)
    ).first()
    return _receipt_of(made, made.created_at, clinic, appended=False) if made else None


def _receipt_of(row: Row, asked_at: datetime, clinic: Clinic, *, appended: bool) -> Receipt:
    due = row.due_at
    if due < asked_at:
        due = due_at(asked_at, Urgency(row.urgency), clinic)
    return Receipt(reference=row.reference, due_at=due, appended=appended)
