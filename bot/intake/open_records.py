"""Finds the open record that a request or a danger belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Boolean, String, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import ColumnElement

from bot.database.schema import intake_entries, intake_records
from bot.intake.record_rows import IS_OPEN, gravest_first, of_contact
from bot.intake.records import EntryKind

#: How long a conversation's later requests belong to its record, and its dangers to its requests.
SAME_MATTER = timedelta(hours=24)


def of_conversation(
    connection: Connection, conversation_id: str | None, index: str, now: datetime
) -> Row | None:
    """The open record that a request belongs to because its own conversation asked before.

    It is of the last 24 hours, names no contact yet, or names this one. Of several the gravest,
    then the oldest.

    Args:
        index: of the contact that the request names.
    """
    if conversation_id is None:
        return None
    lately = now - SAME_MATTER
    names_this = (intake_records.c.contact_index == index) | intake_records.c.contact_index.is_(
        None
    )
    began_it = intake_records.c.conversation_id == conversation_id
    added = _entries_of(conversation_id).where(
        intake_entries.c.kind == EntryKind.REQUEST.value,
        (intake_entries.c.at > lately) | (intake_entries.c.contact_index == index),
    )
    same = (began_it & ((intake_records.c.created_at > lately) | names_this)) | added.exists()
    return _first(connection, same)


def naming(connection: Connection, index: str) -> Row | None:
    """The open record that names this contact; of several the gravest, then the oldest."""
    return _first(connection, of_contact(index))


def told_of_in(connection: Connection, conversation_id: str | None) -> Row | None:
    """The open record that a danger told of in a conversation belongs to.

    Of several the gravest, then the newest.
    """
    if conversation_id is None:
        return None
    linked = from_conversation(conversation_id)
    return connection.execute(
        select(intake_records)
        .where(IS_OPEN, linked)
        .order_by(gravest_first(), intake_records.c.created_at.desc(), intake_records.c.id)
        .limit(1)
    ).first()


def from_conversation(conversation_id: str | ColumnElement[String]) -> ColumnElement[Boolean]:
    """Holds for records that a conversation began, or added a request or a danger to."""
    return (intake_records.c.conversation_id == conversation_id) | _entries_of(
        conversation_id
    ).exists()


def _entries_of(conversation_id: str | ColumnElement[String]) -> Select:
    return (
        select(intake_entries.c.id)
        .where(
            intake_entries.c.record_id == intake_records.c.id,
            intake_entries.c.conversation_id == conversation_id,
        )
        .correlate_except(intake_entries)
    )


def _first(connection: Connection, belongs: ColumnElement[Boolean]) -> Row | None:
    return connection.execute(
        select(intake_records)
        .where(IS_OPEN, belongs)
        .order_by(gravest_first(), intake_records.c.created_at, intake_records.c.id)
        .limit(1)
    ).first()
