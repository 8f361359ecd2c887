"""The desk and somebody who texts: take over, write, be silent, hand back; what the desk shows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from bot.twilio_double.faults import Fault, FaultKind
from tests.messaging.running_double import RunningDouble
from tests.scenarios.intake import StaffBrowser, newest_reference
from tests.scenarios.running_product import RunningProduct, until
from tests.scenarios.texting.test_texted_form import fills_in, reference_in
from tests.scenarios.texting.texter import Texter
from tests.scenarios.texting.words import CLINIC, safety, said, short_of

#: The title of what the desk says where the patient wants no texts.
STOPPED = "This patient wants no text messages"


@pytest.fixture(scope="module")
def dana(product: RunningProduct) -> Iterator[StaffBrowser]:
    browser = StaffBrowser(product, "dana")
    yield browser
    browser.close()


@pytest.fixture
def reference(phone: Texter) -> str:
    """Of a request by text."""
    fills_in(phone)
    return reference_in(phone.says("send"))


def writes(staff: StaffBrowser, reference: str, text: str) -> None:
    response = staff.does(reference, "messages", message=text, once=uuid.uuid4().hex)
    assert response.status_code == 303, response.text


def until_received(phone: Texter, count: int) -> list[str]:
    until(lambda: len(phone.received()) >= count, 30, f"{count} texts")
    return phone.received()[count - 1 :]


def test_a_person_takes_over_writes_and_hands_back(
    phone: Texter, reference: str, dana: StaffBrowser
) -> None:
    had = len(phone.received())
    assert dana.does(reference, "take-over").status_code == 303
    (joined,) = until_received(phone, had + 1)
    assert joined == said("intake.person.joined", name="Dana")
    assert phone.texts("Do you take my insurance?") == []
    page = dana.opens(reference)
    assert "Do you take my insurance?" in page and "Text message" in page
    writes(dana, reference, "Yes. Which one do you have?")
    (written,) = until_received(phone, had + 2)
    assert written == f"Dana, {CLINIC.name}: Yes. Which one do you have?"

    assert phone.says("I want to kill myself") == safety("suicide_thoughts")
    assert phone.texts("What is migraine aura?") == []

    assert dana.does(reference, "hand-back").status_code == 303
    (left,) = until_received(phone, had + 4)
    assert left.startswith(said("intake.person.left", name="Dana"))
    assert phone.says("Is Botox used for migraine?").startswith(short_of("migraine.botox"))


def test_what_is_sent_twice_at_the_desk_is_texted_once(
    phone: Texter, reference: str, dana: StaffBrowser
) -> None:
    had = len(phone.received())
    dana.does(reference, "take-over")
    for _ in range(2):
        dana.does(reference, "messages", message="Hello", once="c" * 32)
    writes(dana, reference, "Still there?")
    texts = until_received(phone, had + 3)
    assert texts == [f"Dana, {CLINIC.name}: Still there?"]
    dana.does(reference, "hand-back")


def test_nobody_writes_to_a_number_that_wants_no_texts(
    phone: Texter, reference: str, dana: StaffBrowser
) -> None:
    phone.texts("STOP")
    had = phone.received()
    refused = dana.does(reference, "take-over")
    assert refused.status_code == 409
    assert STOPPED in refused.text
    assert phone.received() == had


def test_who_opts_out_meanwhile_is_not_written_to(
    phone: Texter, reference: str, dana: StaffBrowser
) -> None:
    dana.does(reference, "take-over")
    phone.texts("STOP")
    had = phone.received()
    refused = dana.does(reference, "messages", message="Hello", once=uuid.uuid4().hex)
    assert refused.status_code == 409
    assert STOPPED in refused.text
    # The conversation can still be left.
    assert dana.does(reference, "hand-back").status_code == 303
    assert phone.received() == had


def test_the_desk_sees_that_a_safety_text_was_not_sent(
    product: RunningProduct, phone: Texter, dana: StaffBrowser
) -> None:
    phone.says("revoke")
    assert phone.texts("I want to kill myself") == []
    mark = "Not sent:</strong> The patient wants no texts"
    until(lambda: mark in dana.opens(newest_reference(product)), 30, "the mark")


def test_a_text_that_fails_is_seen_at_the_desk(
    phone: Texter, reference: str, dana: StaffBrowser, double: RunningDouble
) -> None:
    double.double.faults.add(Fault(FaultKind.NO_NUMBER))
    assert phone.texts("What is migraine aura?") == []
    assert "Not sent:</strong> The provider refused it" in dana.opens(reference)
