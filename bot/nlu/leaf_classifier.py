"""Rasa component: one linear classifier over all leaves, however many pages there are.

A leaf is a whole label of the training data (`faq/migraine.aura`, `chitchat/greet`, `crisis`). The
domain and the rules know the intents before the slash only, so that neither grows with content.
"""

from __future__ import annotations

import warnings
from typing import Any, Dict, List, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.leaf_model import LeafModel
from bot.nlu.linear_model import Floats
from bot.nlu.message_parts import reading_of, with_parts
from bot.replies.understanding import CANDIDATES_KEY

_RESPONSE_SELECTOR = "response_selector"

# Rasa looks for its own ResponseSelector when it sees leaves; this classifier takes its place.
warnings.filterwarnings("ignore", message="You have defined training data with examples for")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LeafIntentClassifier(IntentClassifier, GraphComponent):
    """Calibrated probabilities over all leaves, from the sentence features before it.

    Writes the best leaf as `intent` and as Rasa's own `response_selector` result (so that
    `rasa test nlu` reports topics), the intents as `intent_ranking`, and the best leaves as
    `candidates`.
    """

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LeafModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Some featurizer must come before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`inverse_regularization` is scikit-learn's C; `temperature` divides the scores.

        `background` is the score of a class of its own for messages unlike all that was learnt,
        above the log of the number of labels: its share is nobody's, and every label's confidence
        is lower by it. None: there is no such class.

        With `few_examples` a label the sentence vector counts twice as much as letter groups do.

        Intents `left_out` are not learnt here: another component knows them.
        """
        return {
            "inverse_regularization": 30.0,
            "few_examples": 0.0,
            "max_iterations": 200,
            "temperature": 1.0,
            "background": None,
            "candidates": 6,
            "left_out": [],
        }

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LeafIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LeafIntentClassifier:
        """The classifier that `train` stored."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LeafModel.read(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the leaves. Raises ValueError if there are fewer than two."""
        examples = [
            example
            for example in training_data.intent_examples
            if has_features(example) and example.get(INTENT) not in self._config["left_out"]
        ]
        self._model = LeafModel.fit(
            [reading_of(example) for example in examples],
            sentence_vectors(examples),
            [example.get_full_intent() for example in examples],
            inverse_regularization=float(self._config["inverse_regularization"]),
            max_iterations=int(self._config["max_iterations"]),
            few_examples=float(self._config["few_examples"]),
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.write(folder)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Predict on the training examples, as Rasa expects of every classifier."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Write what was understood onto every message and part that has features."""
        for message in with_parts(messages):
            if self._model is not None and has_features(message):
                self._classify(self._model, message)
        return messages

    def _classify(self, model: LeafModel, message: Message) -> None:
        background = self._config["background"]
        best = model.best(
            reading_of(message),
            sentence_vector(message),
            temperature=float(self._config["temperature"]),
            many=int(self._config["candidates"]),
            background=None if background is None else float(background),
        )
        write_candidates(message, best)


def write_candidates(message: Message, best: list[tuple[str, float]]) -> None:
    """Write the likeliest meanings, best first, and the first of them as what was understood."""
    candidates = [{"label": label, "confidence": share} for label, share in best]
    message.set(CANDIDATES_KEY, candidates, add_to_output=True)
    write_decision(message, best[0][0], best[0][1], best)


def write_decision(
    message: Message, label: str, confidence: float, ranking: list[tuple[str, float]]
) -> None:
    """Make `label` what Rasa sees as understood, in `intent`, ranking and selector alike.

    The ranking is rewritten too: a later reader such as a fallback would otherwise undo the
    decision.
    """
    intent, _, leaf = label.partition("/")
    decided = {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
    others: dict[str, float] = {}
    for other, share in ranking:
        name = other.partition("/")[0]
        if name != intent:
            others[name] = max(others.get(name, 0.0), min(share, confidence))
    message.set(INTENT, decided, add_to_output=True)
    message.set(
        INTENT_RANKING_KEY,
        [decided]
        + [
            {INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: share}
            for name, share in others.items()
        ],
        add_to_output=True,
    )
    if leaf:
        response = {"intent_response_key": label, PREDICTED_CONFIDENCE_KEY: confidence}
        selected = {"all_retrieval_intents": [intent], intent: {"response": response}}
    else:
        selected = {}
    message.set(_RESPONSE_SELECTOR, selected, add_to_output=True)


def has_features(message: Message) -> bool:
    """Whether an encoder has read this message."""
    _, sentence = message.get_dense_features(TEXT)
    return sentence is not None


def sentence_vector(message: Message) -> Floats:
    """The encoder's vector of a message, shape (1, dimensions)."""
    _, sentence = message.get_dense_features(TEXT)
    return np.asarray(sentence.features, dtype=np.float32)


def sentence_vectors(messages: List[Message]) -> Floats:
    """The encoder's vectors, shape (number of messages, dimensions).

    Raises:
        ValueError: there are no messages.
    """
    return np.vstack([sentence_vector(message) for message in messages])
