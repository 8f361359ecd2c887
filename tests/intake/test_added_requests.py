"""A second request is added to the open record of the same contact or conversation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.database.engine import Database
from bot.intake.alert_store import AlertStore
from bot.intake.promise import due_at
from bot.intake.record_store import RecordStore
from bot.intake.records import EntryKind, Origin, Receipt, Urgency
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
    # Whoever typed the contact does not learn that there is a record.
    assert again.reference != receipt.reference
    assert (again.due_at, again.appended) == (
        due_at(NOW + timedelta(days=40), Urgency.ROUTINE, CLINIC),
        False,
    )
    (record,) = records.queue(opened=True)
    assert record.reference == receipt.reference
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
        for term in (contact.value, found.reference):
            assert [one.reference for one in records.search(term)] == [first.reference]


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
    talk = conversation(database)
    first = add(database, conversation_id=talk)
    assert add(database, conversation_id=talk, now=LATER).due_at == first.due_at
    graver = add(database, conversation_id=talk, urgency=Urgency.URGENT, now=LATER)
    assert graver.due_at == due_at(LATER, Urgency.URGENT, CLINIC) < first.due_at
    soon = LATER + timedelta(minutes=5)
    lesser = add(database, conversation_id=talk, urgency=Urgency.ROUTINE, now=soon)
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
    references = {receipt.reference for receipt in receipts}
    assert len(references) == 16
    assert not any(receipt.appended for receipt in receipts)
    (record,) = records.queue()
    assert record.version == len(audited(database)) == len(noticed(database)) == 16
    for reference in references:
        found = records.get(reference)
        assert found and found.id == record.id


def strangers(database: Database) -> tuple[str, str, Receipt, Receipt]:
    """Two conversations in which the same number was typed, an hour apart."""
    mine, theirs = conversation(database), conversation(database)
    first = add(database, conversation_id=mine)
    second = add(database, conversation_id=theirs, now=NOW + timedelta(hours=1))
    return mine, theirs, first, second


def test_a_receipt_does_not_tell_whether_the_number_is_known(
    database: Database, records: RecordStore
) -> None:
    _, _, first, second = strangers(database)
    stranger = Contact(kind=ContactKind.PHONE, value="+12125550199")
    new = add(
        database,
        asked(contact=stranger),
        conversation_id=conversation(database),
        now=NOW + timedelta(hours=1),
    )
    assert (second.due_at, second.appended) == (new.due_at, new.appended)
    assert len({first.reference, second.reference, new.reference}) == 3


def test_a_graver_record_does_not_show_in_the_promise(
    database: Database, records: RecordStore
) -> None:
    add(database, conversation_id=conversation(database), urgency=Urgency.URGENT)
    second = add(database, conversation_id=conversation(database), now=LATER)
    assert second.due_at == due_at(LATER, Urgency.ROUTINE, CLINIC)
    (record,) = records.queue()
    assert record.urgency is Urgency.URGENT


def test_a_later_request_of_the_other_conversation_names_its_own_reference(
    database: Database, records: RecordStore
) -> None:
    mine, theirs, first, second = strangers(database)
    urgent = add(database, conversation_id=mine, urgency=Urgency.URGENT, now=LATER)
    again = add(database, asked(contact=EMAIL), conversation_id=theirs, now=LATER)
    assert (again.reference, again.appended) == (second.reference, True)
    # Of what the other told, nothing shows in its promise.
    assert again.due_at == second.due_at > urgent.due_at
    (record,) = records.queue()
    assert record.reference == urgent.reference == first.reference
    assert [entry.conversation_id for entry in records.entries(record.id)] == [theirs, mine, theirs]


def test_a_danger_in_the_other_conversation_makes_the_record_graver(
    database: Database, records: RecordStore
) -> None:
    _, theirs, first, _ = strangers(database)
    told_at = NOW + timedelta(hours=3)
    AlertStore(database, VAULT, CLINIC).add(
        [alert(1, conversation_id=theirs, danger=EMERGENCY, occurred_at=told_at)]
    )
    (record,) = records.queue()
    assert (record.reference, record.urgency) == (first.reference, Urgency.URGENT)
    assert records.entries(record.id)[-1].conversation_id == theirs


def test_a_contact_in_the_own_conversation_tells_nothing_of_an_older_request(
    database: Database, records: RecordStore
) -> None:
    """A record that an alert made in the conversation gets the request, not the stranger's."""
    add(database, conversation_id=conversation(database))
    talk = conversation(database)
    AlertStore(database, VAULT, CLINIC).add([alert(1, conversation_id=talk, occurred_at=NOW)])
    receipt = add(database, conversation_id=talk, now=NOW + timedelta(minutes=1))
    assert not receipt.appended
    assert len(records.queue()) == 2


def test_a_move_or_note_by_the_other_reference_is_about_the_record(
    database: Database, records: RecordStore
) -> None:
    _, _, first, second = strangers(database)
    dana = staff(database, "dana")
    records.add_note(second.reference, "called", actor=dana)
    record = records.view(second.reference, actor=dana)
    assert record and record.reference == first.reference
    moved = records.move(second.reference, Move.CLAIM, version=record.version, actor=dana)
    assert moved.reference == first.reference
    assert {row.subject for row in audited(database)} == {first.reference}
