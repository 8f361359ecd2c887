"""Any action answers every question of its message."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.action_answer_question import ActionAnswerQuestion
from actions.action_decline_personal_advice import ActionDeclinePersonalAdvice
from actions.action_offer_person import ActionOfferPerson
from bot.configuration.settings import LOOPBACK_CHANNEL
from tests.actions.harness import Outcome, create_tracker, run_any

BOTOX_AND_AURA = ("faq/migraine.botox", "faq/migraine.aura")


def asking(*questions: str, intent: str = "faq", **more: Any) -> Tracker:
    parse = {
        "text": "words of a patient",
        "intent": {"name": intent, "confidence": 0.9},
        "entities": [],
        "questions": list(questions),
        "metadata": more.pop("metadata", {}),
    }
    return create_tracker(parse=parse, **more)


def topics(outcome: Outcome) -> list[str | None]:
    return [message["custom"]["topic"] for message in outcome.messages]


def test_each_question_has_a_reply_of_its_own() -> None:
    outcome = run_any(ActionAnswerQuestion, asking(*BOTOX_AND_AURA))

    assert topics(outcome) == ["botox", "aura"]
    assert all(message["custom"]["disclaimer"] for message in outcome.messages)
    assert outcome.slots["topic"] == "migraine.aura"
    assert outcome.others == ()


def test_in_a_shell_each_is_a_block_of_plain_text() -> None:
    outcome = run_any(ActionAnswerQuestion, asking(*BOTOX_AND_AURA, channel="cmdline"))

    assert len(outcome.messages) == 2
    assert all("General education" in message["text"] for message in outcome.messages)


def test_who_texts_gets_one() -> None:
    told = {"known_phone_ending": "0147"}
    outcome = run_any(ActionAnswerQuestion, asking(*BOTOX_AND_AURA, metadata=told))

    assert topics(outcome) == ["botox"]
    assert outcome.slots["topic"] == "migraine.botox"


def test_a_person_asked_for_beside_an_answer_opens_the_form() -> None:
    outcome = run_any(ActionAnswerQuestion, asking("faq/migraine.botox", "human_handoff"))

    assert [message["custom"]["kind"] for message in outcome.messages] == [
        "answer",
        "human_handoff",
    ]
    assert [event["name"] for event in outcome.others] == ["intake_form"]


@pytest.mark.parametrize("channel", [LOOPBACK_CHANNEL, "cmdline"])
def test_the_rule_opens_the_form_for_who_asks_for_a_person_only(channel: str) -> None:
    outcome = run_any(ActionOfferPerson, create_tracker("human_handoff", channel=channel))

    assert outcome.others == ()


def test_advice_is_declined_before_the_answers() -> None:
    tracker = asking(*BOTOX_AND_AURA, intent="personal_advice")
    outcome = run_any(ActionDeclinePersonalAdvice, tracker)

    kinds = [message["custom"]["kind"] for message in outcome.messages]
    assert kinds == ["personal_advice", "answer", "answer"]
