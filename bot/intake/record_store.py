"""Keeps intake records, for the desk, the metrics and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import exists, func, select
from sqlalchemy.engine import Connection, Row

from bot.configuration.clinic import Clinic
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import intake_entries, intake_records
from bot.database.vault import Vault
from bot.intake.actors import SYSTEM, Actor
from bot.intake.contact_index import contact_in, contact_index
from bot.intake.promise import PROMISES
from bot.intake.record_changes import (
    LONGEST_NOTE,
    RecordChangedError,
    add_entry,
    change,
    checked_note,
    make_move,
)
from bot.intake.record_rows import (
    IS_OPEN,
    entries_of,
    gravest_first,
    of_contact,
    of_reference,
    record_of,
    record_rows,
    row_of,
)
from bot.intake.records import Entry, EntryKind, IntakeRecord, RecordState, Urgency
from bot.intake.references import parse_reference
from bot.intake.transitions import Move

__all__ = ["LONGEST_NOTE", "RecordChangedError", "RecordCounts", "RecordStore"]

#: Records that expire in one transaction.
_BATCH = 100

#: What expires when nobody sees to it. What is graver stays until a person closes it.
_EXPIRING = (Urgency.ROUTINE, Urgency.SOON)


@dataclass(frozen=True)
class RecordCounts:
    """Open records by urgency, and how many of them are overdue."""

    open: Mapping[Urgency, int]
    overdue: int


class RecordStore:
    """The intake records of one database.

    Every method raises `DatabaseUnavailableError` when the database cannot do it, and those that
    open what is sealed `VaultError` when no key opens it.
    """

    def __init__(self, database: Database, vault: Vault, clinic: Clinic) -> None:
        self._database = database
        self._vault = vault
        self._clinic = clinic

    def get(self, reference: str) -> IntakeRecord | None:
        """One record, opened. Whoever shows it to a person calls `view` instead."""
        with self._database.reading() as connection:
            row = row_of(connection, reference)
            return record_of(row, self._vault) if row else None

    def view(self, reference: str, *, actor: Actor) -> IntakeRecord | None:
        """One record, opened before somebody's eyes: the audit tells of it."""
        with self._database.writing() as connection:
            row = row_of(connection, reference)
            if row is None:
                return None
            audit_log.append(
                connection,
                actor=actor.name,
                action=AuditAction.RECORD_VIEWED,
                subject=row.reference,
            )
            return record_of(row, self._vault)

    def queue(
        self, *, closed: bool = False, limit: int = 200, opened: bool = False
    ) -> tuple[IntakeRecord, ...]:
        """Open records, the gravest and then the soonest due first; or closed ones, newest first.

        Without name, contact and reason, unless they are to be `opened`.
        """
        if closed:
            chosen = record_rows().where(~IS_OPEN).order_by(intake_records.c.closed_at.desc())
        else:
            chosen = record_rows().where(IS_OPEN).order_by(gravest_first(), intake_records.c.due_at)
        with self._database.reading() as connection:
            rows = connection.execute(chosen.order_by(intake_records.c.id).limit(limit))
            return tuple([record_of(row, self._vault if opened else None) for row in rows])

    def entries(self, record_id: str) -> tuple[Entry, ...]:
        """What was added to a record, oldest first."""
        with self._database.reading() as connection:
            return entries_of(connection, record_id, self._vault)

    def search(self, text: str) -> tuple[IntakeRecord, ...]:
        """Records by reference, telephone number (in any usual spelling) or e-mail, newest first.

        Without name, contact and reason, as in the queue.
        """
        contact = contact_in(text)
        found = of_reference(parse_reference(text) or "")
        if contact is not None:
            found |= of_contact(contact_index(self._vault, contact))
        chosen = record_rows().where(found)
        with self._database.reading() as connection:
            rows = connection.execute(
                chosen.order_by(intake_records.c.created_at.desc(), intake_records.c.id)
            )
            return tuple([record_of(row, None) for row in rows])

    def move(
        self,
        reference: str,
        move: Move,
        *,
        version: int,
        actor: Actor,
        reason: str | None = None,
    ) -> IntakeRecord:
        """Make a move, and tell the audit with it. A reason becomes a note.

        Args:
            version: of the record as `actor` saw it.

        Raises:
            RecordChangedError: it was changed since, or is gone.
            IllegalMoveError: it cannot be made from the record's state, by `actor`, or without a
                reason.
            ValueError: the reason is longer than `LONGEST_NOTE`.
        """
        with self._database.writing() as connection:
            row = _held(connection, reference)
            if row.version != version:
                raise RecordChangedError
            make_move(
                connection,
                self._vault,
                self._clinic,
                row,
                move,
                actor=actor,
                now=_now(),
                reason=reason,
            )
            return self._after(connection, reference)

    def add_note(self, reference: str, text: str, *, actor: Actor) -> IntakeRecord:
        """Add a note to a record, open or closed.

        Raises:
            RecordChangedError: the record is gone.
            ValueError: the note is blank or longer than `LONGEST_NOTE`.
        """
        note, now = checked_note(text), _now()
        with self._database.writing() as connection:
            row = _held(connection, reference)
            change(connection, row, now)
            add_entry(
                connection,
                self._vault,
                row.id,
                EntryKind.NOTE,
                note,
                now,
                author_id=actor.user_id,
            )
            audit_log.append(
                connection,
                actor=actor.name,
                action=AuditAction.NOTE_ADDED,
                subject=row.reference,
            )
            return self._after(connection, reference)

    def notified(self, record_id: str) -> bool:
        """The clinic has got a notice of this record. Returns whether that was not known yet."""
        with self._database.writing() as connection:
            audit_log.lock(connection)
            row = connection.execute(
                record_rows().where(
                    intake_records.c.id == record_id,
                    intake_records.c.state == RecordState.NEW.value,
                )
            ).first()
            if row is None:
                return False
            self._by_system(connection, row, Move.NOTIFY, _now())
            return True

    def expire_due(self, now: datetime) -> int:
        """Close routine records that nobody claimed for long after they were due. Returns how many.

        At most a hundred at a time: call it again while it returns as many.
        """
        long_ago = now - timedelta(days=PROMISES.expire_after_days)
        chosen = record_rows().where(
            intake_records.c.state.in_([RecordState.NEW.value, RecordState.NOTIFIED.value]),
            intake_records.c.urgency.in_([urgency.value for urgency in _EXPIRING]),
            intake_records.c.due_at < long_ago,
            # Not one to which something was added since.
            ~exists()
            .where(intake_entries.c.record_id == intake_records.c.id)
            .where(intake_entries.c.at >= long_ago),
        )
        with self._database.reading() as connection:
            # Mostly there is none: then nobody who writes has to wait.
            if connection.execute(chosen.limit(1)).first() is None:
                return 0
        with self._database.writing() as connection:
            audit_log.lock(connection)
            rows = connection.execute(chosen.order_by(intake_records.c.due_at).limit(_BATCH)).all()
            for row in rows:
                self._by_system(connection, row, Move.EXPIRE, now)
            return len(rows)

    def counts(self, now: datetime | None = None) -> RecordCounts:
        """How many records are open and how many of them overdue."""
        count = func.count().label("count")
        with self._database.reading() as connection:
            by_urgency = connection.execute(
                select(intake_records.c.urgency, count)
                .where(IS_OPEN)
                .group_by(intake_records.c.urgency)
            )
            found = {Urgency(row[0]): int(row[1]) for row in by_urgency}
            overdue = connection.execute(
                select(count).where(IS_OPEN, intake_records.c.due_at < (now or _now()))
            ).scalar_one()
        return RecordCounts({each: found.get(each, 0) for each in Urgency}, int(overdue))

    def _by_system(self, connection: Connection, row: Row, move: Move, now: datetime) -> None:
        make_move(connection, self._vault, self._clinic, row, move, actor=SYSTEM, now=now)

    def _after(self, connection: Connection, reference: str) -> IntakeRecord:
        row = row_of(connection, reference)
        assert row
        return record_of(row, self._vault)


def _held(connection: Connection, reference: str) -> Row:
    """The row of a record that nobody else changes before the transaction ends."""
    audit_log.lock(connection)
    row = row_of(connection, reference)
    if row is None:
        raise RecordChangedError
    return row


def _now() -> datetime:
    return datetime.now(timezone.utc)
