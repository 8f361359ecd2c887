"""Short questions that lean on the answer before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.question_rules import load_question_rules
from bot.nlu.leaning_question import LeaningQuestions

QUESTIONS = LeaningQuestions(load_question_rules(), {"botox", "ketamine"})


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("does it hurt?", "does Botox hurt?"),
        ("who gets those", "who gets Botox"),
        ("how long does THAT take", "how long does Botox take"),
        ("does it work like ketamine", "does Botox work like ketamine"),
        ("that is safe?", "Botox is safe?"),
        ("what about kids?", "what about kids Botox"),
        ("and for older people", "and for older people Botox"),
    ],
)
def test_the_subject_is_put_in(text: str, read: str) -> None:
    assert QUESTIONS.about("Botox", text) == read


@pytest.mark.parametrize(
    "text",
    [
        "what is aura",
        "what about ketamine",
        "tell me what it is that makes my head hurt so much every day",
        "is there a cure",
        "item of the day",
        "that was no help at all",
        "This doesn't tell me anything.",
        "it sounds awful",
        "",
        "?",
    ],
)
def test_what_is_whole_or_names_something_stays(text: str) -> None:
    assert QUESTIONS.about("Botox", text) is None


def test_before_a_name_it_is_no_pronoun() -> None:
    assert QUESTIONS.about("aura", "who gets this ketamine") is None
    assert QUESTIONS.about("aura", "does that help this botox") == "does aura help this botox"


@pytest.mark.parametrize(
    ("text", "read"),
    [("side effects", "side effects Botox"), ("ketamine", None), ("a " * 50, None)],
)
def test_a_few_words_without_a_name_are_about_what_was_named(text: str, read: str | None) -> None:
    assert QUESTIONS.bare("Botox", text) == read


def test_the_first_name_or_the_longest_there_is_what_it_is_about() -> None:
    questions = LeaningQuestions(load_question_rules(), {"botox", "headache"}, ["cluster headache"])

    assert questions.name_in("is cluster headache treated with botox") == "cluster headache"
    assert questions.name_in("what helps") is None


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("does it work for ketamine", True),
        ("and a pill for it instead", True),
        ("does botox do that", False),
        ("does it help", False),
    ],
)
def test_what_turns_to_something_else(text: str, turns: bool) -> None:
    assert QUESTIONS.turns_from("Botox shots help", text) is turns


@given(st.text(), st.text(min_size=1))
def test_whatever_is_written_can_be_read(text: str, subject: str) -> None:
    read = QUESTIONS.about(subject, text)

    assert read is None or subject in read
