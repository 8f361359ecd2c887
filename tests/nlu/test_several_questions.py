"""Which parts of a message are answered."""

from __future__ import annotations

import pytest

from bot.nlu.several_questions import Part, leading, questions_of
from bot.replies.understanding import Label, Understanding


def part(label: str, confidence: float = 0.9, *, leans: bool = False) -> Part:
    return Part(Understanding(Label.parse(label), confidence), leans)


def asked(*parts: Part) -> list[str]:
    return [str(label) for label in questions_of(parts, believed_from=0.65)]


AURA, BOTOX = part("faq/migraine.aura"), part("faq/migraine.botox")


def test_two_answers_are_given_in_order() -> None:
    assert asked(BOTOX, AURA) == ["faq/migraine.botox", "faq/migraine.aura"]


def test_an_answer_beside_what_the_page_does_not_say() -> None:
    assert asked(part("not_covered"), AURA) == ["not_covered", "faq/migraine.aura"]


def test_a_person_comes_last() -> None:
    assert asked(part("human_handoff"), AURA) == ["faq/migraine.aura", "human_handoff"]


def test_the_same_question_twice_is_one() -> None:
    assert asked(AURA, AURA) == []


def test_without_an_answer_the_whole_has_the_say() -> None:
    assert asked(part("not_covered"), part("human_handoff")) == []


@pytest.mark.parametrize(
    "other", ["chitchat/thanks", "out_of_scope", "affirm", "nlu_fallback", "follow_up/more"]
)
def test_asides_are_no_questions(other: str) -> None:
    assert asked(AURA, part(other)) == []


def test_what_is_not_believed_is_not_answered() -> None:
    assert asked(AURA, part("faq/migraine.botox", 0.6)) == []
    assert asked(AURA, part("personal_advice", 0.35)) == ["faq/migraine.aura", "personal_advice"]


def test_a_leaning_part_counts_only_as_a_follow_up() -> None:
    assert asked(AURA, part("faq/migraine.botox", leans=True)) == []
    leaning = part("follow_up/duration", leans=True)
    assert asked(AURA, leaning) == ["faq/migraine.aura", "follow_up/duration"]
    assert asked(leaning, AURA) == []


@pytest.mark.parametrize("danger", ["crisis/suicide.2", "emergency/body"])
def test_danger_in_a_part_leaves_the_say_to_the_whole(danger: str) -> None:
    assert asked(AURA, BOTOX, part(danger)) == []


def test_advice_on_one_person_leads() -> None:
    both = questions_of([AURA, part("personal_advice")], believed_from=0.65)

    assert str(leading(both)) == "personal_advice"
    assert str(leading(both[:1])) == "faq/migraine.aura"
