"""Rasa component: weighs a message by itself against its reading with the last answer's subject."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.content.library import Topic
from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.leaf_classifier import write_decision
from bot.nlu.message_parts import IN_CONTEXT_KEY, heard_in
from bot.replies.understanding import (
    CHOICES_KEY,
    RELATED_KEY,
    UNSURE_KEY,
    Intent,
    Label,
    Understanding,
)

#: By itself such a message may be about the last answer; any other meaning stands.
_MAY_LEAN = frozenset({Intent.FALLBACK, Intent.FAQ, Intent.OUT_OF_SCOPE, Intent.NOT_COVERED})
#: "How do they work" seems to be about the assistant.
_ABOUT_ME = Label(Intent.CHITCHAT, ChitchatKind.WHAT_CAN_YOU_DO.value)
_MORE = Label(Intent.FOLLOW_UP, FollowUpKind.MORE.value)
_ASKED = frozenset({Intent.FAQ, Intent.NOT_COVERED, Intent.PERSONAL_ADVICE})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContextGate(GraphComponent):
    """Stands behind ConfidenceGate. Danger is judged by the message itself only."""

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
    ) -> ContextGate:
        """It has nothing to load."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Take the other reading where it is the surer one."""
        for message in messages:
            reading = message.get(IN_CONTEXT_KEY)
            if reading:
                topic, other = reading
                _weigh(message, Topic.parse(topic), heard_in(other))
        return messages


def _weigh(message: Message, topic: Topic, other: Understanding) -> None:
    alone = heard_in(message)
    may_lean = alone.label.intent in _MAY_LEAN or alone.label == _ABOUT_ME
    if not may_lean or other.label.intent not in _ASKED:
        return
    if other.label == alone.label:
        return
    if alone.label.intent is not Intent.FALLBACK and alone.confidence >= other.confidence:
        return
    # What was answered just now says it, if anything does: in its fuller form.
    label = _MORE if other.label.topic == topic else other.label
    write_decision(message, str(label), other.confidence, [])
    message.set(CHOICES_KEY, [], add_to_output=True)
    related = str(other.related) if other.related else None
    message.set(RELATED_KEY, related, add_to_output=True)
    message.set(UNSURE_KEY, label.intent is Intent.FAQ, add_to_output=True)
