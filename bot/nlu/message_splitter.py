"""Rasa component: finds the questions of a message, to be read beside the whole."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.question_rules import load_question_rules
from bot.nlu.message_parts import BACKGROUND_KEY, PARTS_KEY, PIECES_KEY
from bot.nlu.question_splitter import Question, QuestionSplitter


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class MessageSplitter(GraphComponent):
    """Stands before the featurizer, which then encodes a message and its parts at once."""

    def __init__(self, splitter: QuestionSplitter) -> None:
        self._splitter = splitter

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageSplitter:
        """Load the rules. Raises ContentError if they break their schema."""
        return cls(QuestionSplitter(load_question_rules()))

    def process(self, messages: List[Message]) -> List[Message]:
        """Give each message its parts, and each list its pieces.

        A message of one question has that for its part if more is said in it.
        """
        for message in messages:
            questions = self._splitter.split(message.get(TEXT) or "")
            if len(questions) == 1 and questions[0].pieces:
                _give_pieces(message, questions[0])
            elif questions:
                message.set(PARTS_KEY, [_part(question) for question in questions])
        return messages


def _part(question: Question) -> Message:
    part = Message({TEXT: question.text, BACKGROUND_KEY: question.background})
    _give_pieces(part, question)
    return part


def _give_pieces(message: Message, question: Question) -> None:
    if question.pieces:
        message.set(PIECES_KEY, [Message({TEXT: piece}) for piece in question.pieces])
