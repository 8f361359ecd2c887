"""A stand-in for the trained model, so that commands can be tried without Rasa."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from bot.replies.understanding import Candidate, Intent, Label
from bot.safety.screen import SafetyScreen, load_screen


@cache
def _screen() -> SafetyScreen:
    return load_screen()


class FakeModelError(Exception):
    """Stands for the classifier's own."""


class FakeClassifier:
    """Takes any text with "sad" in it for a crisis, and all else for a question."""

    temperature = 0.5

    @classmethod
    def load(cls, model: Path) -> FakeClassifier:
        if not model.is_file():
            raise FakeModelError(f"there is no model at {model}: run make train")
        return cls()

    def suspects_danger(self, text: str) -> bool:
        return "sad" in text

    def finds_danger(self, text: str) -> bool:
        return self.suspects_danger(text) or _screen().check(text) is not None

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        crisis = 0.8 if "sad" in text else 0.01
        return tuple(
            sorted(
                (
                    Candidate(Label(Intent.CRISIS, "suicide.2"), crisis),
                    Candidate(Label(Intent.FAQ, "migraine.aura"), 0.99 - crisis),
                    Candidate(Label(Intent.EMERGENCY, "body"), 0.01),
                ),
                key=lambda candidate: -candidate.confidence,
            )
        )


def install(monkeypatch: pytest.MonkeyPatch, model: Path) -> None:
    """Let the commands find this in place of bot.nlu.offline, and its model at `model`."""
    module = ModuleType("bot.nlu.offline")
    vars(module).update(OfflineClassifier=FakeClassifier, ModelError=FakeModelError)
    monkeypatch.setitem(sys.modules, "bot.nlu.offline", module)
    monkeypatch.setenv("MODEL_FILE", str(model))
