"""`action_accept_offer`."""

from __future__ import annotations

import pytest
from rasa_sdk.events import FollowupAction

from actions.action_accept_offer import ActionAcceptOffer
from bot.content.library import Library, Topic
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_yes_to_more(library: Library) -> None:
    tracker = create_tracker("affirm", topic="migraine.botox", offer="more")

    said = run_action(ActionAcceptOffer, tracker)

    assert said.text == library.answer(Topic("migraine", "botox")).full
    assert said.others == ()


@pytest.mark.parametrize("topic", ["migraine.botox", None])
def test_yes_to_a_person(topic: str | None) -> None:
    said = run_action(ActionAcceptOffer, create_tracker("affirm", topic=topic, offer="person"))

    assert said.kind is ReplyKind.HUMAN_HANDOFF
    assert said.slots["topic"] == topic
    # The form asks its first question.
    assert said.others == (FollowupAction("intake_form"),)


@pytest.mark.parametrize("slots", [{}, {"topic": "migraine.botox"}, {"offer": "more"}])
def test_yes_to_nothing(slots: dict[str, str]) -> None:
    said = run_action(ActionAcceptOffer, create_tracker("affirm", **slots))

    assert said.kind is ReplyKind.CHITCHAT
    assert len(said.payloads) == 5
    assert said.others == ()
