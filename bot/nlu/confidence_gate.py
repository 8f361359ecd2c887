"""Rasa component: turns probabilities into one decision, by thresholds written in config.yml."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.decision import Thresholds, decide
from bot.nlu.leaf_classifier import LeafIntentClassifier, write_decision
from bot.nlu.message_parts import with_parts
from bot.replies.understanding import (
    CANDIDATES_KEY,
    CHOICES_KEY,
    RELATED_KEY,
    UNSURE_KEY,
    Candidate,
    Label,
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ConfidenceGate(IntentClassifier, GraphComponent):
    """Answers only when sure; leans to caution for danger and for personal advice."""

    def __init__(self, thresholds: Thresholds, sure: float = 0.0) -> None:
        self._thresholds = thresholds
        self._sure = sure

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """It reads the classifier's candidates."""
        return [LeafIntentClassifier]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The thresholds have no default: config.yml holds the fitted ones.

        An answer below `sure` (0 to 1) names the question that it answers. A part of a message
        that does not stand by itself is believed from there on only.
        """
        return {"sure": 0.0}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ConfidenceGate:
        """Read the thresholds. Raises pydantic.ValidationError if one is missing or unusable."""
        return cls(Thresholds.from_config(config), float(config.get("sure", 0.0)))

    def process(self, messages: List[Message]) -> List[Message]:
        """Replace the classifier's best guess by the decision, of the parts too."""
        for message in with_parts(messages):
            listed = message.get(CANDIDATES_KEY)
            if listed:
                self._decide(message, listed)
        return messages

    def _decide(self, message: Message, listed: list[dict[str, Any]]) -> None:
        candidates = [Candidate(Label.parse(item["label"]), item["confidence"]) for item in listed]
        decision = decide(candidates, self._thresholds)
        ranking = [(item["label"], item["confidence"]) for item in listed]
        write_decision(message, str(decision.label), decision.confidence, ranking)
        choices = [str(label) for label in decision.choices]
        message.set(CHOICES_KEY, choices, add_to_output=True)
        message.set(UNSURE_KEY, decision.confidence < self._sure, add_to_output=True)
        message.set(
            RELATED_KEY, str(decision.related) if decision.related else None, add_to_output=True
        )
