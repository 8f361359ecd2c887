"""Asking for a person by text: the form, its corrections, and what the clinic gets."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.intake.records import Urgency
from bot.replies.channel import Channel
from bot.replies.intake_request import BestTime, ContactKind
from tests.scenarios.intake import entries_of, notices_of, record_of, records_of, told_of
from tests.scenarios.running_product import RunningProduct
from tests.scenarios.texting.conftest import OpenTelephone
from tests.scenarios.texting.texter import Texter, choices_in
from tests.scenarios.texting.words import safety, said, short_of

RECEIVED = [("email", "request_received"), ("webhook", "request_received")]

_REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def ending(phone: Texter) -> str:
    return phone.number[-4:]


def chooses(phone: Texter, asked: str, label: str) -> str:
    """Reply with the number of this choice."""
    return phone.says(choices_in(asked)[label])


def fills_in(phone: Texter, name: str = "Rosalind", reason: str = "Prices") -> str:
    """Walk the form up to the reading back; that."""
    phone.says("PERSON")
    phone.says(name)
    phone.says("use it")
    phone.says("morning")
    return phone.says(reason)


def reference_in(receipt: str) -> str:
    found = _REFERENCE.search(receipt)
    assert found, receipt
    return found[0]


def test_the_whole_form_with_the_number_that_is_known(
    product: RunningProduct, phone: Texter
) -> None:
    asked = phone.says("PERSON")
    assert "you agree" in asked and "911" in asked and "988" in asked
    assert asked.partition("\nReply ")[0].endswith(said("intake.question.name"))
    asked = phone.says("Rosalind")
    assert asked.startswith(said("intake.question.known_phone", ending=ending(phone)))
    assert phone.number[:-4] not in asked
    asked = chooses(phone, asked, "Use it")
    assert asked.startswith(said("intake.question.best_time"))
    asked = chooses(phone, asked, "Morning")
    assert asked.startswith(said("intake.question.reason"))
    read_back = phone.says("Prices")
    for part in ("Rosalind", ending(phone), "Morning"):
        assert part in read_back
    # Whoever reads the telephone need not know what it is about.
    assert "cost" not in read_back
    assert records_of(product, phone.number) == ()

    record = record_of(product, reference_in(chooses(phone, read_back, "Send")))
    assert record.contact
    assert (record.contact.kind, record.contact.value) == (ContactKind.PHONE, phone.number)
    assert (record.name, record.reason) == ("Rosalind", "Prices")
    assert (record.best_time, record.channel) == (BestTime.MORNING, Channel.SMS)
    assert notices_of(product, record) == RECEIVED
    assert told_of(product, record) == [("patient", "record_created")]
    # The assistant goes on.
    assert phone.says("What is migraine aura?").startswith(short_of("migraine.aura"))


def test_the_form_by_words_alone(product: RunningProduct, phone: Texter) -> None:
    fills_in(phone)
    record = record_of(product, reference_in(phone.says("SEND")))
    assert record.contact and record.contact.value == phone.number


def test_another_number(product: RunningProduct, phone: Texter) -> None:
    other = "+19175550" + ending(phone)[1:]
    phone.says("PERSON")
    phone.says("Rosalind")
    assert phone.says(other).startswith(said("intake.question.best_time"))
    phone.says("Evening")
    phone.says("skip")
    record = record_of(product, reference_in(phone.says("send")))
    assert record.contact and record.contact.value == other
    assert records_of(product, phone.number) == ()


def test_an_email(product: RunningProduct, phone: Texter) -> None:
    phone.says("PERSON")
    phone.says("Rosalind")
    phone.says(f"rosalind{ending(phone)}@example.com")
    phone.says("any time")
    assert f"rosalind{ending(phone)}@example.com" in phone.says("Prices")
    record = record_of(product, reference_in(phone.says("send")))
    assert record.contact and record.contact.kind is ContactKind.EMAIL


def test_a_spanish_form(product: RunningProduct, phone: Texter) -> None:
    assert "PERSONA" in phone.says("hola, necesito una cita por favor")
    asked = phone.says("PERSONA")
    assert asked.partition("\nResponda ")[0].endswith(said("intake.question.name", "es"))
    asked = phone.says("Rosalinda")
    assert asked.startswith(said("intake.question.known_phone", "es", ending=ending(phone)))
    asked = phone.says("1")
    assert asked.startswith(said("intake.question.best_time", "es"))
    phone.says("1")
    asked = phone.says("Precios")
    assert "Rosalinda" in asked
    record = record_of(product, reference_in(phone.says("1")))
    assert (record.language, record.name, record.reason) == ("es", "Rosalinda", "Precios")
    assert record.contact and record.contact.value == phone.number


@pytest.mark.parametrize(
    ("button", "answer", "field", "expected"),
    [
        ("Name", "Marguerite", "name", "Marguerite"),
        ("Reason", "An appointment", "reason", "An appointment"),
        ("Time", "evening", "best_time", BestTime.EVENING),
    ],
)
def test_a_correction(
    product: RunningProduct, phone: Texter, button: str, answer: str, field: str, expected: object
) -> None:
    chooses(phone, fills_in(phone), button)
    read_back = phone.says(answer)
    record = record_of(product, reference_in(chooses(phone, read_back, "Send")))
    assert getattr(record, field) == expected
    assert record.contact and record.contact.value == phone.number


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_ended_at_any_step(product: RunningProduct, phone: Texter, steps: int) -> None:
    asked = phone.says("PERSON")
    for answer in ("Rosalind", "use it", "morning", "Prices")[:steps]:
        asked = phone.says(answer)
    last = chooses(phone, asked, "Exit")
    assert last.startswith(said("intake.ends.cancelled"))
    assert records_of(product, phone.number) == ()
    assert not phone.is_opted_out()


def test_a_question_in_between(product: RunningProduct, phone: Texter) -> None:
    phone.says("PERSON")
    phone.says("Rosalind")
    answer = phone.says("What is migraine aura?")
    assert answer.startswith(short_of("migraine.aura"))
    assert said("intake.again.known_phone") in answer
    phone.says(choices_in(answer).get("Use it", "use it"))
    phone.says("afternoon")
    phone.says("Prices")
    record = record_of(product, reference_in(phone.says("send")))
    assert (record.name, record.best_time) == ("Rosalind", BestTime.AFTERNOON)


def test_a_crisis_in_between(product: RunningProduct, phone: Texter) -> None:
    phone.says("PERSON")
    phone.says("Rosalind")
    assert phone.says("I want to kill myself") == safety("suicide_thoughts")
    assert phone.kind == "safety"
    answer = phone.says("use it")
    if "send" not in answer.lower():
        phone.says("morning")
        phone.says("skip")
    record = record_of(product, reference_in(phone.says("send")))
    assert record.urgency is Urgency.CRISIS_SHOWN
    assert record.contact and record.contact.value == phone.number


def test_three_wrong_numbers(product: RunningProduct, phone: Texter) -> None:
    phone.says("PERSON")
    phone.says("Rosalind")
    *_, last = [phone.says(wrong) for wrong in ("12345", "555 0199", "1 212 555 01999999")]
    assert last.startswith(said("intake.ends.tries_used"))
    assert records_of(product, phone.number) == ()


def test_sent_twice_by_the_same_text(product: RunningProduct, phone: Texter) -> None:
    fills_in(phone)
    (receipt,) = phone.texts("send", copies=3)
    (record,) = records_of(product, phone.number)
    assert record.reference in receipt
    assert notices_of(product, record) == RECEIVED
    assert entries_of(product, record) == ()


def test_sent_twice_by_two_texts(product: RunningProduct, phone: Texter) -> None:
    fills_in(phone)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: phone.sends("send"), range(2)))
    phone.wait()
    (record,) = records_of(product, phone.number)
    assert notices_of(product, record) == RECEIVED
    assert entries_of(product, record) == ()
    assert len([text for text in phone.received() if record.reference in text]) == 1


def test_a_second_request_of_the_same_number(
    product: RunningProduct, telephones: OpenTelephone
) -> None:
    phone = telephones()
    fills_in(phone)
    reference = reference_in(phone.says("send"))
    fills_in(phone, reason="And an appointment")
    assert reference in phone.says("send")
    (record,) = records_of(product, phone.number)
    (entry,) = entries_of(product, record)
    assert "And an appointment" in entry.text
