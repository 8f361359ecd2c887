"""Which parts of a message are answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.several_questions import Part, leading, point_of, questions_of
from bot.replies.understanding import Candidate, Label, Understanding


def part(
    label: str,
    confidence: float = 0.9,
    *,
    leans: bool = False,
    named: bool = True,
    unsure: bool = False,
    pieces: tuple[Part, ...] = (),
) -> Part:
    heard = Understanding(Label.parse(label), confidence, unsure=unsure)
    return Part(heard, leans, named, pieces)


def asked(*parts: Part) -> list[str]:
    return [str(one.heard.label) for one in questions_of(parts)]


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


@pytest.mark.parametrize("other", ["chitchat/thanks", "affirm", "nlu_fallback", "follow_up/more"])
def test_asides_are_no_questions(other: str) -> None:
    assert asked(AURA, part(other)) == []


def test_what_is_surely_out_of_scope_is_declined_in_its_place() -> None:
    assert asked(AURA, part("out_of_scope")) == ["faq/migraine.aura", "out_of_scope"]
    assert asked(AURA, part("out_of_scope", unsure=True)) == []
    assert asked(AURA, part("out_of_scope", leans=True)) == []


@pytest.mark.parametrize("how", [{"leans": True}, {"named": False}])
def test_what_stands_not_by_itself_is_believed_only_if_sure(how: dict[str, bool]) -> None:
    assert asked(AURA, part("faq/migraine.botox", unsure=True, **how)) == []
    assert asked(AURA, part("faq/migraine.botox", **how)) == [
        "faq/migraine.aura",
        "faq/migraine.botox",
    ]
    assert asked(AURA, part("faq/migraine.botox", unsure=True)) != []


def test_advice_on_one_person_is_declined_however_unsure() -> None:
    assert asked(AURA, part("personal_advice", 0.35, unsure=True)) == [
        "faq/migraine.aura",
        "personal_advice",
    ]


def test_a_follow_up_needs_something_before_it() -> None:
    leaning = part("follow_up/duration", leans=True)
    assert asked(AURA, leaning) == ["faq/migraine.aura", "follow_up/duration"]
    assert asked(leaning, AURA) == []


def test_what_leans_on_a_question_without_answer_has_none_either() -> None:
    leaning = part("faq/migraine.definition", leans=True)
    assert asked(BOTOX, part("not_covered"), leaning) == ["faq/migraine.botox", "not_covered"]
    assert asked(BOTOX, leaning) == ["faq/migraine.botox", "faq/migraine.definition"]


def test_a_list_is_answered_entry_by_entry() -> None:
    assert asked(part("nlu_fallback", pieces=(AURA, BOTOX))) == [
        "faq/migraine.aura",
        "faq/migraine.botox",
    ]


@pytest.mark.parametrize(
    "pieces",
    [
        (AURA, part("faq/migraine.botox", unsure=True)),
        (AURA, part("nlu_fallback")),
        (AURA, AURA),
        (),
    ],
)
def test_what_is_no_list_of_questions_stays_whole(pieces: tuple[Part, ...]) -> None:
    whole = part("faq/migraine.cgrp", pieces=pieces)

    assert asked(whole, AURA) == ["faq/migraine.cgrp", "faq/migraine.aura"]
    assert asked(whole) == []


@pytest.mark.parametrize("danger", ["crisis/suicide.2", "emergency/body"])
def test_danger_in_a_part_leaves_the_say_to_the_whole(danger: str) -> None:
    assert asked(AURA, BOTOX, part(danger)) == []


def test_advice_on_one_person_leads() -> None:
    both = questions_of([AURA, part("personal_advice")])

    assert leading(both) == both[1]
    assert leading(both[:1]) == AURA


def whole(label: str, likeliest: str | None = None, *, unsure: bool = True) -> Understanding:
    candidates = (Candidate(Label.parse(likeliest or label), 0.5),)
    return Understanding(Label.parse(label), 0.7, candidates, unsure=unsure)


UNCLEAR = whole("nlu_fallback", "not_covered")


def test_of_a_story_that_is_not_clear_its_question_counts() -> None:
    assert point_of(UNCLEAR, [AURA]) is AURA
    assert point_of(whole("human_handoff"), [part("chitchat/thanks"), AURA]) is AURA


def test_a_story_that_is_clear_has_the_say() -> None:
    assert point_of(whole("faq/migraine.botox", unsure=False), [AURA]) is None
    assert point_of(whole("faq/migraine.aura"), [AURA]) is None


@pytest.mark.parametrize("how", [{"leans": True}, {"named": False}, {"unsure": True}])
def test_a_question_that_stands_not_by_itself_is_not_the_point(how: dict[str, bool]) -> None:
    assert point_of(UNCLEAR, [part("faq/migraine.aura", **how)]) is None


@pytest.mark.parametrize("label", ["human_handoff", "out_of_scope", "personal_advice"])
def test_the_point_is_a_question_to_the_page(label: str) -> None:
    assert point_of(UNCLEAR, [part(label)]) is None
    assert point_of(UNCLEAR, [AURA, BOTOX]) is None


@given(
    st.sampled_from(["crisis/suicide.1", "emergency/body", "personal_advice"]),
    st.sampled_from(["nlu_fallback", None]),
)
def test_what_may_be_a_danger_or_a_wish_for_advice_has_the_say(
    likeliest: str, decided: str | None
) -> None:
    assert point_of(whole(decided or likeliest, likeliest), [AURA]) is None


def test_what_is_not_covered_is_believed_unsurely_only_if_named() -> None:
    assert asked(AURA, part("not_covered", named=False, unsure=True)) == []
    assert asked(AURA, part("not_covered", unsure=True)) != []
