"""The base of every action: always one reply, never an exception, never a patient's words."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from actions.replying_action import ReplyingAction, read_state, shipped_composer, slots_of
from bot.configuration.settings import ROOT
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.reply import ReplyKind
from bot.replies.reply_check import fault_in
from bot.replies.understanding import Understanding
from tests.actions.harness import create_tracker, run_action
from tests.replies.strategies import TOPICS

_WORDS = "my name is Ada and i take topiramate"


class ActionThatFails(ReplyingAction):
    """Fails as the worst dependency would: with the patient's words in the exception."""

    def name(self) -> str:
        return "action_that_fails"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        raise RuntimeError(f"cannot answer {_WORDS}")


class ActionThatEchoes(ReplyingAction):
    """Replies in the ordinary way."""

    def name(self) -> str:
        return "action_that_echoes"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        return self.dialogue.respond(heard, state)


def test_an_action_that_fails_still_replies() -> None:
    said = run_action(ActionThatFails, create_tracker(text=_WORDS))

    assert said.kind is ReplyKind.ERROR
    for needed in ("911", "988", "Something went wrong"):
        assert needed in said.text
    assert "Ada" not in str(said.messages)


def test_it_says_the_fixed_text(caplog: pytest.LogCaptureFixture) -> None:
    assert run_action(ActionThatFails, create_tracker()).reply == (
        shipped_composer().action_failed()
    )


def test_it_logs_the_type_and_not_the_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        run_action(ActionThatFails, create_tracker(text=_WORDS))

    assert "action_that_fails RuntimeError" in caplog.text
    assert "Ada" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_it_remembers_what_it_did_before() -> None:
    slots = {
        "topic": "migraine.aura",
        "offer": "more",
        "misses": 1.0,
        "told_in_full": True,
        "language": "es",
        "complaints": 1.0,
    }

    assert run_action(ActionThatFails, create_tracker(**slots)).slots == slots


@pytest.mark.parametrize(
    "parse",
    [
        {},
        {"intent": None},
        {"intent": {"name": None}},
        {"intent": {"name": "unheard_of"}},
        {"intent": {"name": "faq"}, "entities": None},
        {"intent": {"name": "faq"}, "entities": [{"entity": "leaf", "value": 5}]},
        {"intent": {"name": "chitchat"}, "entities": []},
        {"intent": {"name": "follow_up"}, "entities": []},
        {"intent": {"name": "nlu_fallback"}, "choices": ["nonsense"]},
    ],
    ids=str,
)
def test_whatever_rasa_hands_over_there_is_a_reply(parse: dict[str, Any]) -> None:
    said = run_action(ActionThatEchoes, create_tracker(parse=parse))

    assert said.reply
    assert fault_in(said.reply, shipped_composer().disclaimers) is None


@pytest.mark.parametrize(
    "slots",
    [{"topic": "nonsense"}, {"offer": "nonsense"}, {"misses": "many"}, {"topic": 5}],
    ids=str,
)
def test_whatever_a_slot_holds_there_is_a_reply(slots: dict[str, Any]) -> None:
    said = run_action(ActionThatEchoes, create_tracker(**slots))

    assert said.reply
    assert said.text


@pytest.mark.parametrize("slots", [{"topic": "nonsense"}, {"offer": "nonsense"}], ids=str)
def test_a_broken_slot_is_mended(slots: dict[str, Any]) -> None:
    said = run_action(ActionThatEchoes, create_tracker(**slots))

    (name,) = slots
    assert said.slots[name] != slots[name]


def test_our_own_channel_gets_the_structure_only() -> None:
    (message,) = run_action(ActionThatEchoes, create_tracker()).messages

    assert message["custom"]["kind"] == "answer"
    assert not message.get("text")


@pytest.mark.parametrize("channel", ["cmdline", "rest", "socketio"])
def test_another_channel_gets_plain_text_with_source_and_disclaimer(channel: str) -> None:
    said = run_action(ActionThatEchoes, create_tracker(channel=channel))

    lines = said.messages[0]["text"].split("\n")
    assert lines[1].startswith("Based on our migraine page (section First-line treatments)")
    assert lines[2] == shipped_composer().library.default_page.disclaimer
    # Rasa would send a second bubble after a blank line, and json_message as raw text.
    assert "" not in lines
    assert not said.messages[0].get("custom")


@settings(deadline=None, max_examples=60)
@given(
    state=st.builds(
        DialogueState,
        topic=st.sampled_from([None, *TOPICS]),
        offer=st.sampled_from([None, *Offer]),
        misses=st.integers(0, 50),
        told_in_full=st.booleans(),
        language=st.sampled_from(["en", "es"]),
        complaints=st.integers(0, 50),
    )
)
def test_what_is_remembered_survives_rasa_s_slots(state: DialogueState) -> None:
    tracker = DialogueStateTracker("c", _DOMAIN.slots)
    for event in slots_of(state):
        tracker.update(SlotSet(event["name"], event["value"]))
    kept = {event["name"]: tracker.get_slot(event["name"]) for event in slots_of(state)}

    assert read_state(create_tracker(**kept)) == state


_DOMAIN = Domain.load(str(ROOT / "domain.yml"))


def test_slots_of_a_new_conversation_are_a_fresh_start() -> None:
    empty = dict.fromkeys(("topic", "offer", "misses", "told_in_full", "complaints"))

    assert read_state(create_tracker(**empty)) == DialogueState()
