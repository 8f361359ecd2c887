"""Reads records and entries from their rows."""

from __future__ import annotations

from sqlalchemy import Boolean, Integer, case, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select
from sqlalchemy.sql.elements import ColumnElement

from bot.database.schema import intake_entries, intake_records, users
from bot.database.vault import Vault
from bot.intake.records import (
    CLOSED_STATES,
    Entry,
    EntryKind,
    IntakeRecord,
    Origin,
    RecordState,
    Urgency,
)
from bot.intake.staff_phrases import STAFF_PHRASES
from bot.replies.channel import Channel
from bot.replies.intake_request import BestTime, Contact, IntakeRequest

#: Holds for records for which somebody still has to do something.
IS_OPEN = intake_records.c.state.not_in([state.value for state in CLOSED_STATES])


def record_rows() -> Select:
    """Every record's row, with the shown name of who has it in hand."""
    return select(intake_records, users.c.shown_name.label("assignee")).outerjoin(
        users, users.c.id == intake_records.c.assignee_id
    )


def row_of(connection: Connection, reference: str) -> Row | None:
    """The row of one record, by its own reference or by that of a request that was added to it."""
    return connection.execute(record_rows().where(of_reference(reference))).first()


def of_reference(reference: str) -> ColumnElement[Boolean]:
    """Holds for the record that has this reference itself, or in a request that was added to it."""
    in_entry = select(intake_entries.c.record_id).where(intake_entries.c.reference == reference)
    return (intake_records.c.reference == reference) | intake_records.c.id.in_(in_entry)


def is_taken(connection: Connection, reference: str) -> bool:
    """Whether something is known by this reference."""
    found = connection.execute(select(intake_records.c.id).where(of_reference(reference))).first()
    return found is not None


def of_contact(index: str) -> ColumnElement[Boolean]:
    """Holds for records that name the contact with this index, at first or in a later request."""
    in_entry = select(intake_entries.c.record_id).where(intake_entries.c.contact_index == index)
    return (intake_records.c.contact_index == index) | intake_records.c.id.in_(in_entry)


def gravest_first() -> ColumnElement[Integer]:
    """Sorts the gravest urgency first."""
    places = {urgency.value: -place for place, urgency in enumerate(Urgency)}
    return case(places, value=intake_records.c.urgency, else_=0)


def record_of(row: Row, vault: Vault | None) -> IntakeRecord:
    """The record of a row; without a vault, without what is sealed.

    Raises:
        VaultError: no key of the vault opens it.
    """
    return IntakeRecord(
        id=row.id,
        reference=row.reference,
        origin=Origin(row.origin),
        channel=Channel(row.channel),
        conversation_id=row.conversation_id,
        state=RecordState(row.state),
        urgency=Urgency(row.urgency),
        version=row.version,
        assignee_id=row.assignee_id,
        assignee=row.assignee,
        created_at=row.created_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        language=row.language,
        best_time=BestTime(row.best_time) if row.best_time else None,
        consent_version=row.consent_version,
        consent_at=row.consent_at,
        name=_opened(vault, row.sealed_name) if vault else None,
        contact=_contact(row, vault) if vault else None,
        reason=_opened(vault, row.sealed_reason) if vault else None,
    )


def entries_of(connection: Connection, record_id: str, vault: Vault) -> tuple[Entry, ...]:
    """What was added to a record, oldest first.

    Raises:
        VaultError: no key of the vault opens it.
    """
    rows = connection.execute(
        select(intake_entries, users.c.shown_name.label("author"))
        .outerjoin(users, users.c.id == intake_entries.c.author_id)
        .where(intake_entries.c.record_id == record_id)
        .order_by(intake_entries.c.at, intake_entries.c.id)
    )
    return tuple([_entry(row, vault) for row in rows])


def _entry(row: Row, vault: Vault) -> Entry:
    kind, text = EntryKind(row.kind), vault.open(row.sealed_text)
    contact = None
    if kind is EntryKind.REQUEST:
        request = IntakeRequest.parse_raw(text)
        text, contact = STAFF_PHRASES.of_request(request), request.contact
    return Entry(
        id=row.id,
        at=row.at,
        kind=kind,
        text=text,
        author=row.author,
        conversation_id=row.conversation_id,
        reference=row.reference,
        times=row.times,
        contact=contact,
    )


def _contact(row: Row, vault: Vault) -> Contact | None:
    value = _opened(vault, row.sealed_contact)
    return Contact(kind=row.contact_kind, value=value) if value else None


def _opened(vault: Vault, sealed: str | None) -> str | None:
    return vault.open(sealed) if sealed else None
