"""Rasa component: the deterministic safety screen as the last word of understanding.

The gateway screens every message before Rasa sees it. The same screen stands here too, so that
`rasa shell` and `rasa test nlu` behave as the product does.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.leaf_classifier import write_decision
from bot.safety.screen import SafetyScreen, lexicon_fingerprint, load_screen


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class SafetyGate(IntentClassifier, GraphComponent):
    """Overrules whatever was understood when the screen finds danger."""

    def __init__(self, screen: SafetyScreen) -> None:
        self._screen = screen

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SafetyGate:
        """Load the lexicon. Raises ContentError if it breaks its schema."""
        return cls(load_screen())

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """A changed lexicon makes Rasa build this component anew."""
        return lexicon_fingerprint()

    def process(self, messages: List[Message]) -> List[Message]:
        """Rewrite intent, ranking and selector of every dangerous message."""
        for message in messages:
            hit = self._screen.check(message.get(TEXT) or "")
            if hit is not None:
                write_decision(message, hit.kind.value, 1.0, [])
        return messages
