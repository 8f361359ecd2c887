"""Safety has the last word, and describes the danger, whoever found it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import safety_gate
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.safety_gate import DoubtLevels, SafetyGate
from bot.replies.understanding import Intent, Label
from bot.safety.advice import load_advice_screen
from bot.safety.danger import About, Danger, DangerTopic
from bot.safety.screen import SafetyScreen, load_lexicon, load_screen
from tests.nlu.pipeline import LEVELS, classified, heard

_LEVELS = DoubtLevels(harmless_below=0.05, passage_harmless_below=0.6, remote_harmless_below=0.4)
_IN_DOUBT = "in the movie she says: i want to die"
_REMOTE = "the worst headache of my life was in 2014, the scan was clean"


@pytest.fixture(scope="module")
def safety() -> SafetyGate:
    return SafetyGate(load_screen(), load_advice_screen(), _LEVELS)


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


@pytest.mark.parametrize(
    ("danger", "expected"), [(0.04, Intent.FAQ), (0.06, Intent.CRISIS), (0.9, Intent.CRISIS)]
)
def test_a_find_in_doubt_needs_the_classifier_not_to_be_sure(
    safety: SafetyGate, danger: float, expected: Intent
) -> None:
    message = classified(
        _IN_DOUBT, faq__botox=1.0 - danger, crisis=danger / 2, emergency=danger / 2
    )

    safety.process([message])

    assert heard(message).label.intent is expected


@pytest.mark.parametrize(("danger", "expected"), [(0.39, Intent.FAQ), (0.41, Intent.EMERGENCY)])
def test_what_is_remote_counts_if_the_classifier_takes_it_for_likely(
    safety: SafetyGate, danger: float, expected: Intent
) -> None:
    message = classified(_REMOTE, faq__botox=1.0 - danger, emergency=danger)

    safety.process([message])

    assert heard(message).label.intent is expected


def test_what_is_remote_counts_without_a_classifier(safety: SafetyGate) -> None:
    (message,) = safety.process([Message({TEXT: _REMOTE})])

    assert heard(message).label.intent is Intent.EMERGENCY


def test_a_find_in_doubt_counts_without_a_classifier(safety: SafetyGate) -> None:
    (message,) = safety.process([Message({TEXT: _IN_DOUBT})])

    assert heard(message).label.intent is Intent.CRISIS


@pytest.mark.parametrize("values", [{}, {TEXT: ""}, {TEXT: None}])
def test_a_message_without_text_is_no_danger(safety: SafetyGate, values: dict[str, Any]) -> None:
    (message,) = safety.process([Message(values)])

    assert message.get(INTENT) is None


def test_danger_is_found_even_where_the_classifier_saw_nothing(safety: SafetyGate) -> None:
    (message,) = safety.process([Message({TEXT: "I want to die"})])

    assert heard(message).label == Label(Intent.CRISIS)


@pytest.mark.parametrize(
    ("text", "intent", "danger"),
    [
        ("I want to die", "crisis", Danger(topic=DangerTopic.SUICIDE)),
        (
            "my brother wants to kill himself",
            "crisis",
            Danger(topic=DangerTopic.SUICIDE, about=About.SOMEONE_ELSE),
        ),
        ("my face is drooping", "emergency", Danger(topic=DangerTopic.BODY)),
        (
            "mi mamá no respira",
            "emergency",
            Danger(topic=DangerTopic.BODY, about=About.SOMEONE_ELSE, language="es"),
        ),
    ],
)
def test_it_describes_what_the_screen_found(
    safety: SafetyGate, text: str, intent: str, danger: Danger
) -> None:
    (message,) = safety.process([classified(text, faq__botox=1.0)])

    found = heard(message)
    assert found.danger
    assert (found.danger.level is not None) == (danger.topic is DangerTopic.SUICIDE)
    said = found.danger.copy(update={"level": None})
    assert (found.label.intent.value, said) == (intent, danger)
    # What goes to the tracker and to the action server is plain JSON, without the patient's words.
    described = json.dumps(message.get("danger"))
    assert not any(word in described for word in text.split() if len(word) > 4)


@pytest.fixture(scope="module")
def blind() -> SafetyGate:
    """It knows who speaks of whom, and no danger: what it says comes from the classifier."""
    without_entries = load_lexicon().copy(update={"entries": ()})
    return SafetyGate(SafetyScreen(without_entries), load_advice_screen(), _LEVELS)


def described(blind: SafetyGate, text: str, **shares: float) -> Danger | None:
    """What is said of a message after both gates."""
    messages = ConfidenceGate(LEVELS).process([classified(text, **shares)])
    return heard(blind.process(messages)[0]).danger


@pytest.mark.parametrize(
    ("label", "danger"),
    [
        ("crisis/suicide.3", Danger(topic=DangerTopic.SUICIDE, level=3)),
        ("crisis/eating_disorder", Danger(topic=DangerTopic.EATING_DISORDER)),
        ("emergency/carbon_monoxide", Danger(topic=DangerTopic.CARBON_MONOXIDE)),
    ],
)
def test_it_describes_what_only_the_classifier_found(
    blind: SafetyGate, label: str, danger: Danger
) -> None:
    assert described(blind, "so tired", **{label: 0.9, "faq__botox": 0.1}) == danger


def test_a_danger_that_is_not_the_likeliest_meaning_is_described_too(blind: SafetyGate) -> None:
    shares = {"faq__botox": 0.5, "emergency/body": 0.15, "crisis/abuse": 0.25}

    found = described(blind, "so tired", **shares)

    assert found == Danger(topic=DangerTopic.ABUSE)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("my mother is in a bad way", About.SOMEONE_ELSE),
        ("i am in a bad way", About.SELF),
        ("a bad way", About.SELF),
    ],
)
def test_it_says_of_whom_the_message_speaks(blind: SafetyGate, text: str, about: About) -> None:
    found = described(blind, text, **{"crisis/suicide.2": 0.9})

    assert found
    assert found.about is about


def test_a_message_that_would_else_be_in_another_language_is_answered_in_it(
    blind: SafetyGate,
) -> None:
    spanish = {"crisis/suicide.2": 0.6, "emergency/body": 0.2, "other_language/es": 0.15}
    english = {"crisis/suicide.2": 0.6, "faq__botox": 0.2, "other_language/es": 0.15}

    for shares, language in ((spanish, "es"), (english, "en")):
        found = described(blind, "ya no puedo", **shares)
        assert found
        assert found.language == language


@pytest.mark.parametrize("shares", [{"faq__botox": 0.9}, {"faq__botox": 0.4, "faq__cgrp": 0.39}])
def test_what_is_no_danger_is_not_described(blind: SafetyGate, shares: dict[str, float]) -> None:
    assert described(blind, "so tired", **shares, **{"crisis/abuse": 0.05}) is None


def test_a_danger_without_a_leaf_is_one_still(blind: SafetyGate) -> None:
    """As a model of before the leaves says it, or a button: general words answer it."""
    messages = ConfidenceGate(LEVELS).process([classified("so tired", crisis=0.9)])

    found = heard(blind.process(messages)[0])

    assert found.label == Label(Intent.CRISIS)
    assert found.danger is None


@pytest.mark.parametrize(
    "text",
    ["what is botox and should i stop my topamax", "does botox work? can i take it while pregnant"],
)
def test_a_question_that_also_asks_for_advice_is_declined_with_the_answer_beside_it(
    safety: SafetyGate, text: str
) -> None:
    (message,) = safety.process([classified(text, faq__botox=0.9, not_covered=0.1)])

    found = heard(message)
    assert found.label == Label(Intent.PERSONAL_ADVICE)
    assert str(found.related) == "migraine.botox"
    assert message.get(INTENT_RANKING_KEY)[0]["name"] == "personal_advice"
    assert found.danger is None


def test_danger_comes_before_advice(safety: SafetyGate) -> None:
    text = "I want to die, should I stop my topamax"

    (message,) = safety.process([classified(text, faq__botox=0.9)])

    assert heard(message).label == Label(Intent.CRISIS)


@pytest.mark.parametrize("label", ["human_handoff", "not_covered", "personal_advice"])
def test_only_a_question_of_the_page_can_be_declined_for_advice(
    safety: SafetyGate, label: str
) -> None:
    text = "should i stop my topamax"

    (message,) = safety.process([classified(text, **{label: 0.9})])

    assert (str(heard(message).label), heard(message).confidence) == (label, 0.9)


def test_a_button_is_never_advice(safety: SafetyGate) -> None:
    text = '/faq{"leaf": "migraine.botox"}'

    (message,) = safety.process([classified(text, faq__botox=1.0)])

    assert str(heard(message).label) == "faq/migraine.botox"


def test_a_changed_lexicon_is_a_changed_component(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SafetyGate.fingerprint_addon({})
    monkeypatch.setattr(safety_gate, "lexicon_fingerprint", lambda: "another")

    assert before
    assert SafetyGate.fingerprint_addon({}) == "another" != before


def test_it_is_the_last_component_of_the_pipeline(
    shipped_config: dict[str, dict[str, Any]],
) -> None:
    assert list(shipped_config)[-6:] == [
        *("DangerClassifier", "ConfidenceGate", "ContextGate", "LanguageReader", "QuestionList"),
        "SafetyGate",
    ]
    assert "FallbackClassifier" not in shipped_config
