"""The gate behind the classifiers: sure enough, or a question back."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.leaf_classifier import LeafIntentClassifier
from bot.replies.understanding import Intent, Label
from tests.nlu.pipeline import LEVELS, classified, heard


def decided(**shares: float) -> Message:
    (message,) = ConfidenceGate(LEVELS).process([classified(**shares)])
    return message


def test_it_is_created_from_the_shipped_levels(
    shipped_config: dict[str, dict[str, Any]], storage: ModelStorage, context: ExecutionContext
) -> None:
    gate = ConfidenceGate.create(shipped_config["ConfidenceGate"], storage, Resource("x"), context)

    assert gate.process([]) == []
    assert ConfidenceGate.required_components() == [LeafIntentClassifier]


def test_a_missing_level_stops_it_at_creation(
    storage: ModelStorage, context: ExecutionContext
) -> None:
    with pytest.raises(ValidationError, match="crisis"):
        ConfidenceGate.create({"answer": 0.5}, storage, Resource("x"), context)


def test_what_is_sure_stays_as_it_was() -> None:
    found = heard(decided(faq__botox=0.8, faq__cgrp=0.1))

    assert (str(found.label), found.confidence) == ("faq/migraine.botox", 0.8)
    assert found.choices == ()


def test_what_is_below_sure_says_so() -> None:
    for label in ("faq__botox", "not_covered"):
        for share, unsure in ((0.8, True), (0.9, False)):
            gate = ConfidenceGate(LEVELS, sure=0.85)
            (message,) = gate.process([classified(**{label: share})])
            assert heard(message).unsure is unsure


def test_what_is_unsure_becomes_a_question_back_in_intent_ranking_and_selector() -> None:
    message = decided(faq__botox=0.4, faq__cgrp=0.35, not_covered=0.1)

    found = heard(message)
    assert found.label == Label(Intent.FALLBACK)
    assert [str(label) for label in found.choices] == ["faq/migraine.botox", "faq/migraine.cgrp"]
    assert message.get(INTENT_RANKING_KEY)[0]["name"] == "nlu_fallback"
    assert message.get("response_selector") == {}
    # A clarification needs what was possible.
    assert len(found.candidates) == 3


def test_caution_overrules_the_likelier_meaning_in_the_ranking_too() -> None:
    message = decided(faq__botox=0.7, personal_advice=0.3)

    assert message.get(INTENT) == {"name": "personal_advice", "confidence": 0.3}
    assert message.get(INTENT_RANKING_KEY)[0] == message.get(INTENT)
    assert all(item["confidence"] <= 0.3 for item in message.get(INTENT_RANKING_KEY))
    assert str(heard(message).related) == "migraine.botox"


def test_a_message_without_candidates_is_left_alone() -> None:
    message = Message({TEXT: "hello"})

    ConfidenceGate(LEVELS).process([message])

    assert message.data == {TEXT: "hello"}


def test_nothing_of_one_message_is_left_in_the_next() -> None:
    gate = ConfidenceGate(LEVELS)

    first, second = gate.process(
        [classified(faq__botox=0.4, faq__cgrp=0.35), classified(chitchat__greet=0.9)]
    )

    assert len(heard(first).choices) == 2
    assert heard(second).choices == ()
    assert heard(second).related is None
