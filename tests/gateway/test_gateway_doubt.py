"""A find of the screen that is in doubt: Rasa may find it harmless; without Rasa it counts."""

from __future__ import annotations

import time

import pytest

from bot.replies.composer import ReplyComposer
from bot.replies.understanding import DANGER_KEY
from tests.gateway.alerts import alerts_of, locked, until_alerts
from tests.gateway.fake_rasa import Answer, FakeRasa, Said, chat
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    RunningGateway,
    StartGateway,
    limits_with,
    only,
    until,
)

IN_DOUBT = "in the movie they want to vanish"
_SOON = limits_with(turn={"doubt_seconds": 0.3})


def only_a_movie(said: Said) -> Answer:
    return {"replies": [chat("It is only a movie.")], "intent": None}


def danger(text: str) -> Answer:
    return {"intent": "crisis", DANGER_KEY: CRISIS.dict()}


@pytest.fixture
def gateway(start: StartGateway) -> RunningGateway:
    return start(_SOON)


def test_what_rasa_finds_harmless_gets_rasa_s_reply_and_no_alert(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = only_a_movie

    message = only(gateway.chat().say(IN_DOUBT))

    assert (message["kind"], message["text"]) == ("chitchat", "It is only a movie.")
    assert alerts_of(gateway) == ()


def test_what_rasa_takes_for_danger_gets_the_safety_reply_and_the_screen_s_alert(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    rasa.understand = danger

    message = only(gateway.chat().say(IN_DOUBT))

    assert message["text"] == composer.danger(CRISIS, 0).text
    (alert,) = until_alerts(gateway, 1)
    assert (alert.entry, alert.found_by.value) == ("vanish", "screen")
    assert rasa.seen == []


def test_what_is_sure_asks_nobody(gateway: RunningGateway, rasa: FakeRasa) -> None:
    only(gateway.chat().say(CRISIS_TEXT))

    assert (rasa.overheard, rasa.seen) == ([], [])


def test_what_a_conversation_told_before_is_shown_to_rasa_too(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    """A danger spread over messages is judged as a whole."""
    conversation = gateway.chat()
    only(conversation.say("in the movie they half"))
    only(conversation.say("vanished"))

    assert rasa.overheard == ["in the movie they half. vanished"]


@pytest.mark.parametrize("fault", ["down", "slow", "broken", "not ready"])
def test_without_rasa_s_opinion_it_counts(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer, fault: str
) -> None:
    conversation = gateway.chat()
    if fault == "down":
        rasa.stop()
    elif fault == "slow":
        rasa.hold()
    elif fault == "broken":
        rasa.raw = b"nonsense"
    else:
        rasa.status = 503

    began = time.monotonic()
    message = only(conversation.say(IN_DOUBT))

    assert message["text"] == composer.danger(CRISIS, 0).text
    assert time.monotonic() - began < 5
    (alert,) = until_alerts(gateway, 1)
    assert alert.entry == "vanish"


def test_it_counts_soon_with_rasa_down_and_the_database_locked(
    start: StartGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    gateway = start(limits_with(database={"busy_seconds": 0.1}, alerts={"database_seconds": 0.04}))
    conversation = gateway.chat()
    rasa.stop()

    with locked(gateway):
        message = only(conversation.say(IN_DOUBT))

    assert message["text"] == composer.danger(CRISIS, 0).text
    until_alerts(gateway, 1)


def test_who_is_refused_by_a_limit_does_not_reach_rasa_and_it_counts(
    start: StartGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    gateway = start(limits_with(rates={"messages_per_session": ["1 per hour"]}))
    conversation = gateway.chat()
    only(conversation.say("hello"))

    message = only(conversation.say(IN_DOUBT))

    assert message["text"] == composer.danger(CRISIS, 0).text
    assert rasa.overheard == []


def test_rasa_is_asked_once_and_what_is_believed_then_stands(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    """The first opinion came too late: the history does not show another answer."""
    conversation = gateway.chat()
    opinions = iter([{"intent": "crisis"}, {"intent": "faq", DANGER_KEY: None}])
    rasa.understand = lambda text: next(opinions)

    message = only(conversation.say(IN_DOUBT))

    assert rasa.overheard == [IN_DOUBT]
    assert message["text"] == composer.danger(CRISIS, 0).text
    until(lambda: conversation.history()[-1]["role"] == "assistant", what="storing")
    assert conversation.history()[-1]["text"] == message["text"]


def test_rasa_is_asked_once_about_what_it_finds_harmless(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = only_a_movie
    only(gateway.chat().say(IN_DOUBT))
    assert rasa.overheard == [IN_DOUBT]
