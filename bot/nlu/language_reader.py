"""Rasa component: a message in another language is never answered as if it were English."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.language_rules import load_language_rules
from bot.content.library import load_library
from bot.content.name_rules import names_of
from bot.content.texts import load_texts
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.language_recognition import LanguageRecognition
from bot.nlu.leaf_classifier import write_decision
from bot.nlu.message_parts import LANGUAGE_KEY
from bot.replies.understanding import (
    CHOICES_KEY,
    DANGER_INTENTS,
    RELATED_KEY,
    Intent,
    Label,
)

#: Believed in whatever language: what is answered is not what a page says.
_STANDS = DANGER_INTENTS | {Intent.HUMAN_HANDOFF, Intent.AFFIRM, Intent.DENY}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageReader(IntentClassifier, GraphComponent):
    """Stands behind ConfidenceGate, beside whose `other_language/es` it knows more languages.

    Danger stays danger, and SafetyGate is told in which language it is.
    """

    def __init__(self, recognition: LanguageRecognition) -> None:
        self._recognition = recognition

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """It overrules the gate's decision."""
        return [ConfidenceGate]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageReader:
        """Load model, texts and rules. Raises ContentError if a file breaks its schema."""
        languages = load_texts().other_language
        names = names_of(load_library())
        return cls(LanguageRecognition(languages, names, load_language_rules()))

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide `other_language/<language>` for every message in one of them."""
        for message in messages:
            found = self._recognition.foreign(message.get(TEXT) or "")
            if found is None:
                continue
            message.set(LANGUAGE_KEY, found.language)
            intent = (message.get(INTENT) or {}).get(INTENT_NAME_KEY)
            if intent is None or Intent(intent) in _STANDS:
                continue
            label = Label(Intent.OTHER_LANGUAGE, found.language)
            write_decision(message, str(label), found.confidence, [])
            message.set(CHOICES_KEY, [], add_to_output=True)
            message.set(RELATED_KEY, None, add_to_output=True)
        return messages
