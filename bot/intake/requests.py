"""Stores what a patient asks the clinic for: a new record, or an entry of one that is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.configuration.clinic import Clinic
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.schema import intake_entries, safety_alerts
from bot.database.vault import Vault
from bot.intake import open_records
from bot.intake.actors import PATIENT
from bot.intake.alert_records import urgency_of
from bot.intake.contact_index import contact_index
from bot.intake.open_records import SAME_MATTER
from bot.intake.outbox import NoticeEvent, enqueue
from bot.intake.promise import due_at
from bot.intake.receipts import promise_to, receipt_of
from bot.intake.record_changes import (
    add_entry,
    change,
    graver,
    insert_record,
    raised,
    unused_reference,
)
from bot.intake.records import EntryKind, Origin, Receipt, Urgency
from bot.replies.channel import Channel
from bot.replies.intake_request import IntakeRequest
from bot.safety.danger import SafetyKind


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

    It is added to an open record of the same conversation if that is of the last 24 hours, names no
    contact yet or names this one, and else to one that names this contact. Whoever adds to a record
    of another conversation gets a reference and a promise of their own, and does not learn of the
    record: the receipt is that of a new one. A danger that was told of in the conversation in the
    last 24 hours makes a request more urgent. The same `request_id` again changes nothing.

    A caller that locks rows itself takes `audit_log.lock` before it does.

    Args:
        request_id: the id of the patient's turn.
        now: when the request was made, in UTC.
    """
    audit_log.lock(connection)
    known = receipt_of(connection, request_id)
    if known:
        return known
    urgency = graver(urgency, _danger_lately(connection, conversation_id, now))
    promise = due_at(now, urgency, clinic)
    index = contact_index(vault, request.contact)
    row = own = open_records.of_conversation(connection, conversation_id, index, now)
    row = row or open_records.naming(connection, index)
    if row is None:
        record_id = request_id
        reference = insert_record(
            connection,
            id=record_id,
            origin=Origin.REQUEST,
            created_at=now,
            channel=channel.value,
            conversation_id=conversation_id,
            urgency=urgency.value,
            due_at=promise,
            promised_by=promise,
            **_told(vault, request, index),
        )
        action, event = AuditAction.RECORD_CREATED, NoticeEvent.REQUEST_RECEIVED
    else:
        record_id, reference = row.id, row.reference
        if own:
            promise = promise_to(connection, row, conversation_id, now, promise)
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
            conversation_id=conversation_id,
            reference=None if own else unused_reference(connection),
            promised_by=promise,
        )
        urgency = graver(Urgency(row.urgency), urgency)
        action, event = AuditAction.RECORD_APPENDED, NoticeEvent.REQUEST_APPENDED
    audit_log.append(
        connection,
        actor=PATIENT.name,
        action=action,
        subject=reference,
        detail={"kind": EntryKind.REQUEST.value, "urgency": urgency.value},
    )
    enqueue(connection, record_id=record_id, event=event, urgency=urgency, now=now)
    receipt = receipt_of(connection, request_id)
    assert receipt
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
            safety_alerts.c.occurred_at > now - SAME_MATTER,
        )
    ).scalars()
    found = Urgency.ROUTINE
    for kind in kinds:
        found = graver(found, urgency_of(SafetyKind(kind)))
    return found


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
