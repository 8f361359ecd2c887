"""Danger in a conversation: answered at any time, said again in other words, the door kept open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.content.page import FollowUpKind
from bot.replies.composer import ReplyComposer
from bot.replies.danger_before import DangerBefore
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer
from bot.replies.reply import Reply, ReplyKind
from bot.replies.understanding import Label, Understanding
from bot.safety.danger import About, Danger, DangerTopic
from tests.replies.strategies import ANSWER_LABELS, GONE, SOME_DANGERS
from tests.replies.talk import AFTER_BOTOX, BOTOX, START, heard, talk

PLAN = Danger(topic=DangerTopic.SUICIDE, level=4)
STROKE = Danger(topic=DangerTopic.BODY)
_ENGLISH_DOOR = {
    PLAN: "If dark thoughts come back or things get worse, call or text 988 any time",
    STROKE: "If things get worse, call 911.",
}


def telling(danger: Danger) -> Understanding:
    return replace(heard(danger.kind.value), danger=danger)


class Patient:
    """Says one thing after the other; keeps the replies, as the gateway does."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._state = START
        self.replies: list[Reply] = []

    def says(self, message: str | Danger | Understanding) -> Reply:
        if isinstance(message, str):
            message = heard(message)
        elif isinstance(message, Danger):
            message = telling(message)
        told = DangerBefore.of(self.replies)
        before = replace(self._state, danger=told.danger, safety_replies=told.safety_replies)
        turn = self._dialogue.respond(message, before)
        self._state = turn.state
        self.replies.append(turn.reply)
        return turn.reply


@pytest.fixture
def patient(dialogue: Dialogue) -> Patient:
    return Patient(dialogue)


@pytest.mark.parametrize("danger", SOME_DANGERS, ids=repr)
@pytest.mark.parametrize(
    "state",
    [START, AFTER_BOTOX, DialogueState(misses=5), DialogueState(topic=GONE, offer=Offer.MORE)],
    ids=["start", "an answer", "misses", "an answer that is gone"],
)
def test_danger_is_answered_the_same_at_any_time(
    dialogue: Dialogue, composer: ReplyComposer, state: DialogueState, danger: Danger
) -> None:
    turn = dialogue.respond(telling(danger), state)

    assert turn.reply == composer.danger(danger)
    # The conversation goes on where it was, and "yes" is for a person.
    spoken = danger.language
    assert turn.state == replace(state, offer=Offer.PERSON, misses=0, language=spoken)


@pytest.mark.parametrize(
    ("label", "general"),
    [("crisis", Danger(topic=DangerTopic.SUICIDE)), ("emergency", Danger(topic=DangerTopic.BODY))],
)
def test_danger_without_a_description_gets_the_general_reply(
    dialogue: Dialogue, composer: ReplyComposer, label: str, general: Danger
) -> None:
    assert talk(dialogue, label).reply == composer.danger(general)


@pytest.mark.parametrize("danger", SOME_DANGERS, ids=repr)
@pytest.mark.parametrize(
    "label",
    [
        *(f"follow_up/{kind.value}" for kind in FollowUpKind),
        *("affirm", "deny", "nlu_fallback", "out_of_scope", "chitchat/thanks", "chitchat/pain"),
    ],
)
def test_right_after_danger_what_asks_nothing_new_is_about_it(
    dialogue: Dialogue, composer: ReplyComposer, label: str, danger: Danger
) -> None:
    turn = talk(dialogue, label, state=replace(AFTER_BOTOX, danger=danger, safety_replies=1))

    assert turn.reply == composer.danger(danger, 1)


def test_two_close_meanings_right_after_danger_are_nothing_new(
    dialogue: Dialogue, composer: ReplyComposer
) -> None:
    unsure = heard("nlu_fallback", *ANSWER_LABELS[:2])

    turn = dialogue.respond(unsure, DialogueState(danger=PLAN, safety_replies=1))

    assert turn.reply == composer.danger(PLAN, 1)


@pytest.mark.parametrize("danger", [PLAN, STROKE], ids=["crisis", "emergency"])
@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("faq/migraine.aura", ReplyKind.ANSWER),
        ("faq/anxiety.gone", ReplyKind.NOT_COVERED),
        ("human_handoff", ReplyKind.HUMAN_HANDOFF),
        ("personal_advice", ReplyKind.PERSONAL_ADVICE),
        ("not_covered", ReplyKind.NOT_COVERED),
    ],
)
def test_the_next_ordinary_question_is_answered_with_one_line_that_keeps_the_door_open(
    dialogue: Dialogue, label: str, kind: ReplyKind, danger: Danger
) -> None:
    plain = talk(dialogue, label).reply
    turn = talk(dialogue, label, state=DialogueState(danger=danger, safety_replies=1))

    assert turn.reply.kind is kind
    assert turn.reply.text.startswith(f"{plain.text} {_ENGLISH_DOOR[danger]}")
    # Everything else is as it would have been: source, disclaimer, buttons.
    assert turn.reply.template and turn.reply.template.after == danger
    same = {"text": plain.text, "template": plain.template}
    assert turn.reply.copy(update=same) == plain
    assert turn.reply.danger is None


def test_the_line_is_in_the_language_of_the_danger(dialogue: Dialogue) -> None:
    before = DialogueState(danger=PLAN.copy(update={"language": "es"}), safety_replies=1)

    turn = talk(dialogue, "human_handoff", state=before)

    assert "llame al 988 y oprima el 2" in turn.reply.text


@pytest.mark.parametrize("first", [PLAN, STROKE], ids=["crisis", "emergency"])
@pytest.mark.parametrize("then", [PLAN, STROKE], ids=["crisis", "emergency"])
def test_a_new_danger_right_after_one_is_answered_for_itself(
    patient: Patient, composer: ReplyComposer, first: Danger, then: Danger
) -> None:
    patient.says(first)

    assert patient.says(then) == composer.danger(then, 1)


def test_the_line_is_said_once_and_the_conversation_goes_on(
    patient: Patient, dialogue: Dialogue
) -> None:
    said = [PLAN, "faq/migraine.botox", "follow_up/more", "chitchat/thanks"]

    replies = [patient.says(message) for message in said]

    assert ["988 any time" in reply.text for reply in replies] == [False, True, False, False]
    assert replies[2] == talk(dialogue, "faq/migraine.botox", "follow_up/more").reply
    assert replies[3].kind is ReplyKind.CHITCHAT


@pytest.mark.parametrize("danger", SOME_DANGERS, ids=repr)
def test_a_repeated_disclosure_gets_other_words_that_name_the_same_help(
    patient: Patient, danger: Danger
) -> None:
    first, second = patient.says(danger), patient.says(danger)

    assert first.text != second.text
    assert first.copy(update={"text": ""}) == second.copy(update={"text": ""})
    for line in ("911", "988", "1-800-222-1222"):
        assert (line in first.text) == (line in second.text)


def test_words_take_turns_over_the_whole_conversation(patient: Patient) -> None:
    first = patient.says(PLAN)
    patient.says("faq/migraine.aura")
    second = patient.says(PLAN)

    assert first.text != second.text


def test_staying_with_it_says_it_in_other_words_each_time(
    patient: Patient, composer: ReplyComposer
) -> None:
    replies = [patient.says(PLAN), patient.says("deny"), patient.says("follow_up/duration")]

    assert replies == [composer.danger(PLAN, times) for times in range(3)]
    assert len({reply.text for reply in replies}) == 3


def test_what_the_danger_is_does_not_change_while_staying_with_it(patient: Patient) -> None:
    friend = Danger(topic=DangerTopic.SUICIDE, level=6, about=About.SOMEONE_ELSE)
    patient.says(friend)

    assert [patient.says("affirm").danger, patient.says("nlu_fallback").danger] == [friend] * 2


def test_a_crisis_in_the_middle_of_a_clarification_does_not_end_it(
    patient: Patient, dialogue: Dialogue
) -> None:
    pair = (Label.parse("faq/migraine.botox"), Label.parse("faq/migraine.aura"))
    patient.says(heard("nlu_fallback", *pair))

    crisis = patient.says(PLAN)
    # What the button that was offered says.
    chosen = patient.says("faq/migraine.botox")

    assert crisis.kind is ReplyKind.CRISIS
    assert (chosen.kind, chosen.topic) == (ReplyKind.ANSWER, BOTOX.answer)
    assert "988 any time" in chosen.text
    assert patient.says("follow_up/more") == talk(dialogue, *["faq/migraine.botox", "affirm"]).reply


def test_after_a_danger_and_an_answer_the_topic_before_is_not_forgotten(
    patient: Patient, dialogue: Dialogue
) -> None:
    patient.says("faq/migraine.botox")
    patient.says(STROKE)
    patient.says("human_handoff")

    assert patient.says("follow_up/source") == (
        talk(dialogue, "faq/migraine.botox", "follow_up/source").reply
    )


def test_what_the_latest_replies_say_of_danger(composer: ReplyComposer) -> None:
    crisis, emergency, plain = composer.danger(PLAN), composer.danger(STROKE), composer.deny()

    def before(*replies: Reply) -> tuple[Danger | None, int]:
        told = DangerBefore.of(replies)
        return told.danger, told.safety_replies

    assert before() == (None, 0)
    assert before(plain) == (None, 0)
    assert before(crisis) == (PLAN, 1)
    assert before(crisis, emergency) == (STROKE, 2)
    assert before(crisis, plain) == (None, 1)
    assert before(crisis, plain, emergency) == (STROKE, 2)
    assert before(crisis, composer.with_door_open(plain, PLAN)) == (None, 1)
