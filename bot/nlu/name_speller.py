"""Rasa component: the text as it is understood, with names of drugs and conditions put right."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.library import load_library
from bot.content.name_rules import load_name_rules, names_of
from bot.nlu.message_parts import READ_AS_KEY, with_parts
from bot.nlu.name_spelling import NameSpelling


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class NameSpeller(GraphComponent):
    """Stands before the featurizer. What is kept, shown or screened for danger is not changed."""

    def __init__(self, spelling: NameSpelling) -> None:
        self._spelling = spelling

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NameSpeller:
        """Load names and rules. Raises ContentError if a file breaks its schema."""
        return cls(NameSpelling(names_of(load_library()), load_name_rules()))

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """Changed names change what is learnt from."""
        rules = load_name_rules()
        return f"{sorted(names_of(load_library()))} {rules.json()}"

    def process(self, messages: List[Message]) -> List[Message]:
        """Give each message and part its corrected text, where that differs."""
        self._correct(with_parts(messages))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for the examples, so that what is learnt is what is read later."""
        self._correct(training_data.training_examples)
        return training_data

    def _correct(self, messages: Iterable[Message]) -> None:
        for message in messages:
            text = message.get(TEXT) or ""
            corrected = self._spelling.corrected(text)
            if corrected != text:
                message.set(READ_AS_KEY, corrected)
