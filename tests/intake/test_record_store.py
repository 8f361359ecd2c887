"""Records on SQLite and PostgreSQL alike: moves, notes, the queue, searching, expiry, counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.vault import Vault, VaultError
from bot.intake.actors import COMMAND_LINE, PATIENT, SYSTEM, Actor
from bot.intake.promise import due_at
from bot.intake.record_store import LONGEST_NOTE, RecordChangedError, RecordStore
from bot.intake.records import EntryKind, IntakeRecord, RecordState, Urgency
from bot.intake.transitions import IllegalMoveError, Move
from tests.databases import CLINIC, DATA_KEY, INDEX_KEY
from tests.intake.records import (
    NOW,
    add,
    asked,
    audited,
    made,
    moved,
    records_of,
    staff,
)

UNKNOWN = "2222-2222"


def test_a_record_from_beginning_to_end(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    record = made(database)
    assert records.notified(record.id)
    assert not records.notified(record.id)
    record = moved(records, records.get(record.reference) or record, Move.CLAIM, dana)
    assert (record.assignee_id, record.assignee) == (dana.user_id, "Dana")
    record = moved(records, record, Move.CONTACT, dana)
    before = datetime.now(timezone.utc)
    record = moved(records, record, Move.RESOLVE, dana)
    assert (record.state, record.version, record.is_open) == (RecordState.RESOLVED, 4, False)
    assert record.closed_at
    assert before <= record.closed_at == record.changed_at
    assert record.assignee == "Dana"
    assert records.get(record.reference) == record
    told = [(row.actor, row.action, row.detail.get("to")) for row in audited(database)][1:]
    assert told == [
        ("system", "record_changed", "notified"),
        ("user:dana", "record_claimed", "claimed"),
        ("user:dana", "record_changed", "contacted"),
        ("user:dana", "record_changed", "resolved"),
    ]
    assert audited(database)[-1].detail == {
        "move": "resolve",
        "from": "contacted",
        "to": "resolved",
    }


def test_releasing_leaves_nobody_in_charge(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    record = moved(records, made(database), Move.CLAIM, dana)
    record = moved(records, record, Move.RELEASE, dana)
    assert (record.state, record.assignee_id) == (RecordState.NOTIFIED, None)


def test_reopening_begins_anew_and_says_why(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    record = moved(records, made(database), Move.MARK_DUPLICATE, dana)
    robin = staff(database, "robin")
    reopened = records.move(
        record.reference,
        Move.REOPEN,
        version=record.version,
        actor=robin,
        reason="  She called: it was another matter. ",
    )
    assert (reopened.state, reopened.assignee, reopened.closed_at) == (
        RecordState.CLAIMED,
        "Robin",
        None,
    )
    assert reopened.due_at == due_at(reopened.changed_at, Urgency.ROUTINE, CLINIC) > record.due_at
    (entry,) = records.entries(record.id)
    assert (entry.kind, entry.author) == (EntryKind.NOTE, "Robin")
    assert entry.text == "Reopened: She called: it was another matter."
    assert "called" not in str(audited(database))


@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_reopening_needs_a_reason(
    database: Database, records: RecordStore, dana: Actor, reason: str | None
) -> None:
    record = moved(records, made(database), Move.WITHDRAW, dana)
    with pytest.raises(IllegalMoveError, match="reason"):
        records.move(
            record.reference, Move.REOPEN, version=record.version, actor=dana, reason=reason
        )
    assert records.get(record.reference) == record


@pytest.mark.parametrize("move", [Move.NOTIFY, Move.EXPIRE])
def test_nobody_makes_the_moves_of_the_system(
    database: Database, records: RecordStore, dana: Actor, move: Move
) -> None:
    record = made(database)
    for actor in (dana, COMMAND_LINE, PATIENT, Actor(dana.user_id, "system")):
        with pytest.raises(IllegalMoveError):
            moved(records, record, move, actor)
    # Whoever looks at a record goes on with it while the clinic is told of it.
    assert moved(records, record, move, SYSTEM).version == (1 if move is Move.NOTIFY else 2)


def test_who_saw_an_older_version_changes_nothing(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    seen = made(database)
    # The patient asks again while somebody reads the record.
    add(database, asked(contact=seen.contact, reason="worse now"))
    with pytest.raises(RecordChangedError):
        moved(records, seen, Move.CLAIM, dana)
    for version in (0, 3):
        with pytest.raises(RecordChangedError):
            records.move(seen.reference, Move.CLAIM, version=version, actor=dana)
    found = records.get(seen.reference)
    assert found
    assert (found.version, found.state) == (2, RecordState.NEW)
    assert len(audited(database)) == 2


def test_of_many_who_claim_at_once_one_gets_it(database: Database, records: RecordStore) -> None:
    record = made(database)
    people = [staff(database, f"p{number}") for number in range(8)]

    def claim(actor: Actor) -> IntakeRecord | None:
        try:
            return moved(records, record, Move.CLAIM, actor)
        except RecordChangedError:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [found for found in pool.map(claim, people) if found]
    assert len(won) == 1
    assert records.get(record.reference) == won[0]
    assert len(audited(database)) == 2


def test_a_record_that_is_gone_was_changed_first(records: RecordStore, dana: Actor) -> None:
    with pytest.raises(RecordChangedError):
        records.move(UNKNOWN, Move.CLAIM, version=1, actor=dana)
    with pytest.raises(RecordChangedError):
        records.add_note(UNKNOWN, "note", actor=dana)
    assert records.get(UNKNOWN) is None
    assert records.view(UNKNOWN, actor=dana) is None
    assert records.entries("a" * 32) == ()
    assert not records.notified("a" * 32)


def test_notes_are_added_open_or_closed(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    record = made(database)
    noted = records.add_note(record.reference, " Left a message.\n", actor=dana)
    assert (noted.version, noted.state) == (2, RecordState.NEW)
    closed = moved(records, noted, Move.WITHDRAW, dana)
    records.add_note(record.reference, "n" * LONGEST_NOTE, actor=dana)
    first, second = records.entries(record.id)
    assert (first.text, first.author, first.kind) == ("Left a message.", "Dana", EntryKind.NOTE)
    assert len(second.text) == LONGEST_NOTE
    found = records.get(record.reference)
    assert found
    assert (found.version, found.closed_at) == (closed.version + 1, closed.closed_at)
    assert [row.action for row in audited(database)][-3:] == [
        "note_added",
        "record_changed",
        "note_added",
    ]
    assert "message" not in str(audited(database))


@pytest.mark.parametrize("text", ["", " \n\t", "n" * (LONGEST_NOTE + 1)])
def test_a_note_has_a_length(
    database: Database, records: RecordStore, dana: Actor, text: str
) -> None:
    record = made(database)
    with pytest.raises(ValueError, match="1 to 2000"):
        records.add_note(record.reference, text, actor=dana)
    assert records.get(record.reference) == record


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=1+1", "\u202e\x00\ud800é", "'; --"]
)
def test_a_note_comes_back_letter_for_letter(
    database: Database, records: RecordStore, dana: Actor, text: str
) -> None:
    record = made(database)
    records.add_note(record.reference, text, actor=dana)
    assert [entry.text for entry in records.entries(record.id)] == [text]


def test_viewing_is_told_to_the_audit(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    record = made(database)
    assert records.view(record.reference, actor=dana) == record
    row = audited(database)[-1]
    assert (row.actor, row.action, row.subject) == ("user:dana", "record_viewed", record.reference)
    assert len(audited(database, record.reference)) == 2


def test_another_key_opens_nothing_and_hides_nothing(database: Database) -> None:
    reference = add(database).reference
    add(database, now=NOW + timedelta(hours=1))
    other = RecordStore(database, Vault([DATA_KEY[::-1][1:] + "="], INDEX_KEY), CLINIC)
    (record,) = other.queue()
    assert record.reference == reference
    with pytest.raises(VaultError):
        other.get(reference)
    with pytest.raises(VaultError):
        other.view(reference, actor=COMMAND_LINE)
    with pytest.raises(VaultError):
        other.entries(record.id)
    assert len(audited(database)) == 2


def test_a_database_without_the_tables_is_unavailable(tmp_path: Path, dana: Actor) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}", busy_seconds=1, connections=1)
    records = records_of(database)
    for call in (
        lambda: records.get(UNKNOWN),
        lambda: records.view(UNKNOWN, actor=dana),
        lambda: records.queue(),
        lambda: records.entries("a" * 32),
        lambda: records.search(UNKNOWN),
        lambda: records.move(UNKNOWN, Move.CLAIM, version=1, actor=dana),
        lambda: records.add_note(UNKNOWN, "note", actor=dana),
        lambda: records.notified("a" * 32),
        lambda: records.expire_due(NOW),
        lambda: records.counts(),
    ):
        with pytest.raises(DatabaseUnavailableError):
            call()
    database.close()
