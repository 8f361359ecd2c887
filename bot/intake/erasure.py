"""Erases what is held about a person; what remains says that it was done, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.deletion import delete_conversations
from bot.database.schema import audit, feedback, intake_entries, intake_records, outbox
from bot.intake.actors import Actor
from bot.intake.holdings import HeldRecord, Holdings


@dataclass(frozen=True)
class ErasureCounts:
    """How much was erased."""

    records: int
    entries: int
    notices: int
    conversations: int


def erase(
    connection: Connection, holdings: Holdings, *, actor: Actor, now: datetime
) -> ErasureCounts:
    """Erase records, with entries and notices, and conversations with their feedback.

    Rasa's own copy of a conversation goes later.

    Safety alerts stay without their link: they hold nothing that leads to a person. The audit gets
    one row for each record, with its reference and counts, and one for each further reference.

    Within the caller's transaction, which found the holdings and took `audit_log.lock` before that.
    `Database.flush_deletions` belongs behind it.

    Args:
        now: the moment of the erasure, in UTC.
    """
    of_these = feedback.c.conversation_id.in_(holdings.conversation_ids)
    connection.execute(delete(feedback).where(of_these))
    conversations = delete_conversations(connection, holdings.conversation_ids, now)
    entries = notices = 0
    for record in holdings.records:
        details = _details(connection, record)
        entries, notices = entries + details["entries"], notices + details["notices"]
        connection.execute(delete(intake_records).where(intake_records.c.id == record.id))
        counts = {**details, "conversations": conversations}
        audit_log.append(
            connection,
            actor=actor.name,
            action=AuditAction.ERASED,
            subject=record.reference,
            detail={name: str(count) for name, count in counts.items()},
        )
        for reference in record.also:
            # Whoever asks for it later reads that it was erased.
            audit_log.append(
                connection, actor=actor.name, action=AuditAction.ERASED, subject=reference
            )
    return ErasureCounts(len(holdings.records), entries, notices, conversations)


def erased_at(connection: Connection, reference: str) -> datetime | None:
    """When the record of this reference was erased, if it was."""
    found: datetime | None = connection.execute(
        select(audit.c.at)
        .where(audit.c.subject == reference, audit.c.action == AuditAction.ERASED.value)
        .order_by(audit.c.position.desc())
        .limit(1)
    ).scalar()
    return found


def _details(connection: Connection, record: HeldRecord) -> dict[str, int]:
    """How many rows go with the record's own."""
    found = {}
    for name, table in (("entries", intake_entries), ("notices", outbox)):
        chosen = select(func.count()).select_from(table).where(table.c.record_id == record.id)
        found[name] = int(connection.execute(chosen).scalar_one())
    return found
