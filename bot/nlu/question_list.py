"""Rasa component: a message of several questions is several decisions."""

from __future__ import annotations

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.library import load_library
from bot.content.question_rules import load_question_rules
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.leaf_classifier import write_decision
from bot.nlu.leaning_question import LeaningQuestions
from bot.nlu.message_parts import heard_in, parts_of, pieces_of, reading_of
from bot.nlu.question_splitter import QuestionSplitter
from bot.nlu.several_questions import Part, leading, point_of, questions_of
from bot.replies.understanding import (
    CHOICES_KEY,
    DANGER_INTENTS,
    QUESTIONS_KEY,
    RELATED_KEY,
    UNSURE_KEY,
    Intent,
    Understanding,
)

#: Decided about the whole.
_DECIDED = DANGER_INTENTS | {Intent.OTHER_LANGUAGE}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionList(GraphComponent):
    """Writes `questions` where the parts of a message ask for different things, and what the one
    question of a story asks for where the story as a whole is not clear.

    Stands behind ConfidenceGate, which decides about the whole and about each part. What was
    understood is then the question that the dialogue's rule goes by. Danger in the whole, or a wish
    for personal advice, stays what was understood.
    """

    def __init__(self, splitter: QuestionSplitter, subjects: LeaningQuestions) -> None:
        self._splitter = splitter
        self._subjects = subjects

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """It reads the gate's decisions."""
        return [ConfidenceGate]

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionList:
        """Load the rules. Raises ContentError if they break their schema."""
        rules = load_question_rules()
        return cls(QuestionSplitter(rules), LeaningQuestions.of(load_library(), rules))

    def process(self, messages: List[Message]) -> List[Message]:
        """Decide about every message that has parts or pieces."""
        for message in messages:
            parts = parts_of(message) or ([message] if pieces_of(message) else [])
            if parts and _intent(message) not in _DECIDED:
                self._decide(message, parts)
        return messages

    def _decide(self, message: Message, parts: List[Message]) -> None:
        read = [self._read(part) for part in parts]
        questions = questions_of(read)
        if not questions:
            point = point_of(heard_in(message), read)
            if point:
                _write(message, point.heard, unsure=True)
            return
        listed = [str(part.heard.label) for part in questions]
        message.set(QUESTIONS_KEY, listed, add_to_output=True)
        if _intent(message) is Intent.PERSONAL_ADVICE:
            return
        unsure = any(part.heard.unsure for part in questions)
        _write(message, leading(questions).heard, unsure=unsure)

    def _read(self, part: Message) -> Part:
        pieces = tuple(map(self._read, pieces_of(part)))
        named = self._subjects.name_in(reading_of(part)) is not None
        return Part(heard_in(part), self._splitter.leans(part.get(TEXT)), named, pieces)


def _write(message: Message, heard: Understanding, *, unsure: bool) -> None:
    write_decision(message, str(heard.label), heard.confidence, [])
    message.set(CHOICES_KEY, [], add_to_output=True)
    message.set(RELATED_KEY, None, add_to_output=True)
    message.set(UNSURE_KEY, unsure, add_to_output=True)


def _intent(message: Message) -> Intent:
    return Intent(message.get(INTENT)[INTENT_NAME_KEY])
