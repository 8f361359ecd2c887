"""Which questions a message is split into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.question_rules import load_question_rules
from bot.nlu.question_splitter import Question, QuestionSplitter

SPLITTER = QuestionSplitter(load_question_rules())

SEVERAL = {
    "What is aura? How long does a migraine last?": (
        "What is aura",
        "How long does a migraine last",
    ),
    "what is aura and how long does it last?": ("what is aura", "how long does it last"),
    "what is aura how long does a migraine last": (
        "what is aura",
        "how long does a migraine last",
    ),
    "what is botox, is it safe, and how does it work": (
        "what is botox",
        "is it safe",
        "how does it work",
    ),
    "what's botox and what's cgrp": ("what's botox", "what's cgrp"),
    "1. what is botox 2. is ketamine approved": ("what is botox", "is ketamine approved"),
    "1) botox 2) ketamine": ("botox", "ketamine"),
    "- botox\n- ketamine": ("botox", "ketamine"),
    "aura?\nbotox?": ("aura", "botox"),
    "what is botox, also cost": ("what is botox", "cost"),
    "My sister has migraine. What is aura? Can I talk to a person?": (
        "What is aura",
        "Can I talk to a person",
    ),
    "what is aura and also how is it treated": ("what is aura", "how is it treated"),
    "wats aura n hwo long is it": ("wats aura", "hwo long is it"),
    "who is Dr. Lee? or do u treat kids": ("who is Dr. Lee", "or do u treat kids"),
    "send me the sources; i also wish to complain": (
        "send me the sources",
        "i also wish to complain",
    ),
    "what is botox, oh and like why is it used": ("what is botox", "why is it used"),
    "What are gepants? Also, is botox used?": ("What are gepants", "is botox used"),
}

ONE = (
    "what is aura",
    "migraine and depression, why do they go together?",
    "what are triptans and gepants",
    "do you know how long it lasts",
    "tell me what is aura",
    "can you tell me about what helps",
    "my mother who is 78 has aura, what is that",
    "is 0.5 mg a lot?",
    "what is aura? what is aura?",
    "I have had migraine since I was 12. It runs in the family.",
    "do gepants also prevent migraine, not only stop it",
    "what is aura? thanks",
    "What helps, does anyone know?",
    "Does anyone know? What helps?",
    "What helps? Any ideas? Is that a thing?",
    "is botox used, isn't it true?",
    "is botox for many, or is it for few",
    "sleep and migraine",
    "Who reviewed the page, and when?",
    "is botox used, and why",
    "what is aura, how come",
    "migraine and botox, are they linked",
    "my pills stopped working last month, now what",
    "tea, milk and so on, they are all hot, it is true",
    "what can people do to cut down how often it comes",
    "",
    "?",
    "...",
)


LISTS = {
    "symptoms, triggers, cost": ("symptoms", "triggers", "cost"),
    "aura vs botox, also gepants vs botox": ("aura vs botox", "gepants vs botox"),
    "I would like to hear of: gepants; the cost": ("gepants", "the cost"),
    "what are the sources, my wife will ask": ("what are the sources", "my wife will ask"),
    "is it common, dangerous": ("is it common", "dangerous"),
}


def texts(text: str) -> tuple[str, ...]:
    return tuple(question.text for question in SPLITTER.split(text))


@pytest.mark.parametrize("text", SEVERAL)
def test_each_question_is_found(text: str) -> None:
    assert texts(text) == SEVERAL[text]


@pytest.mark.parametrize("text", ONE)
def test_one_question_stays_whole(text: str) -> None:
    assert SPLITTER.split(text) == ()


@pytest.mark.parametrize("text", LISTS)
def test_what_may_be_a_list_keeps_its_pieces(text: str) -> None:
    (question,) = SPLITTER.split(text)

    assert question.pieces == LISTS[text]


def test_a_question_keeps_what_was_said_before_it() -> None:
    first, second = SPLITTER.split("She wakes up. It hurts her. What is it? Is botox used?")

    assert (first, second) == (Question("What is it", "It hurts her"), Question("Is botox used"))


def test_one_question_keeps_what_leads_up_to_it() -> None:
    told = "My sister takes gepants. Is that a thing? Any idea?"

    assert SPLITTER.split(told) == (Question("Is that a thing", "My sister takes gepants"),)


def test_a_question_loses_what_only_leads_it_in() -> None:
    assert texts("is botox used? if not what else is there") == (
        "is botox used",
        "what else is there",
    )


@pytest.mark.parametrize(
    "tail", ["a doctor", "a real doctor", "hours or days", "like pills", "yes or no", "i mean"]
)
def test_what_somebody_takes_for_the_answer_is_no_entry_of_a_list(tail: str) -> None:
    assert SPLITTER.split(f"who wrote this page, {tail}?") == ()


@given(st.sampled_from(sorted(SEVERAL)), st.sampled_from(load_question_rules().asides))
def test_an_aside_behind_questions_changes_none_of_them(text: str, aside: str) -> None:
    assert texts(f"{text}\n{aside}?") == SEVERAL[text]


def test_no_more_are_looked_at_than_the_rules_say() -> None:
    asked = " ".join(f"What is number {number}?" for number in range(50))

    assert len(SPLITTER.split(asked)) == load_question_rules().most_questions


@pytest.mark.parametrize("question", ["is it safe", "who gets those", "What's THAT for"])
def test_what_leans_on_what_was_named(question: str) -> None:
    assert SPLITTER.leans(question)


def test_what_names_its_subject_does_not_lean() -> None:
    assert not SPLITTER.leans("is botox safe")


@pytest.mark.parametrize("words", ["and then ", "also ", "and also and, ", "oh so ", "what is "])
def test_no_words_keep_it_busy(words: str) -> None:
    assert len(SPLITTER.split(words * 500)) <= load_question_rules().most_questions


_WORDS = st.sampled_from(
    ["what is", "aura", "and", "how long", "also", "?", ".", ",", "\n", "1.", "2)", "-", "it", "is"]
)


@given(st.text() | st.lists(_WORDS, max_size=30).map(" ".join))
def test_whatever_is_written_is_split_into_words_of_it(text: str) -> None:
    questions = SPLITTER.split(text)
    parts = [question.text for question in questions]

    assert len(parts) != 1 or questions[0].pieces or questions[0].background
    assert len(set(parts)) == len(parts)
    assert all(part.strip() for part in parts)
    told = set(text.replace(",", " ").split())
    for part in [*parts, *(piece for question in questions for piece in question.pieces)]:
        for word in part.replace(",", " ").split():
            assert any(word in each for each in told)
