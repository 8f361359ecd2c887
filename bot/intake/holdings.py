"""Finds everything that is held about one person, by a contact of theirs or by a reference.

A record leads to the conversations that its requests and alerts came from, and a conversation to
every record that came from it. It goes no further: people share telephones. Of text messages the
number leads on: all that was texted from it, with its conversations, because a provider's texts
cannot be told apart by who held the telephone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, union
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from bot.database.schema import (
    conversations,
    intake_entries,
    intake_records,
    safety_alerts,
    text_threads,
    turns,
)
from bot.database.vault import Vault
from bot.intake.contact_index import contact_index
from bot.intake.record_rows import of_contact
from bot.intake.records import CLOSED_STATES, RecordState
from bot.replies.intake_request import Contact


@dataclass(frozen=True)
class HeldRecord:
    """A record that is held: its id, and what it is called outside."""

    id: str
    reference: str
    is_open: bool


@dataclass(frozen=True)
class Holdings:
    """What is held about a person: records (the oldest first), conversations, threads of texts."""

    records: tuple[HeldRecord, ...] = ()
    conversation_ids: tuple[str, ...] = ()
    thread_ids: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is held."""
        return bool(self.records or self.conversation_ids or self.thread_ids)

    @property
    def record_ids(self) -> tuple[str, ...]:
        """The ids of the records."""
        return tuple([record.id for record in self.records])

    @property
    def references(self) -> tuple[str, ...]:
        """The references of the records."""
        return tuple([record.reference for record in self.records])


def held_about(connection: Connection, vault: Vault, contact: Contact) -> Holdings:
    """What is held about a telephone number or e-mail address."""
    index = contact_index(vault, contact)
    threads = _ids(
        connection, select(text_threads.c.id).where(text_threads.c.address_index == index)
    )
    return _holdings(connection, of_contact(index), threads)


def held_under(connection: Connection, reference: str) -> Holdings:
    """What is held under a reference, written as it is stored."""
    return _holdings(connection, intake_records.c.reference == reference, ())


def _holdings(connection: Connection, condition: Any, threads: Collection[str]) -> Holdings:
    ids = _ids(connection, select(intake_records.c.id).where(condition))
    from_conversations = _ids(connection, _conversations_of(ids))
    thread_ids = sorted({*threads, *_ids(connection, _threads_of(from_conversations))})
    if thread_ids:
        by_text = select(conversations.c.id).where(conversations.c.thread_id.in_(thread_ids))
        from_conversations = sorted({*from_conversations, *_ids(connection, by_text)})
    if from_conversations:
        ids = sorted({*ids, *_ids(connection, _records_of(from_conversations))})
    rows = connection.execute(
        select(intake_records.c.id, intake_records.c.reference, intake_records.c.state)
        .where(intake_records.c.id.in_(ids))
        .order_by(intake_records.c.created_at, intake_records.c.id)
    )
    records = [
        HeldRecord(row.id, row.reference, RecordState(row.state) not in CLOSED_STATES)
        for row in rows
    ]
    return Holdings(tuple(records), tuple(from_conversations), tuple(thread_ids))


def _ids(connection: Connection, chosen: Select) -> list[str]:
    return sorted(found for found in connection.execute(chosen).scalars() if found)


def _conversations_of(record_ids: Collection[str]) -> Any:
    """The conversations that these records came from.

    A record links to its first one only. A request made in another has the id of its turn, and an
    alert links by its own row.
    """
    entries = intake_entries.c.record_id.in_(record_ids)
    return union(
        select(intake_records.c.conversation_id).where(intake_records.c.id.in_(record_ids)),
        select(turns.c.conversation_id).where(
            or_(
                turns.c.id.in_(record_ids),
                turns.c.id.in_(select(intake_entries.c.id).where(entries)),
            )
        ),
        select(safety_alerts.c.conversation_id).where(
            safety_alerts.c.id.in_(select(intake_entries.c.alert_id).where(entries))
        ),
    )


def _threads_of(conversation_ids: Collection[str]) -> Select:
    """The threads that these conversations came by."""
    return select(conversations.c.thread_id).where(conversations.c.id.in_(conversation_ids))


def _records_of(conversation_ids: Collection[str]) -> Any:
    """The records that came from these conversations."""
    said = select(turns.c.id).where(turns.c.conversation_id.in_(conversation_ids))
    alerts = select(safety_alerts.c.id).where(safety_alerts.c.conversation_id.in_(conversation_ids))
    entries = select(intake_entries.c.record_id).where(
        or_(intake_entries.c.id.in_(said), intake_entries.c.alert_id.in_(alerts))
    )
    return select(intake_records.c.id).where(
        or_(
            intake_records.c.conversation_id.in_(conversation_ids),
            intake_records.c.id.in_(said),
            intake_records.c.id.in_(entries),
        )
    )
