"""`action_make_small_talk`."""

from __future__ import annotations

import pytest

from actions.action_make_small_talk import ActionMakeSmallTalk
from bot.content.texts import ChitchatKind
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


@pytest.mark.parametrize("kind", ChitchatKind)
def test_one_line_of_each_kind(kind: ChitchatKind) -> None:
    said = run_action(ActionMakeSmallTalk, create_tracker(f"chitchat/{kind.value}"))

    assert said.kind is ReplyKind.CHITCHAT
    assert "\n" not in said.text


def test_a_complaint_about_an_answer_is_made_up_for_and_counted() -> None:
    tracker = create_tracker("chitchat/unhelpful", topic="migraine.aura", offer="more")

    said = run_action(ActionMakeSmallTalk, tracker)

    assert said.kind is ReplyKind.CLARIFY
    assert (said.slots["topic"], said.slots["offer"]) == ("migraine.aura", "person")
    assert (said.slots["misses"], said.slots["complaints"]) == (1, 1)


def test_the_greeting_offers_four_questions_and_a_person() -> None:
    said = run_action(ActionMakeSmallTalk, create_tracker("chitchat/greet"))

    assert [payload.partition("{")[0] for payload in said.payloads] == [
        *["/faq"] * 4,
        "/human_handoff",
    ]


def test_it_keeps_the_topic_and_drops_the_offer() -> None:
    tracker = create_tracker("chitchat/thanks", topic="migraine.aura", offer="more", misses=1.0)

    said = run_action(ActionMakeSmallTalk, tracker)

    assert (said.slots["topic"], said.slots["offer"]) == ("migraine.aura", None)
    assert said.slots["misses"] == 0


def test_small_talk_of_no_known_kind_is_still_answered() -> None:
    assert run_action(ActionMakeSmallTalk, create_tracker("chitchat/gossip")).text
