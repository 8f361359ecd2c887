"""A second request is added to the open record of the same contact or conversation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.database.engine import Database
from bot.intake.alert_store import AlertStore
from bot.intake.promise import due_at
from bot.intake.record_store import RecordStore
from bot.intake.records import EntryKind, Origin, Urgency
from bot.intake.transitions import Move
from bot.replies.intake_request import Contact, ContactKind
from bot.safety.danger import Danger, DangerTopic
from tests.databases import CLINIC, VAULT
from tests.intake.alerts import alert
from tests.intake.records import (
    EMAIL,
    NOW,
    PHONE,
    add,
    asked,
    audited,
    conversation,
    noticed,
    staff,
)

LATER = NOW + timedelta(hours=2)
EMERGENCY = Danger(topic=DangerTopic.BODY)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (PHONE, PHONE),
        (EMAIL, Contact(kind=ContactKind.EMAIL, value="rosalind.vane@EXAMPLE.com")),
    ],
)
def test_the_same_contact_is_added_to_its_open_record(
    database: Database, records: RecordStore, first: Contact, second: Contact
) -> None:
    receipt = add(database, asked(contact=first))
    again = add(
        database, asked(contact=second, reason="and now dizzy"), now=NOW + timedelta(days=40)
    )
    assert (again.reference, again.appended) == (receipt.reference, True)
    (record,) = records.queue(opened=True)
    assert (record.version, record.contact) == (2, first)
    (entry,) = records.entries(record.id)
    assert (entry.kind, entry.author) == (EntryKind.REQUEST, None)
    assert "and now dizzy" in entry.text
    assert second.value in entry.text
    assert noticed(database) == [("request_received", "routine"), ("request_appended", "routine")]
    assert [row.action for row in audited(database)] == ["record_created", "record_appended"]


def test_a_contact_of_another_kind_is_another(database: Database) -> None:
    add(database)
    assert not add(database, asked(contact=EMAIL)).appended


def test_a_closed_record_is_not_added_to(database: Database, records: RecordStore) -> None:
    receipt = add(database)
    dana = staff(database, "dana")
    records.move(receipt.reference, Move.MARK_DUPLICATE, version=1, actor=dana)
    again = add(database, now=LATER)
    assert not again.appended
    assert again.reference != receipt.reference


def test_the_same_conversation_within_a_day_is_added_to(
    database: Database, records: RecordStore
) -> None:
    talk = conversation(database)
    first = add(database, conversation_id=talk)
    soon = add(database, asked(contact=EMAIL), conversation_id=talk, now=NOW + timedelta(hours=23))
    assert (soon.reference, soon.appended) == (first.reference, True)
    # The other contact leads to the same record from now on.
    for contact in (EMAIL, PHONE):
        found = add(database, asked(contact=contact), now=NOW + timedelta(days=9))
        assert found.reference == first.reference
        assert [one.reference for one in records.search(contact.value)] == [first.reference]


def test_the_same_conversation_after_a_day_is_another_matter(database: Database) -> None:
    talk = conversation(database)
    first = add(database, conversation_id=talk)
    later = NOW + timedelta(hours=24)
    second = add(database, asked(contact=EMAIL), conversation_id=talk, now=later)
    assert (second.reference == first.reference, second.appended) == (False, False)


def test_no_conversation_is_not_the_same_conversation(database: Database) -> None:
    first = add(database)
    second = add(database, asked(contact=EMAIL))
    assert first.reference != second.reference


def test_an_addition_keeps_the_promise_unless_it_is_graver(
    database: Database, records: RecordStore
) -> None:
    first = add(database)
    assert add(database, now=LATER).due_at == first.due_at
    graver = add(database, urgency=Urgency.URGENT, now=LATER)
    assert graver.due_at == due_at(LATER, Urgency.URGENT, CLINIC) < first.due_at
    lesser = add(database, urgency=Urgency.ROUTINE, now=LATER + timedelta(minutes=5))
    assert lesser.due_at == graver.due_at
    (record,) = records.queue()
    assert (record.urgency, record.due_at, record.version) == (Urgency.URGENT, graver.due_at, 4)
    assert [urgency for _, urgency in noticed(database)] == [
        "routine",
        "routine",
        "urgent",
        "urgent",
    ]


def test_nobody_is_promised_a_time_that_is_over(database: Database, records: RecordStore) -> None:
    first = add(database)
    later = NOW + timedelta(days=30)
    again = add(database, request_id="b" * 32, now=later)
    assert again.due_at == due_at(later, Urgency.ROUTINE, CLINIC) > later
    assert add(database, request_id="b" * 32, now=later + timedelta(days=1)) == again
    # Staff see that the first promise was not kept.
    (record,) = records.queue()
    assert record.due_at == first.due_at


def test_a_request_gives_its_contact_to_the_record_of_an_alert(
    database: Database, records: RecordStore
) -> None:
    talk = conversation(database)
    told_at = NOW - timedelta(days=3)
    AlertStore(database, VAULT, CLINIC).add([alert(1, conversation_id=talk, occurred_at=told_at)])
    receipt = add(database, conversation_id=talk, request_id="a" * 32)
    # The patient knows of no earlier record.
    assert not receipt.appended
    assert receipt.due_at >= NOW
    assert add(database, conversation_id=talk, request_id="a" * 32) == receipt
    (record,) = records.queue(opened=True)
    assert (record.origin, record.urgency) == (Origin.SAFETY_ALERT, Urgency.CRISIS_SHOWN)
    assert (record.contact, record.name, record.language) == (PHONE, "Rosalind", "es")
    assert record.consent_version
    kinds = [entry.kind for entry in records.entries(record.id)]
    assert kinds == [EntryKind.SAFETY_ALERT, EntryKind.REQUEST]
    second = add(database, conversation_id=talk, now=NOW + timedelta(minutes=1))
    assert (second.reference, second.appended) == (receipt.reference, True)


def test_two_requests_of_one_contact_at_once_make_one_record(
    database: Database, records: RecordStore
) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: add(database), range(16)))
    assert len({receipt.reference for receipt in receipts}) == 1
    assert sorted(receipt.appended for receipt in receipts) == [False] + [True] * 15
    (record,) = records.queue()
    assert record.version == len(audited(database)) == len(noticed(database)) == 16
