"""The steps that every change of a record is made of, each within the caller's transaction.

The caller holds the audit's lock (`audit_log.lock`), so that one changes records at a time.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.engine import Connection, Row

from bot.configuration.clinic import Clinic
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.schema import intake_entries, intake_records
from bot.database.vault import Vault
from bot.intake.actors import SYSTEM, Actor
from bot.intake.promise import due_at
from bot.intake.record_rows import is_taken
from bot.intake.records import CLOSED_STATES, EntryKind, Origin, RecordState, Urgency
from bot.intake.references import new_reference
from bot.intake.staff_phrases import STAFF_PHRASES
from bot.intake.transitions import (
    REASONED_MOVES,
    SYSTEM_MOVES,
    IllegalMoveError,
    Move,
    after,
)

#: Characters of a note, or of the reason for a move.
LONGEST_NOTE = 2000

_GRAVITY = tuple(Urgency)


class RecordChangedError(Exception):
    """Somebody else changed the record first, or it is gone. Nothing was changed now."""


def checked_note(text: str) -> str:
    """A note without blanks around it.

    Raises:
        ValueError: it is blank, or longer than `LONGEST_NOTE`.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise ValueError(f"a note has 1 to {LONGEST_NOTE} characters")
    return text


def graver(one: Urgency, other: Urgency) -> Urgency:
    """The graver of two urgencies."""
    return max(one, other, key=_GRAVITY.index)


def insert_record(
    connection: Connection, *, id: str, origin: Origin, created_at: datetime, **values: Any
) -> str:
    """Store a new record, in state new. Returns its reference."""
    reference = unused_reference(connection)
    connection.execute(
        insert(intake_records).values(
            id=id,
            reference=reference,
            origin=origin.value,
            state=RecordState.NEW.value,
            version=1,
            created_at=created_at,
            changed_at=created_at,
            **values,
        )
    )
    return reference


def change(connection: Connection, row: Row, at: datetime, **values: Any) -> None:
    """Change a record from what `row` holds; its version rises by one unless `values` say another.

    Raises:
        RecordChangedError: it is not what `row` holds any more.
    """
    changed = connection.execute(
        update(intake_records)
        .where(intake_records.c.id == row.id, intake_records.c.version == row.version)
        .values(
            **{"version": row.version + 1, "changed_at": max(at, row.changed_at), **values},
        )
    ).rowcount
    if not changed:
        raise RecordChangedError


def raised(row: Row, urgency: Urgency, clinic: Clinic, at: datetime) -> dict[str, Any]:
    """Urgency and due time of a record once something of this urgency is added to it at `at`."""
    new = graver(Urgency(row.urgency), urgency)
    if new.value == row.urgency:
        return {}
    return {"urgency": new.value, "due_at": min(row.due_at, due_at(at, new, clinic))}


def add_entry(
    connection: Connection,
    vault: Vault,
    record_id: str,
    kind: EntryKind,
    text: str,
    at: datetime,
    **values: str | datetime | None,
) -> None:
    """Add something to a record, sealed. `values` are further columns of `intake_entries`."""
    row = {"id": uuid.uuid4().hex, **values}
    connection.execute(
        insert(intake_entries).values(
            record_id=record_id, at=at, kind=kind.value, sealed_text=vault.seal(text), **row
        )
    )


def make_move(
    connection: Connection,
    vault: Vault,
    clinic: Clinic,
    row: Row,
    move: Move,
    *,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Make a move and write it into the audit; a reason becomes a note.

    Raises:
        IllegalMoveError: it cannot be made from the record's state, not by `actor`, or not without
            a reason.
        RecordChangedError: the record is not what `row` holds any more.
        ValueError: the reason is too long.
    """
    state = RecordState(row.state)
    target = after(state, move)
    reason = checked_note(reason) if reason and reason.strip() else None
    if move in SYSTEM_MOVES and actor != SYSTEM:
        raise IllegalMoveError(f"{move.value} is not made by hand")
    if move in REASONED_MOVES and reason is None:
        raise IllegalMoveError(f"{move.value} needs a reason")
    values: dict[str, Any] = {
        "state": target.value,
        "closed_at": now if target in CLOSED_STATES else None,
    }
    if move is Move.NOTIFY:
        # Whoever looks at the record just then goes on with what they see.
        values["version"] = row.version
    if move in (Move.CLAIM, Move.RELEASE, Move.REOPEN):
        values["assignee_id"] = None if move is Move.RELEASE else actor.user_id
    if move is Move.REOPEN:
        values["due_at"] = due_at(now, Urgency(row.urgency), clinic)
    change(connection, row, now, **values)
    if reason is not None:
        text = STAFF_PHRASES.of_move(move, reason)
        add_entry(connection, vault, row.id, EntryKind.NOTE, text, now, author_id=actor.user_id)
    _tell_audit(connection, row.reference, move, state, target, actor)


def _tell_audit(
    connection: Connection,
    reference: str,
    move: Move,
    state: RecordState,
    target: RecordState,
    actor: Actor,
) -> None:
    claimed = move is Move.CLAIM
    audit_log.append(
        connection,
        actor=actor.name,
        action=AuditAction.RECORD_CLAIMED if claimed else AuditAction.RECORD_CHANGED,
        subject=reference,
        detail={"move": move.value, "from": state.value, "to": target.value},
    )


def unused_reference(connection: Connection) -> str:
    """A reference that nothing is known by."""
    while True:
        reference = new_reference()
        if not is_taken(connection, reference):
            return reference
