"""Every danger comes before staff: in its conversation's record, or in one of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.database.engine import Database, DatabaseUnavailableError
from bot.gateway.store import ConversationStore
from bot.intake.alert_records import add_alert_record
from bot.intake.alert_store import AlertStore
from bot.intake.promise import due_at
from bot.intake.record_store import RecordStore
from bot.intake.records import EntryKind, Origin, RecordState, Urgency
from bot.intake.transitions import Move
from bot.safety.danger import Danger, DangerTopic, SafetyKind
from tests.databases import CLINIC, VAULT
from tests.intake.alerts import NOON, alert
from tests.intake.records import (
    NOW,
    add,
    audited,
    conversation,
    noticed,
    records_of,
    staff,
)


@pytest.fixture
def alerts(database: Database) -> AlertStore:
    return AlertStore(database, VAULT, CLINIC)


def test_an_alert_makes_a_record_without_a_contact(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    talk = conversation(database)
    alerts.add([alert(1, conversation_id=talk)])
    (record,) = records.queue(opened=True)
    told_at = NOON + timedelta(minutes=1)
    assert (record.origin, record.state, record.urgency) == (
        Origin.SAFETY_ALERT,
        RecordState.NEW,
        Urgency.CRISIS_SHOWN,
    )
    assert (record.conversation_id, record.language) == (talk, "es")
    assert (record.name, record.contact, record.reason) == (None, None, None)
    # 8:01 am in New York: half an hour after the clinic opens at 9.
    assert (record.created_at, record.due_at) == (
        told_at,
        NOON.replace(hour=13, minute=30, microsecond=0),
    )
    (entry,) = records.entries(record.id)
    assert (entry.kind, entry.at, entry.author) == (EntryKind.SAFETY_ALERT, told_at, None)
    assert entry.text == (
        "Told of thoughts of suicide or self-harm (level 4, about somebody else, emergency "
        "department). The safety reply was given."
    )
    assert noticed(database) == [("urgent_raised", "crisis_shown")]
    (row,) = audited(database)
    assert (row.actor, row.action, row.subject) == ("system", "record_created", record.reference)
    assert row.detail == {"kind": "safety_alert", "urgency": "crisis_shown"}


@pytest.mark.parametrize("topic", DangerTopic)
def test_how_soon_depends_on_the_kind(
    alerts: AlertStore, records: RecordStore, topic: DangerTopic
) -> None:
    alerts.add([alert(1, danger=Danger(topic=topic))])
    (record,) = records.queue()
    crisis = topic.kind is SafetyKind.CRISIS
    assert record.urgency is (Urgency.CRISIS_SHOWN if crisis else Urgency.URGENT)
    assert record.due_at == due_at(NOON + timedelta(minutes=1), record.urgency, CLINIC)


def test_an_alert_raises_the_open_record_of_its_conversation(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    talk, dana = conversation(database), staff(database, "dana")
    receipt = add(database, conversation_id=talk)
    claimed = records.move(receipt.reference, Move.CLAIM, version=1, actor=dana)
    told_at = NOW + timedelta(minutes=20)
    alerts.add([alert(1, conversation_id=talk, occurred_at=told_at)])
    (record,) = records.queue(opened=True)
    assert (record.reference, record.state) == (receipt.reference, RecordState.CLAIMED)
    assert (record.urgency, record.version) == (Urgency.CRISIS_SHOWN, claimed.version + 1)
    assert record.due_at == due_at(told_at, Urgency.CRISIS_SHOWN, CLINIC) < receipt.due_at
    assert record.contact
    assert [entry.kind for entry in records.entries(record.id)] == [EntryKind.SAFETY_ALERT]
    assert noticed(database)[-1] == ("urgent_raised", "crisis_shown")
    assert audited(database)[-1].action == "record_appended"


def test_a_lesser_danger_lowers_nothing(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    talk = conversation(database)
    alerts.add([alert(1, conversation_id=talk)])
    (before,) = records.queue()
    alerts.add([alert(2, conversation_id=talk, danger=Danger(topic=DangerTopic.BODY))])
    (after,) = records.queue()
    assert (after.urgency, after.due_at) == (before.urgency, before.due_at)
    assert len(records.entries(after.id)) == 2
    assert noticed(database) == [("urgent_raised", "crisis_shown")] * 2


def test_a_closed_record_stays_closed_and_a_new_one_is_made(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    talk, dana = conversation(database), staff(database, "dana")
    receipt = add(database, conversation_id=talk)
    records.move(receipt.reference, Move.WITHDRAW, version=1, actor=dana)
    alerts.add([alert(1, conversation_id=talk)])
    (record,) = records.queue()
    assert record.reference != receipt.reference


def test_alerts_without_a_conversation_have_a_record_each(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    add(database)
    alerts.add([alert(1), alert(2)])
    assert len(records.queue()) == 3


def test_the_same_alert_again_changes_nothing(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    alerts.add([alert(1), alert(1)])
    alerts.add([alert(1)])
    with database.writing() as connection:
        add_alert_record(connection, VAULT, CLINIC, alert(1))
    assert len(records.queue()) == len(audited(database)) == len(noticed(database)) == 1


def test_a_record_gets_the_link_that_its_alert_had_not(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    talk = conversation(database)
    alerts.add([alert(1)])
    alerts.add([alert(1, conversation_id=talk)])
    alerts.add([alert(1, conversation_id=conversation(database))])
    (record,) = records.queue()
    assert (record.conversation_id, record.version) == (talk, 2)
    # So a request in that conversation finds it.
    assert add(database, conversation_id=talk).reference == record.reference


def test_an_alert_of_a_deleted_conversation_still_comes_before_staff(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    talk = conversation(database)
    ConversationStore(database, VAULT, CLINIC).delete(talk)
    alerts.add([alert(1, conversation_id=talk)])
    (record,) = records.queue()
    assert record.conversation_id is None


def test_without_its_record_an_alert_is_not_stored(
    database: Database, alerts: AlertStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr("bot.intake.alert_records.enqueue", fail)
        alerts.add([alert(1)])
    assert alerts.newest(10) == ()
    assert records_of(database).queue() == ()
    assert alerts.add([alert(1)])


def test_a_locked_database_says_so(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("one writer at a time: SQLite")
    impatient = Database(str(database.engine.url), busy_seconds=0.1, connections=1)
    with database.writing(), pytest.raises(DatabaseUnavailableError):
        AlertStore(impatient, VAULT, CLINIC).add([alert(1)])
    impatient.close()


def test_dangers_requests_and_staff_at_once_never_fail(
    database: Database, alerts: AlertStore, records: RecordStore
) -> None:
    """No two wait for each other, and nothing is lost."""
    dana = staff(database, "dana")
    talks = [conversation(database) for _ in range(6)]
    receipt = add(database, conversation_id=talks[0])
    store = ConversationStore(database, VAULT, CLINIC)
    calls = [
        call
        for place, talk in enumerate(talks)
        for call in (
            lambda talk=talk, place=place: alerts.add(
                [
                    alert(place * 2, conversation_id=talk),
                    alert(place * 2 + 1, conversation_id=talks[0]),
                ]
            ),
            lambda talk=talk: add(database, conversation_id=talks[0]),
            lambda talk=talk: records.add_note(receipt.reference, "called", actor=dana),
            lambda talk=talk: talk != talks[0] and store.delete(talk),
        )
    ]
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(call) for call in calls]
    assert [each.exception() for each in done] == [None] * len(calls)
    assert len(alerts.newest(100)) == 12
    record = records.get(receipt.reference)
    assert record
    assert record.version == 1 + len(records.entries(record.id))
    assert record.urgency is Urgency.CRISIS_SHOWN
    assert len(audited(database)) == 1 + 12 + 6 + 6 + 5
