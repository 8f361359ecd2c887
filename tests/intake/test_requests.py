"""What a patient asks for gets into one record, once, sealed, with its notices and its audit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import migrate
from bot.database.schema import intake_entries, intake_records, outbox
from bot.gateway.store import ConversationStore
from bot.intake.alert_store import AlertStore
from bot.intake.promise import due_at
from bot.intake.record_store import RecordStore
from bot.intake.records import Origin, Receipt, RecordState, Urgency
from bot.intake.transitions import Move
from bot.replies.intake_request import BestTime
from bot.safety.danger import Danger, DangerTopic
from tests.databases import CLINIC, VAULT
from tests.intake.alerts import alert
from tests.intake.records import (
    EMAIL,
    NOW,
    PHONE,
    WORDS,
    add,
    asked,
    audited,
    conversation,
    noticed,
    records_of,
    staff,
)

LATER = NOW + timedelta(hours=2)
EMERGENCY = Danger(topic=DangerTopic.BODY)


def test_a_request_comes_back_as_it_was(database: Database, records: RecordStore) -> None:
    talk = conversation(database)
    receipt = add(database, conversation_id=talk, urgency=Urgency.SOON, request_id="a" * 32)
    assert receipt == Receipt(receipt.reference, due_at(NOW, Urgency.SOON, CLINIC), appended=False)
    record = records.get(receipt.reference)
    assert record
    assert (record.origin, record.state, record.urgency) == (
        Origin.REQUEST,
        RecordState.NEW,
        Urgency.SOON,
    )
    assert (record.version, record.created_at, record.changed_at) == (1, NOW, NOW)
    assert (record.name, record.contact, record.reason) == (
        "Rosalind",
        PHONE,
        "throbbing behind my left eye",
    )
    assert (record.best_time, record.language) == (BestTime.MORNING, "es")
    assert (record.consent_version, record.consent_at) == ("2026-01", NOW - timedelta(minutes=1))
    assert (record.conversation_id, record.due_at) == (talk, receipt.due_at)
    assert records.entries(record.id) == ()


def test_only_the_contact_is_needed(database: Database, records: RecordStore) -> None:
    receipt = add(database, asked(contact=EMAIL, name=None, reason=None, best_time=BestTime.ANY))
    record = records.get(receipt.reference)
    assert record
    assert (record.contact, record.name, record.reason) == (EMAIL, None, None)


def test_notices_and_audit_are_written_with_it(database: Database) -> None:
    receipt = add(database, urgency=Urgency.SOON)
    assert noticed(database) == [("request_received", "soon")]
    (row,) = audited(database)
    assert (row.actor, row.action, row.subject) == ("patient", "record_created", receipt.reference)
    assert row.detail == {"kind": "request", "urgency": "soon"}


def test_the_same_request_again_changes_nothing(database: Database, records: RecordStore) -> None:
    talk = conversation(database)

    def sent(id: str, at: datetime) -> set[Receipt]:
        moments = [at + timedelta(hours=hours) for hours in range(3)]
        return {add(database, conversation_id=talk, request_id=id, now=now) for now in moments}

    receipts, added = sent("a" * 32, NOW), sent("b" * 32, LATER)
    ((first,), (second,)) = (receipts, added)
    assert (first.reference, first.due_at) == (second.reference, second.due_at)
    assert (first.appended, second.appended) == (False, True)
    assert len(records.entries("a" * 32)) == 1
    assert len(audited(database)) == len(noticed(database)) == 2


@pytest.mark.parametrize(
    ("danger", "hours", "urgency"),
    [
        (None, 1, Urgency.URGENT),
        (EMERGENCY, 1, Urgency.URGENT),
        (Danger(topic=DangerTopic.ABUSE), 1, Urgency.CRISIS_SHOWN),
        (Danger(topic=DangerTopic.ABUSE), 25, Urgency.ROUTINE),
    ],
)
def test_a_danger_told_of_lately_makes_it_more_urgent(
    database: Database, danger: Danger | None, hours: int, urgency: Urgency
) -> None:
    talk, dana = conversation(database), staff(database, "dana")
    told_at = NOW - timedelta(hours=hours)
    alerts = AlertStore(database, VAULT, CLINIC)
    alerts.add([alert(1, conversation_id=talk, danger=danger or EMERGENCY, occurred_at=told_at)])
    # The alert's own record is closed already: it is the request that is urgent.
    (made,) = records_of(database).queue()
    records_of(database).move(made.reference, Move.MARK_DUPLICATE, version=1, actor=dana)
    receipt = add(database, conversation_id=talk)
    assert receipt.due_at == due_at(NOW, urgency, CLINIC)
    (record,) = records_of(database).queue()
    assert record.urgency is urgency


def test_a_danger_of_another_conversation_does_not(database: Database) -> None:
    AlertStore(database, VAULT, CLINIC).add([alert(1, occurred_at=NOW)])
    assert add(database).due_at == due_at(NOW, Urgency.ROUTINE, CLINIC)


def test_one_request_sent_many_times_at_once_is_stored_once(
    database: Database, records: RecordStore
) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: add(database, request_id="a" * 32), range(16)))
    assert len(set(receipts)) == 1
    assert len(audited(database)) == len(noticed(database)) == 1


@pytest.mark.parametrize("step", ["enqueue", "audit_log.append"])
def test_all_of_it_is_stored_or_nothing(
    database: Database, records: RecordStore, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken on purpose")

    add(database, request_id="a" * 32)
    before = stored(database)
    with monkeypatch.context() as broken:
        broken.setattr(f"bot.intake.requests.{step}", fail)
        for request in (asked(), asked(contact=EMAIL)):
            with pytest.raises(RuntimeError):
                add(database, request, request_id="b" * 32)
    assert stored(database) == before
    (record,) = records.queue()
    assert add(database, request_id="b" * 32).reference != record.reference
    assert records.queue()[0].version == 2


def stored(database: Database) -> list[object]:
    with database.reading() as connection:
        tables = (intake_records, intake_entries, outbox)
        return [connection.execute(select(table)).all() for table in tables]


def test_a_conversation_that_is_gone_is_no_place_for_a_request(database: Database) -> None:
    with pytest.raises(DatabaseUnavailableError):
        add(database, conversation_id="c" * 32)
    assert audited(database) == ()


def test_a_record_outlives_its_conversation(database: Database, records: RecordStore) -> None:
    talk = conversation(database)
    receipt = add(database, conversation_id=talk)
    ConversationStore(database, VAULT, CLINIC).delete(talk)
    record = records.get(receipt.reference)
    assert record
    assert (record.conversation_id, record.contact) == (None, PHONE)


def test_nothing_that_a_patient_told_stands_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    database = Database(f"sqlite:///{file}", busy_seconds=2, connections=2)
    migrate(database)
    dana = staff(database, "dana")
    receipt = add(database, request_id="a" * 32)
    add(database, asked(contact=EMAIL), request_id="b" * 32)
    add(database, now=LATER)
    records_of(database).add_note(receipt.reference, "Rosalind has called", actor=dana)
    AlertStore(database, VAULT, CLINIC).add([alert(1)])
    database.close()
    content = b"".join(part.read_bytes() for part in tmp_path.iterdir())
    assert receipt.reference.encode() in content
    for word in (*WORDS, "suicide or self-harm", "has called", "12125550142", "example.com"):
        assert word.encode() not in content
        assert word.lower().encode() not in content


def test_nothing_that_a_patient_told_is_shown_by_accident(
    database: Database, records: RecordStore
) -> None:
    add(database)
    add(database, now=LATER)
    (record,) = records.queue(opened=True)
    shown = repr((record, records.entries(record.id), asked(), PHONE))
    assert not any(word in shown for word in WORDS)
