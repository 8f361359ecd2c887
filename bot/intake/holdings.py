"""Finds everything that is held about one person, by a contact of theirs or by a reference.

A record leads to the contacts that it names and to the conversations that its requests and alerts
came from; a contact and a conversation lead to every record of theirs. Of text messages the number
leads on: all that was texted from it, with its conversations, because a provider's texts cannot be
told apart by who held the telephone. This is followed until nothing new is found. People share
telephones: what one of them asked for is found with the other's.
"""

from __future__ import annotations

from collections import defaultdict
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
from bot.intake.record_rows import of_contact, of_reference
from bot.intake.records import CLOSED_STATES, RecordState
from bot.replies.intake_request import Contact


@dataclass(frozen=True)
class HeldRecord:
    """A record that is held: its id, and what it is called outside.

    `also`: the references of requests that were added to it from other conversations.
    """

    id: str
    reference: str
    is_open: bool
    also: tuple[str, ...] = ()


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
    return _holdings(connection, of_reference(reference), set())


def _holdings(connection: Connection, condition: Any, thread_ids: set[str]) -> Holdings:
    records = _ids(connection, select(intake_records.c.id).where(condition))
    talks: set[str] = set()
    before = -1
    while before < (before := len(records) + len(talks) + len(thread_ids)):
        contacts = _ids(connection, _contacts_of(records))
        talks |= _ids(connection, _conversations_of(records))
        thread_ids |= _ids(connection, _threads_of(talks, contacts))
        talks |= _ids(connection, _texted_in(thread_ids))
        records |= _ids(connection, _records_of(talks, contacts))
    return Holdings(_held(connection, records), tuple(sorted(talks)), tuple(sorted(thread_ids)))


def _held(connection: Connection, record_ids: Collection[str]) -> tuple[HeldRecord, ...]:
    """The records, oldest first."""
    also = defaultdict(list)
    entries = connection.execute(
        select(intake_entries.c.record_id, intake_entries.c.reference)
        .where(intake_entries.c.record_id.in_(record_ids), intake_entries.c.reference.is_not(None))
        .order_by(intake_entries.c.at, intake_entries.c.id)
    )
    for entry in entries:
        also[entry.record_id].append(entry.reference)
    rows = connection.execute(
        select(intake_records.c.id, intake_records.c.reference, intake_records.c.state)
        .where(intake_records.c.id.in_(record_ids))
        .order_by(intake_records.c.created_at, intake_records.c.id)
    )
    return tuple(
        [
            HeldRecord(
                row.id,
                row.reference,
                RecordState(row.state) not in CLOSED_STATES,
                tuple(also[row.id]),
            )
            for row in rows
        ]
    )


def _ids(connection: Connection, chosen: Select) -> set[str]:
    return {found for found in connection.execute(chosen).scalars() if found}


def _contacts_of(record_ids: Collection[str]) -> Any:
    """The indexes of the contacts that these records name, at first or in a later request."""
    return union(
        select(intake_records.c.contact_index).where(intake_records.c.id.in_(record_ids)),
        select(intake_entries.c.contact_index).where(intake_entries.c.record_id.in_(record_ids)),
    )


def _conversations_of(record_ids: Collection[str]) -> Any:
    """The conversations that these records came from, or something that was added to them.

    Besides the links, a request has the id of its turn, and an alert links by its own row.
    """
    entries = intake_entries.c.record_id.in_(record_ids)
    return union(
        select(intake_records.c.conversation_id).where(intake_records.c.id.in_(record_ids)),
        select(intake_entries.c.conversation_id).where(entries),
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


def _threads_of(conversation_ids: Collection[str], contacts: Collection[str]) -> Select:
    """The threads that these conversations came by, or that belong to one of these numbers."""
    theirs = select(conversations.c.thread_id).where(conversations.c.id.in_(conversation_ids))
    return select(text_threads.c.id).where(
        or_(text_threads.c.id.in_(theirs), text_threads.c.address_index.in_(contacts))
    )


def _texted_in(thread_ids: Collection[str]) -> Select:
    """The conversations of these threads."""
    return select(conversations.c.id).where(conversations.c.thread_id.in_(thread_ids))


def _records_of(conversation_ids: Collection[str], contacts: Collection[str]) -> Any:
    """The records that came from these conversations, or name one of these contacts."""
    said = select(turns.c.id).where(turns.c.conversation_id.in_(conversation_ids))
    alerts = select(safety_alerts.c.id).where(safety_alerts.c.conversation_id.in_(conversation_ids))
    entries = select(intake_entries.c.record_id).where(
        or_(
            intake_entries.c.conversation_id.in_(conversation_ids),
            intake_entries.c.contact_index.in_(contacts),
            intake_entries.c.id.in_(said),
            intake_entries.c.alert_id.in_(alerts),
        )
    )
    return select(intake_records.c.id).where(
        or_(
            intake_records.c.conversation_id.in_(conversation_ids),
            intake_records.c.contact_index.in_(contacts),
            intake_records.c.id.in_(said),
            intake_records.c.id.in_(entries),
        )
    )
