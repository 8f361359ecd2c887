"""Names, times and whole phrases read out of words."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies.intake_reader import IntakeReader, Phrase
from bot.replies.intake_request import BestTime
from bot.safety.folding import plain_phrase
from tests.replies.forms import RULES

READER = IntakeReader(RULES)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("cancel", Phrase.CANCEL),
        ("Please CANCEL!", Phrase.CANCEL),
        ("never mind, thanks", Phrase.CANCEL),
        ("STOP", Phrase.CANCEL),
        ("cancelar por favor", Phrase.CANCEL),
        ("I'd rather not say", Phrase.SKIP),
        ("no thanks", Phrase.NO),
        ("Sí", Phrase.YES),
        ("that's right", Phrase.YES),
        ("send it please", Phrase.SEND),
        ("cambiar el nombre", Phrase.CHANGE_NAME),
        ("change my number", Phrase.CHANGE_CONTACT),
    ],
)
def test_a_phrase_is_the_whole_message_courtesies_aside(text: str, phrase: Phrase) -> None:
    assert READER.phrase(text) is phrase


@pytest.mark.parametrize(
    "text", ["", "please", "thank you", "i cannot stop my migraines", "cancel culture", "."]
)
def test_a_phrase_within_other_words_is_none(text: str) -> None:
    assert READER.phrase(text) is None


def test_no_phrase_says_two_things() -> None:
    lists = RULES.phrases.dict()
    counts = Counter(plain_phrase(text) for texts in lists.values() for text in texts)

    assert {words: count for words, count in counts.items() if count > 1} == {}


def test_no_time_says_two_things() -> None:
    counts = Counter(plain_phrase(t) for texts in RULES.times.dict().values() for t in texts)

    assert {words: count for words, count in counts.items() if count > 1} == {}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("mornings", BestTime.MORNING),
        ("in the morning please", BestTime.MORNING),
        ("before noon", BestTime.MORNING),
        ("after lunch", BestTime.AFTERNOON),
        ("evenings after work", BestTime.EVENING),
        ("whenever", BestTime.ANY),
        ("it doesn't matter", BestTime.ANY),
        ("morning or evening", BestTime.ANY),
        ("9am", BestTime.MORNING),
        ("after 12:30 pm", BestTime.AFTERNOON),
        ("12 am", BestTime.MORNING),
        ("around 5 p.m.", BestTime.EVENING),
        ("por la mañana", BestTime.MORNING),
        ("mañana por la tarde", BestTime.AFTERNOON),
        ("a cualquier hora", BestTime.ANY),
    ],
)
def test_a_time_of_day(text: str, time: BestTime) -> None:
    assert READER.time(text) is time


@pytest.mark.parametrize(
    "text",
    [
        "not in the morning",
        "mañana",
        "after 5",
        "tuesday",
        "",
        "i have these attacks every single morning when i wake up",
    ],
)
def test_what_names_no_time_is_none(text: str) -> None:
    assert READER.time(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana", "Ana"),
        ("ana maría", "ana maría"),
        ("Will", "Will"),
        ("My name is Ana Lopez.", "Ana Lopez"),
        ("I'm Ana", "Ana"),
        ("Me llamo José", "José"),
        ("my name is Ana and I have a question about Botox", "Ana"),
        ("O'Brien", "O'Brien"),
        ("王芳", "王芳"),
        ("Anne-Marie", "Anne-Marie"),
    ],
)
def test_a_name_is_one_whatever_else_it_may_be(text: str, name: str) -> None:
    assert READER.name(text, doubtful=True) == name


def test_several_words_are_a_name_if_nothing_speaks_against_it() -> None:
    name = "Ana María López García"

    assert READER.name(name, doubtful=False) == name
    assert READER.name(name, doubtful=True) is None


@pytest.mark.parametrize(
    "text",
    [
        *("hello", "yes", "thanks", "help me", "I'm scared", "I'm in pain", "ok", "no", "migraine"),
        *("Ana?", "what for", "123", "💊", "", "...", "can you help", "call me back"),
        *("because it is none of your business really", "x" * 81, "I would rather be called"),
    ],
)
def test_what_is_no_name_is_none(text: str) -> None:
    assert READER.name(text, doubtful=False) is None


@given(text=st.text(max_size=200))
def test_whatever_is_written_is_read(text: str) -> None:
    READER.phrase(text)
    READER.time(text)
    name = READER.name(text, doubtful=False)
    assert name is None or 0 < len(name) <= RULES.limits.name_characters
