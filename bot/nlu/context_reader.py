"""Rasa component: reads what leans on something said before together with its subject."""

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
from bot.content.question_rules import load_question_rules
from bot.nlu.leaning_question import LeaningQuestions
from bot.nlu.message_parts import (
    BACKGROUND_KEY,
    IN_CONTEXT_KEY,
    InContext,
    Link,
    as_asked,
    parts_of,
)

TOPIC_SLOT = "topic"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextReader(GraphComponent):
    """Stands before the featurizer, which then encodes all readings at once.

    A short message leans on the last answer; a part of a message on what stands before it, and if
    nothing is named there on the last answer, or else on the default page. What is understood of
    the other reading, `ContextGate` weighs.
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
        return cls(library, LeaningQuestions.of(library, load_question_rules()))

    def process(
        self, messages: List[Message], tracker: Optional[DialogueStateTracker] = None
    ) -> List[Message]:
        """Give each message, part and piece that leans its other reading."""
        topic = self._topic(tracker)
        subject = self._library.answer(topic).subject if topic else None
        for message in messages:
            if topic and subject and len(parts_of(message)) < 2:
                self._read_after(topic, subject, message)
            self._read_parts(subject, message)
        return messages

    def _read_after(self, topic: Topic, subject: str, message: Message) -> None:
        text = message.get(TEXT) or ""
        filled = self._questions.about(subject, text)
        if filled is not None:
            answer = self._library.answer(topic)
            another = self._questions.turns_from(
                f"{subject} {answer.question} {answer.short}", text
            )
            message.set(
                IN_CONTEXT_KEY, InContext(Message({TEXT: filled}), Link.ANSWER, topic, another)
            )

    def _read_parts(self, subject: str | None, message: Message) -> None:
        for part in as_asked([message]):
            if part is message:
                continue
            other = self._reading(subject, part)
            if other is not None:
                part.set(IN_CONTEXT_KEY, other)
            subject = self._questions.name_in(part.get(TEXT)) or subject

    def _reading(self, subject: str | None, part: Message) -> InContext | None:
        text, background = part.get(TEXT), part.get(BACKGROUND_KEY)
        if background and not self._questions.name_in(text):
            return InContext(Message({TEXT: f"{background}. {text}"}), Link.BACKGROUND)
        filled = self._questions.about(subject or self._library.default_page.title, text)
        if filled is not None:
            return InContext(Message({TEXT: filled}), Link.PRONOUN)
        bare = self._questions.bare(subject, text) if subject else None
        return InContext(Message({TEXT: bare}), Link.SUBJECT) if bare else None

    def _topic(self, tracker: Optional[DialogueStateTracker]) -> Topic | None:
        kept = tracker.get_slot(TOPIC_SLOT) if tracker else None
        try:
            topic = Topic.parse(kept) if kept else None
        except ValueError:
            return None
        return topic if topic in self._library else None
