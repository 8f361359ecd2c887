"""The conversations that the requests and alerts of one record came from."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.database.schema import intake_entries, intake_records
from bot.database.vault import Vault
from bot.intake.open_records import from_conversation
from bot.intake.ownership import NoConversationError
from bot.intake.records import EntryKind
from bot.replies.intake_request import IntakeRequest


class UnchosenConversationError(Exception):
    """The record has several conversations, and none of them was chosen."""


def chosen_conversation(connection: Connection, record: Row, conversation_id: str | None) -> str:
    """The conversation of a record that somebody acts on: the one that they chose, or its only one.

    Raises:
        UnchosenConversationError: there are several.
        NoConversationError: it has none (any more), or not this one.
    """
    there = conversations_of(connection, record)
    if conversation_id is None and len(there) > 1:
        raise UnchosenConversationError
    chosen = conversation_id or next(iter(there), None)
    if chosen is None or chosen not in there:
        raise NoConversationError
    return chosen


def conversations_of(connection: Connection, record: Row) -> tuple[str, ...]:
    """The record's first conversation, and those that something was added from, in that order."""
    added = connection.execute(
        select(intake_entries.c.conversation_id)
        .where(
            intake_entries.c.record_id == record.id, intake_entries.c.conversation_id.is_not(None)
        )
        .order_by(intake_entries.c.at, intake_entries.c.id)
    ).scalars()
    first = [record.conversation_id] if record.conversation_id else []
    return tuple(dict.fromkeys([*first, *added]))


def language_of(connection: Connection, vault: Vault, conversation_id: str) -> str | None:
    """The language of a conversation's latest request; else that of the latest record.

    Raises:
        VaultError: no key opens the request.
    """
    sealed = connection.execute(
        select(intake_entries.c.sealed_text)
        .where(
            intake_entries.c.conversation_id == conversation_id,
            intake_entries.c.kind == EntryKind.REQUEST.value,
        )
        .order_by(intake_entries.c.at.desc())
        .limit(1)
    ).scalar()
    if sealed is not None:
        return IntakeRequest.parse_raw(vault.open(sealed)).language
    found: str | None = connection.execute(
        select(intake_records.c.language)
        .where(from_conversation(conversation_id))
        .order_by(intake_records.c.created_at.desc())
        .limit(1)
    ).scalar()
    return found
