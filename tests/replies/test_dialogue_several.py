"""Several questions in one message are answered one by one."""

from __future__ import annotations

from dataclasses import replace

from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.reply import ReplyKind
from bot.replies.understanding import Label, Understanding
from bot.safety.danger import Danger, DangerTopic
from tests.replies.talk import AURA, BOTOX, START, heard

ASKED = ("faq/migraine.botox", "faq/migraine.aura")
BY_TEXT = DialogueState(by_text=True)


def asking(*labels: str, whole: str | None = None) -> Understanding:
    questions = tuple(map(Label.parse, labels))
    return replace(heard(whole or labels[0]), questions=questions)


def reply_to(dialogue: Dialogue, said: Understanding, state: DialogueState = START) -> Turn:
    return dialogue.respond(said, state)


def topics(turn: Turn) -> list[str | None]:
    return [reply.topic for reply in turn.replies]


def kinds(turn: Turn) -> list[ReplyKind]:
    return [reply.kind for reply in turn.replies]


def test_each_is_a_whole_reply_in_order(dialogue: Dialogue, composer: ReplyComposer) -> None:
    turn = reply_to(dialogue, asking(*ASKED))

    for reply, topic in zip(turn.replies, (BOTOX, AURA), strict=True):
        alone = composer.answer(topic)
        assert reply.copy(update={"buttons": ()}) == alone.copy(update={"buttons": ()})
    assert turn.state.topic == AURA
    assert turn.state.offer is Offer.MORE


def test_only_the_last_has_buttons_and_none_for_what_was_answered(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.symptoms", "faq/migraine.definition"))

    first, last = turn.replies
    assert first.buttons == ()
    offered = [button.payload for button in last.buttons]
    assert payload_of(Label.parse("faq/migraine.symptoms")) not in offered
    assert offered[-1] == PERSON_PAYLOAD


def test_a_follow_up_is_about_the_answer_before(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.definition", "follow_up/duration"))

    assert topics(turn) == ["definition", "duration_of_attack"]


def test_the_page_does_not_say_one_of_them(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.botox", "not_covered"))

    assert kinds(turn) == [ReplyKind.ANSWER, ReplyKind.NOT_COVERED]
    assert turn.state.topic == BOTOX
    assert turn.state.offer is Offer.PERSON


def test_two_that_lead_to_the_same_answer_are_one(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.duration_of_attack", "follow_up/duration"))

    assert topics(turn) == ["duration_of_attack"]


def test_at_most_three_are_answered_and_the_others_offered(
    dialogue: Dialogue, composer: ReplyComposer
) -> None:
    five = ["aura", "botox", "symptoms", "cgrp", "ketamine_evidence"]
    turn = reply_to(dialogue, asking(*(f"faq/migraine.{name}" for name in five)))

    assert topics(turn) == five[:3]
    left = [Label.parse(f"faq/migraine.{name}") for name in five[3:]]
    assert [button.payload for button in turn.reply.buttons] == [
        *map(payload_of, left),
        PERSON_PAYLOAD,
    ]
    assert all(composer.question(label) in turn.reply.text for label in left)


def test_advice_is_declined_first_and_the_answers_follow(dialogue: Dialogue) -> None:
    said = asking(*ASKED, whole="personal_advice")

    assert kinds(reply_to(dialogue, said)) == [
        ReplyKind.PERSONAL_ADVICE,
        ReplyKind.ANSWER,
        ReplyKind.ANSWER,
    ]


def test_a_person_beside_an_answer_opens_the_form_behind_it(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.botox", "human_handoff"))

    assert kinds(turn) == [ReplyKind.ANSWER, ReplyKind.HUMAN_HANDOFF]
    assert turn.opens_form


def test_an_answer_that_is_gone_is_not_covered(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.botox", "faq/migraine.gone"))

    assert kinds(turn) == [ReplyKind.ANSWER, ReplyKind.NOT_COVERED]


def test_after_a_danger_the_last_one_keeps_the_door_open(dialogue: Dialogue) -> None:
    danger = Danger(topic=DangerTopic.SUICIDE)
    turn = reply_to(dialogue, asking(*ASKED), replace(START, danger=danger))

    first, last = turn.replies
    assert first.template and first.template.after is None
    assert last.template and last.template.after == danger


def test_by_text_the_first_is_answered_and_the_others_offered(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking(*ASKED, "not_covered"), BY_TEXT)

    assert topics(turn) == ["botox"]
    assert turn.state.topic == BOTOX
    assert [button.payload for button in turn.reply.buttons] == [
        payload_of(Label.parse("faq/migraine.aura")),
        "/not_covered",
        PERSON_PAYLOAD,
    ]
    assert turn.reply.template and turn.reply.template.left_open


def test_by_text_a_refusal_has_the_first_answer_with_it(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking(*ASKED, whole="personal_advice"), BY_TEXT)

    assert kinds(turn) == [ReplyKind.PERSONAL_ADVICE]
    assert topics(turn) == ["botox"]
    offered = [button.payload for button in turn.reply.buttons]
    assert offered == [payload_of(Label.parse("faq/migraine.aura")), PERSON_PAYLOAD]


def test_what_is_out_of_scope_is_declined_in_its_place_and_by_text_not_offered(
    dialogue: Dialogue,
) -> None:
    said = asking("faq/migraine.botox", "out_of_scope")

    assert kinds(reply_to(dialogue, said)) == [ReplyKind.ANSWER, ReplyKind.OUT_OF_SCOPE]
    by_text = reply_to(dialogue, said, BY_TEXT)
    assert topics(by_text) == ["botox"]
    assert "/out_of_scope" not in [button.payload for button in by_text.reply.buttons]


def test_by_text_a_person_is_not_offered_twice(dialogue: Dialogue) -> None:
    turn = reply_to(dialogue, asking("faq/migraine.botox", "human_handoff"), BY_TEXT)

    assert [button.payload for button in turn.reply.buttons].count(PERSON_PAYLOAD) == 1
    assert not turn.opens_form
