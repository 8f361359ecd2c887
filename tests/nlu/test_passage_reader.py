"""A danger that is in doubt is read by itself too: many harmless words do not hide it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.message_parts import PASSAGES_KEY, passages_of, with_parts
from bot.nlu.passage_reader import PassageReader
from bot.nlu.safety_gate import DoubtLevels, SafetyGate
from bot.replies.understanding import CANDIDATES_KEY, Intent
from bot.safety.advice import load_advice_screen
from bot.safety.screen import load_screen
from tests.nlu.pipeline import classified, heard

_IN_DOUBT = "in the movie she says: i want to die"
_LEVELS = DoubtLevels(harmless_below=0.05, passage_harmless_below=0.6, remote_harmless_below=0.5)


@pytest.fixture(scope="module")
def reader() -> PassageReader:
    return PassageReader(load_screen(), 3)


@pytest.fixture(scope="module")
def safety() -> SafetyGate:
    return SafetyGate(load_screen(), load_advice_screen(), _LEVELS)


def read(reader: PassageReader, text: str, *, whole: float, passage: float) -> Message:
    """A message in doubt, whole and passages classified: so likely is danger."""
    message = classified(text, faq__botox=1 - whole, crisis=whole)
    (message,) = reader.process([message])
    opinion = classified(text, faq__botox=1 - passage, crisis=passage)
    for one in passages_of(message):
        one.set(CANDIDATES_KEY, opinion.get(CANDIDATES_KEY))
    return message


def test_the_passages_follow_their_message_through_the_pipeline(reader: PassageReader) -> None:
    (message,) = reader.process([Message({TEXT: _IN_DOUBT})])

    (passage,) = passages_of(message)
    assert passage.get(TEXT).endswith("die") and "movie" not in passage.get(TEXT)
    assert list(with_parts([message])) == [message, passage]
    assert PASSAGES_KEY not in message.as_dict(only_output_properties=True)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {TEXT: ""},
        {TEXT: None},
        {TEXT: "is botox used"},
        {TEXT: "I want to die"},
        {TEXT: "the worst headache of my life was in 2014, the scan was clean"},
    ],
)
def test_only_what_is_in_doubt_and_not_remote_has_passages(
    reader: PassageReader, values: dict[str, Any]
) -> None:
    (message,) = reader.process([Message(values)])

    assert passages_of(message) == []


@pytest.mark.parametrize(
    ("whole", "passage", "expected"),
    [
        (0.01, 0.5, Intent.FAQ),
        (0.01, 0.7, Intent.CRISIS),
        (0.1, 0.5, Intent.CRISIS),
        (0.1, 0.7, Intent.CRISIS),
    ],
)
def test_a_doubt_is_dropped_only_where_whole_and_passage_look_harmless(
    reader: PassageReader, safety: SafetyGate, whole: float, passage: float, expected: Intent
) -> None:
    message = read(reader, _IN_DOUBT, whole=whole, passage=passage)

    safety.process([message])

    assert heard(message).label.intent is expected


def test_a_passage_that_nobody_classified_counts(reader: PassageReader, safety: SafetyGate) -> None:
    (message,) = reader.process([classified(_IN_DOUBT, faq__botox=0.99, crisis=0.01)])

    safety.process([message])

    assert heard(message).label.intent is Intent.CRISIS
