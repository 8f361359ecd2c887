"""What a conversation without servers asks of the trained model."""

from __future__ import annotations

import pytest

from bot.nlu.offline import OfflineClassifier
from bot.replies.understanding import DANGER_INTENTS
from bot.safety.danger import SafetyKind
from bot.safety.screen import load_screen


def test_a_sure_find_of_the_screen_is_answered_without_rasa(trained: OfflineClassifier) -> None:
    danger = trained.danger_in("I want to die")

    assert danger is not None
    assert danger.kind is SafetyKind.CRISIS
    assert trained.danger_in("what is migraine aura") is None


@pytest.mark.parametrize(
    "text",
    [
        "years ago i had a stroke, what is botox",
        "a friend in a movie killed himself, can ketamine treat migraine",
    ],
)
def test_a_find_in_doubt_is_decided_by_the_classifier(
    trained: OfflineClassifier, text: str
) -> None:
    hit = load_screen().check(text)
    heard = trained.understand(text)

    assert hit is not None
    assert hit.doubtful
    assert heard is not None
    assert (trained.danger_in(text) is not None) is (heard.label.intent in DANGER_INTENTS)


def test_a_danger_may_be_spread_over_messages(trained: OfflineClassifier) -> None:
    earlier = ["im 34 weeks pregnant", "my head hurts"]

    assert trained.danger_in("and im seeing spots") is None
    danger = trained.danger_in("and im seeing spots", earlier)
    assert danger is not None
    assert danger.kind is SafetyKind.EMERGENCY


def test_nothing_to_read_is_not_understood(trained: OfflineClassifier) -> None:
    assert trained.understand("\u200b \u2066") is None

    heard = trained.understand("what is migraine aura")
    assert heard is not None
    assert str(heard.label) == "faq/migraine.aura"
    assert heard.candidates[0].label == heard.label
