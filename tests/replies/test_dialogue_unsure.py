"""What is replied when a message was not understood: a choice, a question back, a person."""

from __future__ import annotations

import pytest

from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.reply import ReplyKind
from bot.replies.understanding import Intent, Label
from tests.replies.strategies import ANSWER_LABELS, GONE
from tests.replies.talk import AURA, START, heard, talk


def test_two_close_meanings_are_put_to_the_choice(dialogue: Dialogue) -> None:
    pair = ANSWER_LABELS[:2]

    turn = dialogue.respond(heard("nlu_fallback", *pair), START)

    assert [button.payload for button in turn.reply.buttons] == [
        *(payload_of(label) for label in pair),
        PERSON_PAYLOAD,
    ]
    assert "Which of these" in turn.reply.text


@pytest.mark.parametrize("count", [0, 1, 3])
def test_otherwise_it_says_that_it_is_unsure(dialogue: Dialogue, count: int) -> None:
    turn = dialogue.respond(heard("nlu_fallback", *ANSWER_LABELS[:count]), START)

    assert "not sure I understood" in turn.reply.text
    assert len(turn.reply.buttons) == 4


@pytest.mark.parametrize("count", [0, 1, 3])
def test_after_two_misses_in_a_row_a_person_comes_first(dialogue: Dialogue, count: int) -> None:
    unsure = heard("nlu_fallback", *ANSWER_LABELS[:count])
    state, first = START, []
    for _ in range(3):
        turn = dialogue.respond(unsure, state)
        state = turn.state
        first.append(turn.reply.buttons[0].payload == PERSON_PAYLOAD)

    assert first == [False, True, True]
    assert "A person at" in turn.reply.text


def test_what_is_beside_the_point_is_a_miss_too(dialogue: Dialogue) -> None:
    turn = talk(dialogue, "out_of_scope", "out_of_scope")

    assert turn.reply.kind is ReplyKind.OUT_OF_SCOPE
    assert turn.reply.buttons[0].payload == PERSON_PAYLOAD
    assert turn.state.misses == 2


def test_two_close_meanings_are_no_miss(dialogue: Dialogue) -> None:
    asked = heard("nlu_fallback", *ANSWER_LABELS[:2])

    turn = dialogue.respond(asked, DialogueState(topic=AURA, misses=1))

    assert turn.state == DialogueState(topic=AURA)


@pytest.mark.parametrize(
    "between", ["faq/migraine.botox", "chitchat/thanks", "not_covered", "deny", "affirm", "crisis"]
)
def test_a_message_understood_between_two_misses_starts_the_count_anew(
    dialogue: Dialogue, between: str
) -> None:
    turn = talk(dialogue, "nlu_fallback", between, "nlu_fallback")

    assert turn.state.misses == 1
    assert turn.reply.buttons[0].payload != PERSON_PAYLOAD


@pytest.mark.parametrize("count", [2, 3])
def test_a_choice_that_is_gone_is_not_offered(dialogue: Dialogue, count: int) -> None:
    choices = [Label(Intent.FAQ, str(GONE)), *ANSWER_LABELS][:count]

    turn = dialogue.respond(heard("nlu_fallback", *choices), START)

    assert all(str(GONE) not in button.payload for button in turn.reply.buttons)
