"""Puts safety alerts before staff: each raises its conversation's record, or makes one."""

from __future__ import annotations

import uuid

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.configuration.clinic import Clinic
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.schema import intake_entries, intake_records, safety_alerts
from bot.database.vault import Vault
from bot.intake import open_records
from bot.intake.actors import SYSTEM
from bot.intake.contact_index import contact_index
from bot.intake.conversation_source import ConversationSource, source_of
from bot.intake.outbox import NoticeEvent, enqueue
from bot.intake.promise import due_at
from bot.intake.record_changes import add_entry, change, graver, insert_record, raised
from bot.intake.record_rows import IS_OPEN
from bot.intake.records import EntryKind, Origin, Urgency
from bot.intake.safety_alerts import SafetyAlert
from bot.intake.staff_phrases import STAFF_PHRASES
from bot.safety.danger import SafetyKind

_URGENCY_OF = {
    SafetyKind.CRISIS: Urgency.CRISIS_SHOWN,
    SafetyKind.EMERGENCY: Urgency.URGENT,
}


def urgency_of(kind: SafetyKind) -> Urgency:
    """How soon a person must see to a danger of this kind."""
    return _URGENCY_OF[kind]


def add_alert_record(
    connection: Connection,
    vault: Vault,
    clinic: Clinic,
    alert: SafetyAlert,
) -> None:
    """Put an alert before staff, with its notices and its row of the audit.

    It is added to the open record of its conversation and makes that more urgent; where there is
    none it makes one, with the number as its contact if they text, otherwise without any. One that
    joins an earlier alert goes to the record of that, which tells of the same danger once and how
    often; only a graver one makes a notice. The same alert again changes nothing. Times count from
    when the danger was told of, however late that gets here.

    Within the caller's transaction; a caller that locks rows itself takes `audit_log.lock` before.
    `alert.conversation_id` must be that of a conversation that is there.
    """
    audit_log.lock(connection)
    if _is_known(connection, alert.id):
        return
    at, urgency = alert.occurred_at, urgency_of(alert.kind)
    row = open_records.told_of_in(connection, alert.conversation_id)
    joined = _joined(connection, alert) if row is None else None
    if joined is not None and _is_told_again(connection, joined, alert):
        return
    row = row or joined
    if row is None:
        record_id = uuid.uuid4().hex
        source = source_of(connection, vault, alert.conversation_id)
        reference = insert_record(
            connection,
            id=record_id,
            origin=Origin.SAFETY_ALERT,
            created_at=at,
            channel=source.channel.value,
            conversation_id=alert.conversation_id,
            urgency=urgency.value,
            due_at=due_at(at, urgency, clinic),
            language=alert.danger.language,
            **_number_of(vault, source),
        )
        action = AuditAction.RECORD_CREATED
    else:
        record_id, reference = row.id, row.reference
        change(connection, row, at, **raised(row, urgency, clinic, at))
        urgency, action = graver(Urgency(row.urgency), urgency), AuditAction.RECORD_APPENDED
    phrase = STAFF_PHRASES.of_danger(alert.danger)
    add_entry(
        connection,
        vault,
        record_id,
        EntryKind.SAFETY_ALERT,
        phrase,
        at,
        alert_id=alert.id,
        conversation_id=alert.conversation_id,
        promised_by=due_at(at, urgency_of(alert.kind), clinic),
    )
    detail = {"kind": EntryKind.SAFETY_ALERT.value, "urgency": urgency.value}
    audit_log.append(connection, actor=SYSTEM.name, action=action, subject=reference, detail=detail)
    if joined is not None and joined.urgency == urgency.value:
        # The clinic has had its notice of this sender.
        return
    enqueue(
        connection, record_id=record_id, event=NoticeEvent.URGENT_RAISED, urgency=urgency, now=at
    )


def link_alert_record(
    connection: Connection,
    vault: Vault,
    clinic: Clinic,
    alert: SafetyAlert,
    conversation_id: str,
) -> None:
    """The conversation of an alert has become known: its record gets the link that it had not.

    Of somebody who texts it gets the channel and the number as well.

    A record that the conversation had open already becomes as urgent.
    """
    row = open_records.told_of_in(connection, conversation_id)
    if row is not None:
        raising = raised(row, urgency_of(alert.kind), clinic, alert.occurred_at)
        if raising:
            change(connection, row, alert.occurred_at, **raising)
    of_alert = select(intake_entries.c.record_id).where(intake_entries.c.alert_id == alert.id)
    source = source_of(connection, vault, conversation_id)
    connection.execute(
        update(intake_records)
        .where(
            intake_records.c.id.in_(of_alert),
            intake_records.c.conversation_id.is_(None),
            intake_records.c.origin == Origin.SAFETY_ALERT.value,
        )
        .values(
            conversation_id=conversation_id,
            version=intake_records.c.version + 1,
            channel=source.channel.value,
            **_number_of(vault, source),
        )
    )
    connection.execute(
        update(intake_entries)
        .where(intake_entries.c.alert_id == alert.id, intake_entries.c.conversation_id.is_(None))
        .values(conversation_id=conversation_id)
    )


def _joined(connection: Connection, alert: SafetyAlert) -> Row | None:
    """The open record of the alert that this one joins."""
    if alert.joins is None:
        return None
    of_alert = select(intake_entries.c.record_id).where(intake_entries.c.alert_id == alert.joins)
    return connection.execute(
        select(intake_records).where(IS_OPEN, intake_records.c.id.in_(of_alert))
    ).first()


def _is_told_again(connection: Connection, record: Row, alert: SafetyAlert) -> bool:
    """Count the same danger once more where the record tells of it; whether it does."""
    danger = alert.danger
    same = (
        select(safety_alerts.c.id)
        .where(
            safety_alerts.c.id == intake_entries.c.alert_id,
            safety_alerts.c.topic == danger.topic.value,
            safety_alerts.c.tier == danger.tier.value,
            safety_alerts.c.level.is_not_distinct_from(danger.level),
            safety_alerts.c.about == danger.about.value,
        )
        .exists()
    )
    counted = connection.execute(
        update(intake_entries)
        .where(intake_entries.c.record_id == record.id, same)
        .values(times=intake_entries.c.times + 1)
    )
    return bool(counted.rowcount)


def _number_of(vault: Vault, source: ConversationSource) -> dict[str, str]:
    """The columns that hold the number that somebody texts from."""
    if source.phone is None:
        return {}
    return {
        "contact_kind": source.phone.kind.value,
        "contact_index": contact_index(vault, source.phone),
        "sealed_contact": vault.seal(source.phone.value),
    }


def _is_known(connection: Connection, alert_id: str) -> bool:
    found = connection.execute(
        select(intake_entries.c.id).where(intake_entries.c.alert_id == alert_id)
    ).first()
    return found is not None
