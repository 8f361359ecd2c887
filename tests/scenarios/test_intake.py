"""Asking for a person, on the web: the form, its corrections, and what the clinic gets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.intake.records import Origin, RecordState, Urgency
from bot.replies.intake_request import BestTime, ContactKind
from tests.scenarios.curated import PHONE, text_of, wording
from tests.scenarios.intake import (
    Patient,
    entries_of,
    notices_of,
    receipt_of,
    record_of,
    records_of,
    reference_in,
    told_of,
)
from tests.scenarios.running_product import RunningProduct, until

RECEIVED = [("email", "request_received"), ("webhook", "request_received")]

_numbers = itertools.count(100)

OpenPatient = Callable[[], Patient]


@pytest.fixture
def number() -> str:
    """A telephone number of nobody else."""
    return f"+1 917 555 0{next(_numbers)}"


@pytest.fixture
def patients(product: RunningProduct) -> Iterator[OpenPatient]:
    opened: list[Patient] = []

    def open_one() -> Patient:
        opened.append(Patient(product.url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def patient(patients: OpenPatient) -> Patient:
    return patients()


def e164(number: str) -> str:
    return number.replace(" ", "")


def test_the_whole_form(product: RunningProduct, patient: Patient, number: str) -> None:
    handoff, question = patient.presses("Talk to a person")
    assert (handoff["kind"], question["kind"]) == ("human_handoff", "intake")
    assert "not for emergencies" in question["text"] and "you agree" in question["text"]
    patient.says("Rosalind")
    patient.says(number)
    patient.presses("Morning")
    (read_back,) = patient.says("Prices")
    for part in ("Rosalind", "555", "Morning", "Prices"):
        assert part in read_back["text"]
    assert records_of(product, number) == ()

    (receipt,) = patient.presses("Send")
    record = record_of(product, reference_in(receipt))
    assert receipt["text"] == receipt_of(record)
    assert record.contact
    assert (record.contact.kind, record.contact.value) == (ContactKind.PHONE, e164(number))
    assert (record.name, record.reason) == ("Rosalind", "Prices")
    assert (record.best_time, record.language) == (BestTime.MORNING, "en")
    assert (record.origin, record.urgency) == (Origin.REQUEST, Urgency.ROUTINE)
    assert record.state is RecordState.NEW
    assert record.consent_version and record.consent_at
    assert record.conversation_id
    assert notices_of(product, record) == RECEIVED
    assert told_of(product, record) == [("patient", "record_created")]
    assert patient.news()["again_seconds"] == 4
    # The assistant goes on.
    assert patient.says("What is migraine aura?")[0]["topic"] == "aura"


@pytest.mark.parametrize(
    ("button", "said", "field", "expected"),
    [
        ("Change name", "Marguerite", "name", "Marguerite"),
        ("Change reason", "An appointment", "reason", "An appointment"),
        ("Change contact", "rosalind@example.com", "contact", "rosalind@example.com"),
    ],
)
def test_a_correction(
    product: RunningProduct,
    patient: Patient,
    number: str,
    button: str,
    said: str,
    field: str,
    expected: str,
) -> None:
    patient.fills_in(contact=number)
    patient.presses(button)
    read_back = patient.says(said)[-1]
    assert expected in read_back["text"]
    record = record_of(product, reference_in(patient.presses("Send")[-1]))
    stored = record.contact.value if field == "contact" and record.contact else None
    assert (stored or getattr(record, field)) == expected


def test_another_time(product: RunningProduct, patient: Patient, number: str) -> None:
    patient.fills_in(contact=number)
    patient.presses("Change time")
    assert "Evening" in patient.presses("Evening")[-1]["text"]
    record = record_of(product, reference_in(patient.presses("Send")[-1]))
    assert record.best_time is BestTime.EVENING


def test_only_the_contact_is_needed(product: RunningProduct, patient: Patient, number: str) -> None:
    patient.presses("Talk to a person")
    patient.presses("Skip")
    patient.says(number)
    patient.presses("Any time")
    patient.presses("Skip")
    record = record_of(product, reference_in(patient.presses("Send")[-1]))
    assert (record.name, record.reason, record.best_time) == (None, None, BestTime.ANY)


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_cancelled_at_any_step(
    product: RunningProduct, patient: Patient, number: str, steps: int
) -> None:
    walk: list[Callable[[], object]] = [
        lambda: patient.says("Rosalind"),
        lambda: patient.says(number),
        lambda: patient.presses("Morning"),
        lambda: patient.says("Prices"),
    ]
    patient.presses("Talk to a person")
    for step in walk[:steps]:
        step()
    (last,) = patient.presses("Cancel")
    assert "sent nothing" in last["text"]
    assert records_of(product, number) == ()
    assert patient.news()["again_seconds"] == 30
    assert patient.says("What is migraine aura?")[0]["topic"] == "aura"


def test_a_question_in_between(product: RunningProduct, patient: Patient, number: str) -> None:
    patient.presses("Talk to a person")
    patient.says("Rosalind")
    answer, question = patient.says("What is migraine aura?")
    assert (answer["kind"], answer["topic"]) == ("answer", "aura")
    assert answer["text"] == text_of("short of migraine.aura")
    assert question["kind"] == "intake"
    patient.says(number)
    patient.presses("Afternoon")
    patient.says("Prices")
    assert record_of(product, reference_in(patient.presses("Send")[-1])).name == "Rosalind"


def test_a_crisis_in_between(product: RunningProduct, patient: Patient, number: str) -> None:
    patient.presses("Talk to a person")
    patient.says("Rosalind")
    (crisis,) = patient.says("I want to kill myself")
    assert (crisis["kind"], crisis["text"]) == ("crisis", wording("suicide_thoughts", 0))
    patient.wait_until_stored(crisis)
    last = patient.says(number)
    if "Send" not in patient.offered:
        assert last
        patient.presses("Morning")
        patient.presses("Skip")
    record = record_of(product, reference_in(patient.presses("Send")[-1]))
    assert record.urgency is Urgency.CRISIS_SHOWN
    assert record.contact and record.contact.value == e164(number)


def test_three_wrong_numbers(product: RunningProduct, patient: Patient) -> None:
    patient.presses("Talk to a person")
    patient.says("Rosalind")
    first, second, third = (
        patient.says(wrong)[-1]["text"] for wrong in ("12345", "555 0199", "1 212 555 01999999")
    )
    assert first == text_of("texts intake.en.problems.phone_too_short")
    assert second == text_of("texts intake.en.problems.phone_without_area_code")
    assert third == text_of("texts intake.en.ends.tries_used")
    assert PHONE in third and "911" in third
    assert patient.news()["again_seconds"] == 30


def test_sent_twice_with_the_same_key(
    product: RunningProduct, patient: Patient, number: str
) -> None:
    patient.fills_in(contact=number)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: patient.presses("Send", "key-12345678"), range(2)))
    assert both[0] == both[1]
    (record,) = records_of(product, number)
    assert notices_of(product, record) == RECEIVED
    assert entries_of(product, record) == ()


def test_sent_twice_with_two_keys(product: RunningProduct, patient: Patient, number: str) -> None:
    patient.fills_in(contact=number)
    send = patient.offered["Send"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: patient.post({"button_id": send}), range(2)))
    assert [answer.status_code for answer in answers].count(200) >= 1
    (record,) = records_of(product, number)
    assert notices_of(product, record) == RECEIVED
    assert entries_of(product, record) == ()
    receipts = [text for answer in answers for text in [answer.text] if record.reference in text]
    assert len(receipts) == 1


def test_a_second_request_by_the_same_person(
    product: RunningProduct, patients: OpenPatient, number: str
) -> None:
    first, second = patients(), patients()
    first.fills_in(contact=number, reason="Prices")
    reference = reference_in(first.presses("Send")[-1])
    second.fills_in(contact=number.replace(" ", "-"), reason="And an appointment")
    receipt = second.presses("Send")[-1]
    record = record_of(product, reference)
    (entry,) = entries_of(product, record)
    assert "And an appointment" in entry.text
    # A reference of its own, which tells nothing of the first.
    assert entry.reference == reference_in(receipt) != reference
    assert len(records_of(product, number)) == 1


def test_deleting_the_chat_leaves_the_request(
    product: RunningProduct, patient: Patient, number: str
) -> None:
    patient.fills_in(contact=number)
    reference = reference_in(patient.presses("Send")[-1])
    token = {"Authorization": f"Bearer {patient.token}"}
    assert patient.http.delete("/api/session", headers=token).status_code == 204
    assert record_of(product, reference).conversation_id is None


def test_nothing_of_it_is_logged(product: RunningProduct, patient: Patient, number: str) -> None:
    patient.fills_in(name="Zebrafinch", contact=number, reason="About zebrafinches")
    reference = reference_in(patient.presses("Send")[-1])
    until(lambda: product.metric("assistant_outbox_waiting") == 0, 30, "the outbox")
    written = product.written()
    for word in ("Zebrafinch", "zebrafinch", e164(number)[-7:], reference, patient.token):
        assert word not in written
