"""Rasa component: reads a short message that leans on the last answer together with its subject."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.library import Library, Topic, load_library
from bot.content.name_rules import names_of
from bot.content.question_rules import load_question_rules
from bot.nlu.leaning_question import LeaningQuestions
from bot.nlu.message_parts import IN_CONTEXT_KEY, PARTS_KEY

TOPIC_SLOT = "topic"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextReader(GraphComponent):
    """Stands before the featurizer, which then encodes both readings at once.

    What is understood of the other reading, `ContextGate` weighs.
    """

    def __init__(self, library: Library, questions: LeaningQuestions) -> None:
        self._library = library
        self._questions = questions

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContextReader:
        """Load rules and pages. Raises ContentError if a file breaks its schema."""
        library = load_library()
        return cls(library, LeaningQuestions(load_question_rules(), names_of(library)))

    def process(
        self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None
    ) -> List[Message]:
        """Give each message that leans on the last answer its other reading."""
        topic = self._topic(tracker)
        subject = self._library.answer(topic).subject if topic else None
        for message in messages:
            if subject is None or message.get(PARTS_KEY):
                continue
            filled = self._questions.about(subject, message.get(TEXT) or "")
            if filled is not None:
                message.set(IN_CONTEXT_KEY, (str(topic), Message({TEXT: filled})))
        return messages

    def _topic(self, tracker: Optional[DialogueStateTracker]) -> Topic | None:
        kept = tracker.get_slot(TOPIC_SLOT) if tracker else None
        try:
            topic = Topic.parse(kept) if kept else None
        except ValueError:
            return None
        return topic if topic in self._library else None
