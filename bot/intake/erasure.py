"""Erases what is held about a person; what remains says that it was done, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.deletion import delete_conversations
from bot.database.schema import (
    audit,
    feedback,
    inbound_texts,
    intake_entries,
    intake_records,
    outbound_texts,
    outbox,
    text_threads,
)
from bot.intake.actors import Actor
from bot.intake.holdings import HeldRecord, Holdings


@dataclass(frozen=True)
class ErasureCounts:
    """How much was erased."""

    records: int
    entries: int
    notices: int
    conversations: int
    texts: int = 0


def erase(
    connection: Connection, holdings: Holdings, *, actor: Actor, now: datetime
) -> ErasureCounts:
    """Erase records, with entries and notices, texts, and conversations with their feedback.

    Rasa's own copy of a conversation goes a little later. Safety alerts stay without their link:
    they hold nothing that leads to a person. That a number wants no texts stays too: an erasure
    does not take that wish back. The audit gets one row for each record, with its reference and
    counts, and one for each further reference, or one without a reference where there is no record.

    Within the caller's transaction, which found the holdings and took `audit_log.lock` before that.
    `Database.flush_deletions` belongs behind it.

    Args:
        now: the moment of the erasure, in UTC.
    """
    of_these = feedback.c.conversation_id.in_(holdings.conversation_ids)
    connection.execute(delete(feedback).where(of_these))
    # Threads before conversations, as whoever takes a text in locks them.
    texts = _delete_threads(connection, holdings)
    conversations = delete_conversations(connection, holdings.conversation_ids, now)
    others = {"conversations": conversations, "texts": texts}
    entries = notices = 0
    for record in holdings.records:
        details = _details(connection, record)
        entries, notices = entries + details["entries"], notices + details["notices"]
        connection.execute(delete(intake_records).where(intake_records.c.id == record.id))
        _tell_audit(connection, actor, record.reference, **details, **others)
        for reference in record.also:
            # Whoever asks for it later reads that it was erased.
            _tell_audit(connection, actor, reference)
    if not holdings.records:
        _tell_audit(connection, actor, None, **others)
    return ErasureCounts(len(holdings.records), entries, notices, conversations, texts)


def erased_at(connection: Connection, reference: str) -> datetime | None:
    """When the record of this reference was erased, if it was."""
    found: datetime | None = connection.execute(
        select(audit.c.at)
        .where(audit.c.subject == reference, audit.c.action == AuditAction.ERASED.value)
        .order_by(audit.c.position.desc())
        .limit(1)
    ).scalar()
    return found


def _tell_audit(connection: Connection, actor: Actor, reference: str | None, **counts: int) -> None:
    audit_log.append(
        connection,
        actor=actor.name,
        action=AuditAction.ERASED,
        subject=reference,
        detail={name: str(count) for name, count in counts.items()},
    )


def _delete_threads(connection: Connection, holdings: Holdings) -> int:
    """Delete the threads of texts; how many texts, in and out, went with them."""
    texts = 0
    for table in (inbound_texts, outbound_texts):
        of_threads = table.c.thread_id.in_(holdings.thread_ids)
        chosen = select(func.count()).select_from(table).where(of_threads)
        texts += int(connection.execute(chosen).scalar_one())
    connection.execute(delete(text_threads).where(text_threads.c.id.in_(holdings.thread_ids)))
    return texts


def _details(connection: Connection, record: HeldRecord) -> dict[str, int]:
    """How many rows go with the record's own."""
    found = {}
    for name, table in (("entries", intake_entries), ("notices", outbox)):
        chosen = select(func.count()).select_from(table).where(table.c.record_id == record.id)
        found[name] = int(connection.execute(chosen).scalar_one())
    return found
