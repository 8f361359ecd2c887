"""The queue, searching, expiry and counts, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database.engine import Database
from bot.intake.actors import Actor
from bot.intake.alert_store import AlertStore
from bot.intake.promise import PROMISES
from bot.intake.record_store import RecordCounts, RecordStore
from bot.intake.records import RecordState, Urgency
from bot.intake.transitions import Move
from tests.databases import CLINIC, VAULT
from tests.intake.alerts import alert
from tests.intake.records import (
    EMAIL,
    NOW,
    PHONE,
    add,
    asked,
    audited,
    made,
    moved,
)

UNKNOWN = "2222-2222"


def test_the_queue_is_gravest_and_then_soonest_due(
    database: Database, records: RecordStore
) -> None:
    urgencies = [Urgency.ROUTINE, Urgency.CRISIS_SHOWN, Urgency.SOON, Urgency.URGENT] * 2
    for number, urgency in enumerate(urgencies):
        made(database, number, urgency=urgency, now=NOW - timedelta(days=number % 3))
    queue = records.queue()
    assert len(queue) == 8
    gravity = list(Urgency)
    keys = [(-gravity.index(record.urgency), record.due_at) for record in queue]
    assert keys == sorted(keys)
    assert records.queue(limit=3) == queue[:3]
    assert records.queue(closed=True) == ()
    assert {record.contact for record in queue} == {None}
    assert {record.name for record in records.queue(opened=True)} == {"Rosalind"}


def test_closed_records_are_newest_first(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    closed = [
        moved(records, made(database, number), Move.WITHDRAW, dana).reference for number in range(3)
    ]
    still = made(database, 9)
    assert [record.reference for record in records.queue(closed=True)] == closed[::-1]
    assert [record.reference for record in records.queue()] == [still.reference]


def test_searching_by_reference_phone_and_email(database: Database, records: RecordStore) -> None:
    AlertStore(database, VAULT, CLINIC).add([alert(1)])
    phone = add(database).reference
    email = add(database, asked(contact=EMAIL)).reference
    for text in (phone, phone.lower().replace("-", ""), f" {phone[:4]} {phone[4:]}"):
        assert [record.reference for record in records.search(text)] == [phone]
    for text in (
        "(212) 555-0142",
        "212.555.0142",
        "+1 212 555 0142",
        "1-212-555-0142",
        "2125550142",
    ):
        assert [record.reference for record in records.search(text)] == [phone]
    for text in ("rosalind.vane@example.com", " ROSALIND.VANE@EXAMPLE.COM "):
        assert [record.reference for record in records.search(text)] == [email]
    (found,) = records.search(phone)
    assert (found.contact, found.name, found.reason) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    ["", " ", "Rosalind", "%", "_", "@", "212", "+", "None", "2222-2222", "x" * 9999, "\x00"],
)
def test_searching_for_anything_else_finds_nothing(
    database: Database, records: RecordStore, text: str
) -> None:
    AlertStore(database, VAULT, CLINIC).add([alert(1)])
    add(database)
    assert records.search(text) == ()


def test_one_contact_may_have_several_records(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    first = add(database)
    records.move(first.reference, Move.WITHDRAW, version=1, actor=dana)
    second = add(database, now=NOW + timedelta(days=1))
    found = [record.reference for record in records.search(PHONE.value)]
    assert found == [second.reference, first.reference]


def test_what_nobody_claimed_expires_long_after(
    database: Database, records: RecordStore, dana: Actor
) -> None:
    old = made(database, 0)
    notified = made(database, 1, urgency=Urgency.SOON)
    records.notified(notified.id)
    claimed = moved(records, made(database, 2), Move.CLAIM, dana)
    grave = [
        made(database, 3 + place, urgency=urgency)
        for place, urgency in enumerate((Urgency.URGENT, Urgency.CRISIS_SHOWN))
    ]
    last_moment = old.due_at + timedelta(days=PROMISES.expire_after_days)
    assert records.expire_due(notified.due_at + timedelta(days=PROMISES.expire_after_days)) == 0
    assert records.expire_due(last_moment) == 1
    assert records.expire_due(last_moment + timedelta(seconds=1)) == 1
    assert records.expire_due(last_moment + timedelta(days=999)) == 0
    expired = records.queue(closed=True)
    assert {record.reference for record in expired} == {old.reference, notified.reference}
    assert {record.state for record in expired} == {RecordState.EXPIRED}
    assert {record.id for record in records.queue()} == {claimed.id, *[one.id for one in grave]}
    assert audited(database, old.reference)[-1].actor == "system"


def test_many_expire_in_portions(
    database: Database, records: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.record_store._BATCH", 2)
    for number in range(5):
        made(database, number)
    later = NOW + timedelta(days=365)
    assert [records.expire_due(later) for _ in range(4)] == [2, 2, 1, 0]


def test_counting(database: Database, records: RecordStore, dana: Actor) -> None:
    assert records.counts() == RecordCounts(dict.fromkeys(Urgency, 0), 0)
    made(database, 0)
    soon = made(database, 1, urgency=Urgency.SOON)
    made(database, 2, urgency=Urgency.SOON)
    moved(records, made(database, 3), Move.WITHDRAW, dana)
    counts = records.counts(soon.due_at)
    assert counts.open == {**dict.fromkeys(Urgency, 0), Urgency.ROUTINE: 1, Urgency.SOON: 2}
    assert counts.overdue == 0
    assert records.counts(soon.due_at + timedelta(seconds=1)).overdue == 2
    assert records.counts(NOW + timedelta(days=9)).overdue == 3
