"""The two gates behind the classifier: confidence first, and safety has the last word."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import safety_gate
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.leaf_classifier import LeafIntentClassifier, write_decision
from bot.nlu.safety_gate import SafetyGate
from bot.replies.understanding import Intent, Label, Understanding
from bot.safety.screen import load_screen
from tests.nlu.pipeline import LEVELS


def classified(text: str = "words", **shares: float) -> Message:
    """A message as the classifier leaves it. `faq__botox` is faq/migraine.botox."""
    labels = {
        name.replace("faq__", "faq/migraine.").replace("__", "/"): share
        for name, share in shares.items()
    }
    message = Message({TEXT: text})
    listed = [{"label": label, "confidence": share} for label, share in labels.items()]
    message.set("candidates", listed, add_to_output=True)
    best = next(iter(labels))
    write_decision(message, best, labels[best], list(labels.items()))
    return message


def heard(message: Message) -> Understanding:
    return Understanding.from_parse(message.as_dict(only_output_properties=True))


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


@pytest.fixture(scope="module")
def safety() -> SafetyGate:
    return SafetyGate(load_screen())


@pytest.mark.parametrize(
    ("text", "intent"),
    [("I want to die", Intent.CRISIS), ("my face is drooping", Intent.EMERGENCY)],
)
def test_safety_has_the_last_word(safety: SafetyGate, text: str, intent: Intent) -> None:
    message = classified(text, faq__botox=1.0)
    ConfidenceGate(LEVELS).process([message])

    safety.process([message])

    found = heard(message)
    assert (found.label, found.confidence) == (Label(intent), 1.0)
    assert message.get(INTENT_RANKING_KEY) == [{"name": intent.value, "confidence": 1.0}]
    assert message.get("response_selector") == {}


def test_what_is_harmless_stays_as_it_was(safety: SafetyGate) -> None:
    message = classified("is botox used", faq__botox=1.0)
    before = message.as_dict()

    safety.process([message])

    assert message.as_dict() == before


@pytest.mark.parametrize("values", [{}, {TEXT: ""}, {TEXT: None}])
def test_a_message_without_text_is_no_danger(safety: SafetyGate, values: dict[str, Any]) -> None:
    (message,) = safety.process([Message(values)])

    assert message.get(INTENT) is None


def test_danger_is_found_even_where_the_classifier_saw_nothing(safety: SafetyGate) -> None:
    (message,) = safety.process([Message({TEXT: "I want to die"})])

    assert heard(message).label == Label(Intent.CRISIS)


def test_a_changed_lexicon_is_a_changed_component(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SafetyGate.fingerprint_addon({})
    monkeypatch.setattr(safety_gate, "lexicon_fingerprint", lambda: "another")

    assert before
    assert SafetyGate.fingerprint_addon({}) == "another" != before


def test_it_is_the_last_component_of_the_pipeline(
    shipped_config: dict[str, dict[str, Any]],
) -> None:
    assert list(shipped_config)[-2:] == ["ConfidenceGate", "SafetyGate"]
    assert "FallbackClassifier" not in shipped_config
