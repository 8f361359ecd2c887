"""The desk and the patient side by side: take over, write, be silent, hand back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.scenarios.curated import text_of, wording
from tests.scenarios.intake import (
    FORM,
    Patient,
    StaffBrowser,
    newest_reference,
    record_of,
    reference_in,
    told_of,
)
from tests.scenarios.running_product import RunningProduct, until

#: No wording of the safety screen: only the classifier finds it.
_ONLY_RASA_UNDERSTANDS = "everyone could finally breathe if i just was not around any more"


@pytest.fixture
def patient(product: RunningProduct) -> Iterator[Patient]:
    opened = Patient(product.url)
    yield opened
    opened.close()


@pytest.fixture
def reference(patient: Patient) -> str:
    """Of the patient's request."""
    patient.fills_in(contact=f"{uuid.uuid4().hex}@example.com")
    return reference_in(patient.presses("Send")[-1])


@pytest.fixture(scope="module")
def dana(product: RunningProduct) -> Iterator[StaffBrowser]:
    browser = StaffBrowser(product, "dana")
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def omar(product: RunningProduct) -> Iterator[StaffBrowser]:
    browser = StaffBrowser(product, "omar")
    yield browser
    browser.close()


def writes(staff: StaffBrowser, reference: str, text: str) -> None:
    response = staff.does(reference, "messages", message=text, once=uuid.uuid4().hex)
    assert response.status_code == 303, response.text


def test_a_person_takes_over_and_hands_back(
    product: RunningProduct, patient: Patient, reference: str, dana: StaffBrowser
) -> None:
    assert dana.does(reference, "take-over").status_code == 303
    assert patient.news()["person"] == {"name": "Dana"}
    assert patient.says("Do you take my insurance?") == []
    assert "Do you take my insurance?" in dana.opens(reference)
    writes(dana, reference, "Yes, we do. <b>Which one</b> do you have?")
    joined, written = patient.news()["messages"]
    assert (joined["kind"], joined["text"]) == ("notice", FORM.person_joined("Dana").text)
    assert written["text"] == "Yes, we do. <b>Which one</b> do you have?"
    assert (written["from"], written["name"]) == ("person", "Dana")

    (crisis,) = patient.says("I want to kill myself")
    assert (crisis["kind"], crisis["text"]) == ("crisis", wording("suicide_thoughts", 0))
    patient.wait_until_stored(crisis)
    assert patient.says("What is migraine aura?") == []

    assert dana.does(reference, "hand-back").status_code == 303
    left = patient.news()["messages"][-1]
    assert left["text"] == FORM.person_left("Dana").text
    assert patient.news()["person"] is None
    (answer,) = patient.says("Is Botox used for migraine?")
    assert (answer["kind"], answer["topic"]) == ("answer", "botox")

    roles = [entry["role"] for entry in patient.history()]
    assert roles[-9:] == [
        *("assistant", "patient", "person", "patient", "assistant"),
        *("patient", "assistant", "patient", "assistant"),
    ]
    record = record_of(product, reference)
    assert [told for told in told_of(product, record) if told[1] != "record_viewed"] == [
        ("patient", "record_created"),
        ("user:dana", "took_over"),
        ("user:dana", "staff_message"),
        ("system", "record_appended"),
        ("user:dana", "handed_back"),
    ]


def test_what_only_the_classifier_finds_is_answered_too(
    patient: Patient, reference: str, dana: StaffBrowser
) -> None:
    dana.does(reference, "take-over")
    (message,) = patient.says(_ONLY_RASA_UNDERSTANDS)
    assert message["kind"] == "crisis"
    assert message["text"] == text_of("safety suicide_thoughts.en.1")
    dana.does(reference, "hand-back")


def test_one_owner_at_a_time(
    patient: Patient, reference: str, dana: StaffBrowser, omar: StaffBrowser
) -> None:
    assert dana.does(reference, "take-over").status_code == 303
    for what in ("take-over", "hand-back"):
        assert omar.does(reference, what).status_code == 409
    refused = omar.does(reference, "messages", message="Hello", once="x" * 32)
    assert refused.status_code == 409
    assert patient.news()["person"] == {"name": "Dana"}
    assert dana.does(reference, "hand-back").status_code == 303
    assert omar.does(reference, "take-over").status_code == 303
    assert patient.news()["person"] == {"name": "Omar"}
    omar.does(reference, "hand-back")


def test_a_form_sent_twice_says_it_once(
    patient: Patient, reference: str, dana: StaffBrowser
) -> None:
    dana.does(reference, "take-over")
    for _ in range(2):
        dana.does(reference, "messages", message="Hello", once="a" * 32)
    assert [message["text"] for message in patient.news()["messages"]].count("Hello") == 1
    dana.does(reference, "hand-back")


def test_nothing_is_written_in_a_deleted_conversation(
    patient: Patient, reference: str, dana: StaffBrowser
) -> None:
    dana.does(reference, "take-over")
    token = {"Authorization": f"Bearer {patient.token}"}
    assert patient.http.delete("/api/session", headers=token).status_code == 204
    refused = dana.does(reference, "messages", message="Hello", once="b" * 32)
    assert refused.status_code in (404, 409, 410)


def test_somebody_in_danger_who_asked_for_nobody_can_be_written_to(
    product: RunningProduct, dana: StaffBrowser, patient: Patient
) -> None:
    (crisis,) = patient.says("I want to kill myself")
    patient.wait_until_stored(crisis)
    until(lambda: patient.news()["again_seconds"] == 4, 30, "the record of the alert")
    reference = newest_reference(product)
    assert reference in dana.http.get("/desk").text
    assert dana.does(reference, "take-over").status_code == 303
    writes(dana, reference, "Are you safe right now?")
    assert patient.news()["messages"][-1]["text"] == "Are you safe right now?"
    dana.does(reference, "hand-back")
