"""Rasa component: the deterministic safety screen as the last word of understanding.

The gateway screens every message before Rasa sees it. The same screen stands here too, so that
`rasa shell` and `rasa test nlu` behave as the product does. It also describes the danger that the
classifier alone has found, for the wording of the reply.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.leaf_classifier import write_decision
from bot.replies.understanding import CANDIDATES_KEY, DANGER_KEY, Intent, Label
from bot.safety.danger import ENGLISH, Danger, SafetyKind
from bot.safety.screen import SafetyScreen, lexicon_fingerprint, load_screen

_DANGERS = frozenset(kind.value for kind in SafetyKind)


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
        """Rewrite intent, ranking and selector of every dangerous message; describe the danger."""
        for message in messages:
            hit = self._screen.check(message.get(TEXT) or "")
            if hit is not None:
                write_decision(message, hit.kind.value, 1.0, [])
            danger = hit.danger if hit else self._described(message)
            if danger is not None:
                message.set(DANGER_KEY, json.loads(danger.json()), add_to_output=True)
        return messages

    def _described(self, message: Message) -> Danger | None:
        intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
        if intent not in _DANGERS:
            return None
        labels = [Label.parse(item["label"]) for item in message.get(CANDIDATES_KEY) or ()]
        leaf = next((label.leaf for label in labels if label.intent == Intent(intent)), None)
        if leaf is None:
            return None
        return Danger.of_leaf(leaf, self._screen.about(message.get(TEXT)), _language(labels))


def _language(labels: List[Label]) -> str:
    """The language of the message, if being in another one is its likeliest harmless meaning."""
    harmless = next((label for label in labels if label.intent.value not in _DANGERS), None)
    if harmless and harmless.intent is Intent.OTHER_LANGUAGE and harmless.leaf:
        return harmless.leaf
    return ENGLISH
