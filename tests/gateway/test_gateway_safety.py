"""Safety replies in a conversation: what Rasa is told of them, their wordings, and open offers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.replies.composer import ReplyComposer
from bot.replies.understanding import DANGER_BEFORE_KEY
from bot.safety.danger import Danger
from tests.gateway.alerts import alerts_of, locked
from tests.gateway.fake_rasa import Answer, FakeRasa, Said, chat
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    EMERGENCY,
    EMERGENCY_TEXT,
    Chat,
    RunningGateway,
    StartGateway,
    limits_with,
    only,
    until,
)


def offers(said: Said) -> Answer:
    """Asks which of two, if asked to; what is pressed is answered without further buttons."""
    if said.get("text", "").startswith("offer"):
        buttons = [{"title": title, "payload": f"/{title}"} for title in ("first", "second")]
        return {"replies": [chat("Which one?", buttons=buttons)], "intent": None}
    return {"replies": [chat("Noted.")], "intent": None}


def open_buttons(conversation: Chat) -> list[str]:
    """The ids of the buttons that a reload shows."""
    return [
        button["id"]
        for message in conversation.history()
        for button in message.get("buttons") or ()
    ]


def told(said: dict[str, Any]) -> tuple[Danger | None, int]:
    """What Rasa was told of the danger before a message."""
    before = said[DANGER_BEFORE_KEY]
    danger = before["danger"]
    return danger and Danger.parse_obj(danger), before["safety_replies"]


@pytest.mark.parametrize(("text", "danger"), [(CRISIS_TEXT, CRISIS), (EMERGENCY_TEXT, EMERGENCY)])
def test_rasa_is_told_of_the_danger_before_until_something_else_was_answered(
    gateway: RunningGateway, rasa: FakeRasa, text: str, danger: Danger
) -> None:
    conversation = gateway.chat()
    conversation.say("hello")
    conversation.say(text)
    conversation.say("what helps?")
    conversation.say("and what else?")
    assert [told(said) for said in rasa.seen] == [(None, 0), (danger, 1), (None, 1)]


def test_rasa_is_told_of_the_danger_with_a_button_too(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = gateway.chat()
    person = only(conversation.say(CRISIS_TEXT))["buttons"][0]["id"]
    assert conversation.press(person).status_code == 200
    assert told(rasa.seen[-1]) == (CRISIS, 1)


def test_another_patients_danger_is_not_told(gateway: RunningGateway, rasa: FakeRasa) -> None:
    gateway.chat().say(CRISIS_TEXT)
    gateway.chat().say("what helps?")
    assert told(rasa.seen[-1]) == (None, 0)


def test_a_repeated_disclosure_gets_other_words_each_time_and_an_alert_each_time(
    start: StartGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    gateway = start()
    rasa.stop()
    conversation = gateway.chat()
    texts = [only(conversation.say(CRISIS_TEXT))["text"] for _ in range(3)]
    assert texts == [composer.danger(CRISIS, times).text for times in range(3)]
    assert len(set(texts)) == 3
    for text in texts:
        assert "988" in text and "911" in text and "automated assistant" in text
    assert [alert.danger for alert in alerts_of(gateway)] == [CRISIS] * 3


def test_a_slow_database_keeps_nobody_from_other_words(
    start: StartGateway, composer: ReplyComposer
) -> None:
    gateway = start(limits_with())
    conversation = gateway.chat()
    with locked(gateway):
        texts = [only(conversation.say(CRISIS_TEXT))["text"] for _ in range(3)]
    assert texts == [composer.danger(CRISIS, times).text for times in range(3)]


def test_a_slow_database_stores_the_wording_that_was_shown(start: StartGateway) -> None:
    gateway = start(limits_with())
    conversation = gateway.chat()
    conversation.say(CRISIS_TEXT)
    # The greeting, then what was said and the reply: each is there when it is stored.
    until(lambda: len(conversation.history()) == 3, what="storing")
    with locked(gateway):
        shown = only(conversation.say(CRISIS_TEXT))
    until(lambda: len(conversation.history()) == 5, what="storing")
    assert conversation.history()[-1] == {**shown, "role": "assistant"}


def test_a_message_tells_the_patients_device_nothing_more_than_any_other(
    gateway: RunningGateway,
) -> None:
    conversation = gateway.chat()
    message = only(conversation.say(CRISIS_TEXT))
    assert list(message) == [
        "id",
        "kind",
        "page",
        "topic",
        "text",
        "disclaimer",
        "source",
        "buttons",
        "asks",
        "problem",
        "from",
        "name",
        "language",
        "helpful",
    ]
    assert set(conversation.history()[-1]) == {"role", *message}


@pytest.mark.parametrize("text", [CRISIS_TEXT, EMERGENCY_TEXT])
@pytest.mark.parametrize("times", [1, 3])
def test_a_danger_does_not_close_the_choices_before_it(
    gateway: RunningGateway, rasa: FakeRasa, text: str, times: int
) -> None:
    rasa.answer = offers
    conversation = gateway.chat()
    old = only(conversation.say("offer"))["buttons"]
    newer = [only(conversation.say(text))["buttons"] for _ in range(times)]
    shown = [button["id"] for buttons in (old, *newer) for button in buttons]
    assert open_buttons(conversation) == shown
    assert conversation.press(old[1]["id"]).status_code == 200
    assert rasa.seen[-1]["payload"] == "/second"
    for buttons in newer:
        assert conversation.press(buttons[0]["id"]).status_code == 200


def test_what_was_over_before_a_danger_stays_over(gateway: RunningGateway, rasa: FakeRasa) -> None:
    rasa.answer = offers
    conversation = gateway.chat()
    oldest = only(conversation.say("offer"))["buttons"][0]["id"]
    conversation.say("offer again")
    conversation.say(CRISIS_TEXT)
    assert conversation.press(oldest).json()["error"]["code"] == "button_over"


def test_an_offer_after_a_danger_closes_all_before_it(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = offers
    conversation = gateway.chat()
    before = only(conversation.say("offer"))["buttons"][0]["id"]
    person = only(conversation.say(CRISIS_TEXT))["buttons"][0]["id"]
    newest = only(conversation.say("offer again"))["buttons"]
    assert open_buttons(conversation) == [button["id"] for button in newest]
    for closed in (before, person):
        assert conversation.press(closed).json()["error"]["code"] == "button_over"


def test_however_many_safety_replies_there_were_what_is_shown_can_be_pressed(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = offers
    conversation = gateway.chat()
    conversation.say("offer")
    for _ in range(12):
        conversation.say(CRISIS_TEXT)
    shown = open_buttons(conversation)
    assert shown
    oldest_shown, newest_shown = shown[0], shown[-1]
    assert conversation.press(oldest_shown).status_code == 200
    assert conversation.press(newest_shown).status_code == 200
