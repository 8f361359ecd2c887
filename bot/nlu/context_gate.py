"""Rasa component: weighs a message by itself against its reading with the last answer's subject."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.leaf_classifier import write_decision
from bot.nlu.message_parts import InContext, Link, as_asked, heard_in, in_context
from bot.nlu.several_questions import ASKING_FOLLOW_UPS
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
_ASIDES = frozenset({Intent.FOLLOW_UP, Intent.AFFIRM, Intent.DENY, Intent.CHITCHAT})
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
            for part in as_asked([message]):
                other = in_context(part)
                if other:
                    _weigh(part, other, heard_in(other.reading))
        return messages


def _weigh(message: Message, context: InContext, other: Understanding) -> None:
    alone = heard_in(message)
    if other.label.intent not in _ASKED or not _may_lean(alone, context):
        return
    if _stands(context, alone, other):
        return
    label = other.label
    if context.topic and label.topic == context.topic:
        if context.names_another:
            return
        # What was answered just now says it, if anything does: in its fuller form.
        label = _MORE
    write_decision(message, str(label), other.confidence, [])
    message.set(CHOICES_KEY, [], add_to_output=True)
    related = str(other.related) if other.related else None
    message.set(RELATED_KEY, related, add_to_output=True)
    unsure = other.unsure or (context.topic is not None and label.intent is Intent.FAQ)
    message.set(UNSURE_KEY, unsure, add_to_output=True)


def _stands(context: InContext, alone: Understanding, other: Understanding) -> bool:
    """Whether it stays as it was understood by itself. Two that agree are as sure as the surer."""
    if other.label == alone.label:
        return context.topic is not None or _surer(alone, other)
    return _surer(alone, other) and not _overrules(context, alone, other)


def _may_lean(alone: Understanding, context: InContext) -> bool:
    if context.topic is None and alone.label in ASKING_FOLLOW_UPS:
        return True
    if context.link is Link.BACKGROUND and _asks_nothing(alone):
        return True
    return alone.label.intent in _MAY_LEAN or alone.label == _ABOUT_ME


def _asks_nothing(alone: Understanding) -> bool:
    """By itself, as far as is sure; what led up to it may tell what it asks."""
    wants_person = alone.label.intent is Intent.HUMAN_HANDOFF
    return alone.unsure if wants_person else alone.label.intent in _ASIDES


def _overrules(context: InContext, alone: Understanding, other: Understanding) -> bool:
    """Whether the other reading stands even if it is the less sure one.

    It names what a pronoun stands for, unless that is a follow-up, which the curated table answers;
    "how to prevent" with its subject behind it is an answer's question, and no follow-up.
    """
    if context.link is Link.PRONOUN:
        return alone.label.intent is not Intent.FOLLOW_UP
    sure_answer = other.label.intent is Intent.FAQ and not other.unsure
    return context.topic is None and alone.label.intent in _ASIDES and sure_answer


def _surer(alone: Understanding, other: Understanding) -> bool:
    return alone.label.intent is not Intent.FALLBACK and alone.confidence >= other.confidence
