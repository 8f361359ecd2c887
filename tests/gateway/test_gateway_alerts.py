"""Every danger raises one alert for the staff, stored before the patient reads the reply."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import pytest

from bot.intake.safety_alerts import AlertSource
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply
from bot.safety.danger import About, Danger, DangerTopic, SafetyKind
from tests.gateway.alerts import alerts_of, counted, until_alerts
from tests.gateway.fake_rasa import FakeRasa, chat
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    EMERGENCY,
    EMERGENCY_TEXT,
    RunningGateway,
    StartGateway,
    until,
)

FOUND_BY_RASA = "it is all too much, goodbye everyone"


@pytest.fixture
def own(start: StartGateway) -> RunningGateway:
    """A gateway whose alerts are this test's own."""
    return start()


def rasa_says(reply: Reply | dict[str, Any], intent: str | None) -> Callable[[Any], dict[str, Any]]:
    shown = json.loads(reply.json()) if isinstance(reply, Reply) else reply
    return lambda said: {"replies": [shown], "intent": intent}


@pytest.mark.parametrize(
    ("text", "kind"),
    [(CRISIS_TEXT, SafetyKind.CRISIS), (EMERGENCY_TEXT, SafetyKind.EMERGENCY)],
)
def test_what_the_screen_finds_raises_an_alert(
    own: RunningGateway, rasa: FakeRasa, text: str, kind: SafetyKind
) -> None:
    before = datetime.now(timezone.utc)
    conversation = own.chat()
    conversation.say("hello")
    assert conversation.say(text).json()["messages"][0]["kind"] == kind.value
    (alert,) = alerts_of(own)
    assert alert.danger == {"crisis": CRISIS, "emergency": EMERGENCY}[kind.value]
    assert alert.found_by is AlertSource.SCREEN
    assert alert.entry == {"crisis": "vanish", "emergency": "thunderclap"}[kind.value]
    assert alert.conversation_id == rasa.seen[0]["conversation_id"]
    assert alert.id == conversation.history()[-2]["id"]
    assert before <= alert.occurred_at <= datetime.now(timezone.utc)
    assert counted(own, "stored", kind.value) == 1


@pytest.mark.parametrize("intent", ["crisis", "emergency"])
@pytest.mark.parametrize("replied", ["rightly", "wrongly", "not", "badly"])
def test_what_only_rasa_finds_raises_an_alert(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer, intent: str, replied: str
) -> None:
    fixed = {"crisis": composer.danger(CRISIS), "emergency": composer.danger(EMERGENCY)}[intent]
    rasa.answer = {
        "rightly": rasa_says(fixed, intent),
        "wrongly": rasa_says(chat(), intent),
        "not": lambda said: {"replies": [], "intent": intent},
        "badly": rasa_says({"kind": "poem"}, intent),
    }[replied]
    (message,) = own.chat().say(FOUND_BY_RASA).json()["messages"]
    assert (message["kind"], message["text"]) == (intent, fixed.text)
    (alert,) = alerts_of(own)
    assert (alert.kind.value, alert.found_by) == (intent, AlertSource.CLASSIFIER)
    assert (alert.danger, alert.entry) == (fixed.danger, None)
    assert alert.conversation_id == rasa.seen[0]["conversation_id"]
    assert counted(own, "stored", intent) == 1


@pytest.mark.parametrize("replied", ["not", "wrongly", "without its disclaimer"])
@pytest.mark.parametrize(
    "danger",
    [
        Danger(topic=DangerTopic.SUICIDE, level=5, about=About.SOMEONE_ELSE),
        Danger(topic=DangerTopic.EATING_DISORDER, language="es"),
        Danger(topic=DangerTopic.CARBON_MONOXIDE, about=About.SOMEONE_ELSE),
    ],
    ids=lambda danger: danger.topic.value,
)
def test_the_danger_that_rasa_describes_is_answered_and_told_as_it_is(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer, danger: Danger, replied: str
) -> None:
    replies = {
        "not": [],
        "wrongly": [chat()],
        "without its disclaimer": [{"kind": "clarify", "text": "Which of these?"}],
    }[replied]
    described = json.loads(danger.json())
    rasa.answer = lambda said: {
        "replies": replies,
        "intent": danger.kind.value,
        "danger": described,
    }
    conversation = own.chat()
    for times_before in range(2):
        (message,) = conversation.say(FOUND_BY_RASA).json()["messages"]
        assert message["text"] == composer.danger(danger, times_before).text
        assert "danger" not in message
    assert [alert.danger for alert in alerts_of(own)] == [danger, danger]


def test_a_danger_that_cannot_be_read_is_a_general_one(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    rasa.answer = lambda said: {
        "replies": [],
        "intent": "emergency",
        "danger": {"topic": "dragons", "level": 9},
    }
    (message,) = own.chat().say(FOUND_BY_RASA).json()["messages"]
    assert message["text"] == composer.danger(EMERGENCY).text
    assert [alert.danger for alert in alerts_of(own)] == [EMERGENCY]


def test_a_repeated_safety_reply_raises_no_further_alert(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    conversation.say(CRISIS_TEXT)
    for intent in ("affirm", None):
        rasa.answer = rasa_says(composer.danger(CRISIS), intent)
        assert conversation.say("ok").json()["messages"][0]["kind"] == "crisis"
    assert len(alerts_of(own)) == 1
    rasa.answer = rasa_says(composer.danger(CRISIS), "crisis")
    conversation.say(FOUND_BY_RASA)
    assert [alert.found_by for alert in alerts_of(own)] == [
        AlertSource.CLASSIFIER,
        AlertSource.SCREEN,
    ]


def test_a_safety_reply_to_nobody_knows_what_raises_an_alert(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    rasa.answer = rasa_says(composer.danger(EMERGENCY), None)
    own.chat().say(FOUND_BY_RASA)
    assert [alert.kind for alert in alerts_of(own)] == [SafetyKind.EMERGENCY]


def test_other_replies_raise_none(own: RunningGateway, rasa: FakeRasa) -> None:
    conversation = own.chat()
    conversation.say("hello")
    rasa.answer = lambda said: {"replies": [], "intent": "faq"}
    conversation.say("hello")
    rasa.stop()
    conversation.say("hello")
    assert alerts_of(own) == ()


def test_a_replayed_message_raises_one_alert(
    own: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation = own.chat()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: conversation.say(CRISIS_TEXT, key="key-1234"), range(8)))
    answers.append(conversation.say(CRISIS_TEXT, key="key-1234"))
    assert len({answer.content for answer in answers}) == 1
    rasa.answer = rasa_says(composer.danger(CRISIS), "crisis")
    for _ in range(2):
        conversation.say(FOUND_BY_RASA, key="key-5678")
    assert len(alerts_of(own)) == counted(own, "stored") == 2


def test_two_patients_with_one_key_raise_two_alerts(own: RunningGateway) -> None:
    for _ in range(2):
        own.chat().say(CRISIS_TEXT, key="key-1234")
    assert len(alerts_of(own)) == 2


def test_many_patients_at_once_raise_an_alert_each(own: RunningGateway) -> None:
    conversations = [own.chat() for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda one: one.say(CRISIS_TEXT), conversations))
    assert {answer.json()["messages"][0]["kind"] for answer in answers} == {"crisis"}
    until_alerts(own, 16)
    # A slow one is linked to its conversation as soon as its message is stored.
    linked = {answer.json()["messages"][0]["id"] for answer in answers}
    until(lambda: None not in {alert.conversation_id for alert in alerts_of(own)}, what="the links")
    assert len({alert.conversation_id for alert in alerts_of(own)}) == len(linked) == 16


def test_a_deleted_conversation_leaves_its_alert_without_a_link(own: RunningGateway) -> None:
    conversation = own.chat()
    conversation.say(CRISIS_TEXT)
    (before,) = alerts_of(own)
    assert conversation.delete().status_code == 204
    (after,) = alerts_of(own)
    assert (after.id, after.kind, after.occurred_at) == (
        before.id,
        before.kind,
        before.occurred_at,
    )
    assert before.conversation_id
    assert after.conversation_id is None
