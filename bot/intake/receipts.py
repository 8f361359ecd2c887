"""What a patient is told of a request that is stored: by which reference, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.database.schema import intake_entries, intake_records
from bot.intake.records import EntryKind, Origin, Receipt


def receipt_of(connection: Connection, request_id: str) -> Receipt | None:
    """The receipt of a request; None if none of this id is stored.

    A conversation learns of its own requests only. So one that was added to what another
    conversation had asked for, or to what a safety alert had made, is not called an addition.
    """
    entry = connection.execute(
        select(intake_entries).where(
            intake_entries.c.id == request_id, intake_entries.c.kind == EntryKind.REQUEST.value
        )
    ).first()
    if entry is None:
        made = connection.execute(
            select(intake_records).where(intake_records.c.id == request_id)
        ).first()
        if made is None:
            return None
        return Receipt(made.reference, made.promised_by or made.due_at, appended=False)
    record = connection.execute(
        select(intake_records).where(intake_records.c.id == entry.record_id)
    ).one()
    reference, appended = entry.reference, False
    if reference is None:
        reference, appended = _known_as(connection, record, entry)
    return Receipt(reference, entry.promised_by or record.due_at, appended=appended)


def promise_to(
    connection: Connection, record: Row, conversation_id: str | None, now: datetime, fresh: datetime
) -> datetime:
    """What a conversation is promised that adds to its own requests of a record.

    What was promised to it before still holds, unless that is over or the new promise is sooner.

    Args:
        fresh: what would be promised if it were the first request.
    """
    promises = connection.execute(
        select(intake_entries.c.promised_by).where(
            intake_entries.c.record_id == record.id,
            intake_entries.c.conversation_id == conversation_id,
        )
    ).scalars()
    given = [
        *promises,
        *([record.promised_by] if record.conversation_id == conversation_id else ()),
    ]
    promise: datetime = min([fresh, *(moment for moment in given if moment and moment >= now)])
    return promise


def _known_as(connection: Connection, record: Row, entry: Row) -> tuple[str, bool]:
    """By which reference a conversation knows a record, and whether it had asked before."""
    earlier = connection.execute(
        select(intake_entries.c.reference)
        .where(
            intake_entries.c.record_id == record.id,
            intake_entries.c.kind == EntryKind.REQUEST.value,
            intake_entries.c.conversation_id == entry.conversation_id,
            intake_entries.c.at < entry.at,
        )
        .order_by(intake_entries.c.at.desc())
    ).scalars()
    references = list(earlier)
    if record.conversation_id == entry.conversation_id:
        return record.reference, bool(references) or record.origin == Origin.REQUEST.value
    named = [reference for reference in references if reference]
    return (named[0] if named else record.reference), bool(references)
