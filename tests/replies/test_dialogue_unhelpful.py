"""What is replied to somebody who says that an answer did not help."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.library import Library, Topic
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.reply import ReplyKind
from bot.replies.understanding import Intent, Label, Understanding
from tests.replies.strategies import GONE, TOPICS, understandings
from tests.replies.talk import AFTER_BOTOX, AURA, BOTOX, START, talk

_UNHELPFUL = "chitchat/unhelpful"


def test_it_says_which_question_it_took_it_for_and_what_else_there_is(
    dialogue: Dialogue, library: Library
) -> None:
    turn = talk(dialogue, _UNHELPFUL, state=AFTER_BOTOX)

    assert turn.reply.kind is ReplyKind.CLARIFY
    assert turn.reply.text.startswith("I am sorry")
    assert library.answer(BOTOX).question in turn.reply.text
    assert library.answer(BOTOX).short not in turn.reply.text
    offered = [button.payload for button in turn.reply.buttons]
    near = [Label(Intent.FAQ, f"migraine.{name}") for name in library.answer(BOTOX).related]
    assert offered[: len(near[:3])] == [payload_of(label) for label in near[:3]]
    assert offered[-1] == PERSON_PAYLOAD
    assert payload_of(Label(Intent.FAQ, str(BOTOX))) not in offered


def test_it_is_a_miss_and_a_yes_then_means_a_person(dialogue: Dialogue) -> None:
    turn = talk(dialogue, _UNHELPFUL, state=AFTER_BOTOX)

    assert turn.state == DialogueState(topic=BOTOX, offer=Offer.PERSON, misses=1, complaints=1)
    assert talk(dialogue, "affirm", state=turn.state).opens_form


@pytest.mark.parametrize(
    "before",
    [(_UNHELPFUL,), ("nlu_fallback",), (_UNHELPFUL, "faq/migraine.aura"), (_UNHELPFUL, "deny")],
)
def test_the_second_time_a_person_comes_first(dialogue: Dialogue, before: tuple[str, ...]) -> None:
    turn = talk(dialogue, *before, _UNHELPFUL, state=AFTER_BOTOX)

    assert "still have not helped" in turn.reply.text
    assert turn.reply.buttons[0].payload == PERSON_PAYLOAD


def test_a_miss_after_it_offers_a_person_first(dialogue: Dialogue) -> None:
    turn = talk(dialogue, _UNHELPFUL, "nlu_fallback", state=AFTER_BOTOX)

    assert turn.reply.buttons[0].payload == PERSON_PAYLOAD


@pytest.mark.parametrize("between", ["not_covered", "chitchat/thanks", "personal_advice"])
def test_it_does_not_name_a_question_that_was_not_the_last(
    dialogue: Dialogue, library: Library, between: str
) -> None:
    turn = talk(dialogue, between, _UNHELPFUL, state=AFTER_BOTOX)

    assert library.answer(BOTOX).question not in turn.reply.text


@pytest.mark.parametrize("state", [START, DialogueState(topic=GONE, offer=Offer.MORE)])
def test_with_nothing_before_it_says_what_it_can_do(
    dialogue: Dialogue, state: DialogueState
) -> None:
    turn = talk(dialogue, _UNHELPFUL, state=state)

    assert turn.reply.kind is ReplyKind.CHITCHAT
    assert "I can answer general questions" in turn.reply.text
    assert len(turn.reply.buttons) == 5
    assert (turn.state.misses, turn.state.complaints) == (1, 1)


def test_a_full_answer_that_did_not_help_is_named_too(dialogue: Dialogue, library: Library) -> None:
    turn = talk(dialogue, "follow_up/more", _UNHELPFUL, state=AFTER_BOTOX)

    assert library.answer(BOTOX).question in turn.reply.text


def test_in_a_spanish_conversation_it_is_said_in_spanish(dialogue: Dialogue) -> None:
    state = DialogueState(topic=AURA, language="es")

    first = talk(dialogue, _UNHELPFUL, state=state)
    second = talk(dialogue, _UNHELPFUL, state=first.state)

    assert first.reply.language == second.reply.language == "es"
    assert "Lamento" in first.reply.text
    assert first.reply.text != second.reply.text


@given(
    topic=st.sampled_from([None, GONE, *TOPICS]),
    offer=st.sampled_from([None, *Offer]),
    language=st.sampled_from(["en", "es", "fr", "zh"]),
    misses=st.integers(0, 3),
    complaints=st.integers(0, 3),
    next_one=understandings(),
)
def test_whatever_was_before_a_person_is_offered_and_it_stays_counted(
    dialogue: Dialogue,
    topic: Topic | None,
    offer: Offer | None,
    language: str,
    misses: int,
    complaints: int,
    next_one: Understanding,
) -> None:
    before = DialogueState(topic, offer, misses, language=language, complaints=complaints)

    turn = talk(dialogue, _UNHELPFUL, state=before)

    assert PERSON_PAYLOAD in [button.payload for button in turn.reply.buttons]
    assert turn.state.complaints == complaints + 1
    assert dialogue.respond(next_one, turn.state).state.complaints >= complaints + 1
