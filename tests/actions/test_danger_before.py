"""What the gateway says of the replies before, and what the actions make of it."""

from __future__ import annotations

from typing import Any

import pytest

from actions.action_answer_question import ActionAnswerQuestion
from actions.action_respond_to_crisis import ActionRespondToCrisis
from actions.action_respond_to_emergency import ActionRespondToEmergency
from actions.replying_action import ReplyingAction, read_state, shipped_composer
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.reply import ReplyKind
from bot.replies.understanding import Understanding
from bot.safety.danger import About, Danger, DangerTopic, Tier
from tests.actions.harness import create_tracker, run_action

FRIEND = Danger(topic=DangerTopic.SUICIDE, level=4, about=About.SOMEONE_ELSE, language="es")
_FRIEND = {
    "topic": "suicide",
    "tier": "call_911",
    "level": 4,
    "about": "someone_else",
    "language": "es",
}
STROKE = Danger(topic=DangerTopic.BODY)


class ActionOfTheRule(ReplyingAction):
    """Must not be asked: what it does is wrong right after a danger."""

    def name(self) -> str:
        return "action_of_the_rule"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        raise AssertionError("the danger is still the matter")


def after(danger: dict[str, Any] | None, times: int = 1) -> dict[str, Any]:
    return {"danger": danger, "safety_replies": times}


def test_it_is_read_from_the_message_s_metadata() -> None:
    tracker = create_tracker(before=after(_FRIEND, 2))

    assert read_state(tracker) == DialogueState(danger=FRIEND, safety_replies=2)


@pytest.mark.parametrize("label", ["affirm", "deny", "follow_up/duration", "nlu_fallback"])
@pytest.mark.parametrize("danger", [_FRIEND, {"topic": "body"}], ids=["crisis", "emergency"])
@pytest.mark.parametrize("times", [1, 2])
def test_right_after_danger_it_stays_with_it(
    label: str, danger: dict[str, Any], times: int
) -> None:
    said = run_action(ActionOfTheRule, create_tracker(label, before=after(danger, times)))

    assert said.reply == shipped_composer().danger(Danger.parse_obj(danger), times)


def test_an_ordinary_question_is_answered_with_the_door_kept_open() -> None:
    said = run_action(ActionAnswerQuestion, create_tracker(before=after({"topic": "suicide"})))
    plain = run_action(ActionAnswerQuestion, create_tracker())

    assert said.kind is ReplyKind.ANSWER
    assert said.text.startswith(f"{plain.text} If dark thoughts come back")


def test_when_the_last_reply_was_about_no_danger_nothing_is_added() -> None:
    said = run_action(ActionAnswerQuestion, create_tracker(before=after(None, 3)))

    assert said.reply == run_action(ActionAnswerQuestion, create_tracker()).reply


def test_a_danger_told_again_gets_the_next_wording() -> None:
    texts = {
        run_action(
            ActionRespondToCrisis,
            create_tracker("crisis", danger=FRIEND, before=after(None, times)),
        ).text
        for times in (0, 1)
    }

    assert len(texts) == 2


def test_what_the_reply_before_was_about_is_not_remembered_here() -> None:
    said = run_action(ActionOfTheRule, create_tracker("deny", before=after(_FRIEND)))

    remembered = {"topic", "offer", "misses", "told_in_full", "language", "complaints"}
    assert set(said.slots) == remembered


@pytest.mark.parametrize(
    "before",
    [
        "crisis",
        {"danger": "crisis"},
        {"danger": {"topic": "boredom"}},
        {"safety_replies": -1},
        {"after_danger": "crisis"},
    ],
    ids=str,
)
@pytest.mark.parametrize("danger", [FRIEND, STROKE], ids=["crisis", "emergency"])
def test_what_cannot_be_read_keeps_nobody_from_the_safety_reply(
    before: object, danger: Danger
) -> None:
    tracker = create_tracker(danger.kind.value, danger=danger, before=before)

    action = {FRIEND: ActionRespondToCrisis, STROKE: ActionRespondToEmergency}[danger]
    assert run_action(action, tracker).reply == shipped_composer().danger(danger)


def test_the_reply_fits_the_danger_that_was_described() -> None:
    today = Danger(topic=DangerTopic.BODY, tier=Tier.TODAY)

    said = run_action(ActionRespondToCrisis, create_tracker("crisis", danger=FRIEND))
    assert said.reply
    assert said.reply.danger == FRIEND
    assert "AYUDA" in said.text
    texts = {
        run_action(ActionRespondToEmergency, create_tracker("emergency", danger=danger)).text
        for danger in (STROKE, today)
    }
    assert len(texts) == 2
