"""Rasa component: the statistical side of the search for danger, for oblique language.

It reads what the safety screen leaves of a message once denials, news, idioms and other harmless
wording are taken out, and puts its opinion among the classifier's candidates.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import safety
from bot.nlu.danger_model import HARMLESS, DangerModel
from bot.nlu.leaf_classifier import (
    has_features,
    sentence_vector,
    sentence_vectors,
    write_candidates,
)
from bot.nlu.message_parts import with_parts
from bot.nlu.text_cache import TextCache
from bot.replies.understanding import CANDIDATES_KEY, DANGER_INTENTS, Label
from bot.safety.screen import lexicon_fingerprint, load_screen

_log = logging.getLogger(__name__)

#: Stands in place of the model where the training data tells of no danger. A model that is merely
#: missing must not load as one that finds nothing.
_NO_DANGERS = "no_dangers"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class DangerClassifier(IntentClassifier, GraphComponent):
    """Adds one candidate for each kind of danger; the others share what probability is left."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: DangerModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Some featurizer must come before. Without LeafIntentClassifier it has nothing to say."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`inverse_regularization` is scikit-learn's C.

        `reading_cache` is a folder in which what is left of the training examples is kept.
        """
        return {"inverse_regularization": 30.0, "max_iterations": 200, "reading_cache": None}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DangerClassifier:
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
    ) -> DangerClassifier:
        """What `train` stored. Raises ContentError if the lexicon breaks its schema."""
        load_screen()
        with model_storage.read_from(resource) as folder:
            model = None if (folder / _NO_DANGERS).exists() else DangerModel.read(folder)
        return cls(config, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """A changed lexicon changes what is left to learn from."""
        return lexicon_fingerprint()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the dangers. Where the data tells of none, only the screen looks for them.

        Raises:
            ContentError: the lexicon breaks its schema.
            ValueError: there is one kind of danger only, or nothing is harmless.
        """
        examples = [example for example in training_data.intent_examples if has_features(example)]
        labels = [_label(example) for example in examples]
        with self._model_storage.write_to(self._resource) as folder:
            if set(labels) <= {HARMLESS}:
                _log.warning("the training data tells of no danger: only the screen looks for it")
                (folder / _NO_DANGERS).touch()
            else:
                self._learn(examples, labels, folder)
        return self._resource

    def _learn(self, examples: List[Message], labels: List[str], folder: Path) -> None:
        self._model = DangerModel.fit(
            self._left_of([example.get(TEXT) for example in examples]),
            sentence_vectors(examples),
            labels,
            inverse_regularization=float(self._config["inverse_regularization"]),
            max_iterations=int(self._config["max_iterations"]),
        )
        self._model.write(folder)

    def _left_of(self, texts: List[str]) -> List[str]:
        folder = self._config["reading_cache"]
        if not folder:
            return [_left(text) for text in texts]
        return TextCache(Path(folder), _reader()).texts(texts, _left)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing that comes later learns from these candidates."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the opinion to every message and part that has candidates."""
        for message in with_parts(messages):
            listed = message.get(CANDIDATES_KEY)
            if self._model is not None and listed and has_features(message):
                self._add(self._model, message, listed)
        return messages

    def _add(self, model: DangerModel, message: Message, listed: List[Dict[str, Any]]) -> None:
        opinions = model.opinions(_left(message.get(TEXT)), sentence_vector(message))
        # Single precision: two sure opinions may add up to a little more than one.
        left = max(0.0, 1.0 - sum(opinion.probability for opinion in opinions))
        shares = [(opinion.label, opinion.probability) for opinion in opinions]
        shares += [(item["label"], item["confidence"] * left) for item in listed]
        write_candidates(message, sorted(shares, key=lambda share: -share[1]))


def _left(text: str) -> str:
    return load_screen().not_explained(text)


def _reader() -> str:
    """All that decides what is left of a text: the lexicon, spaCy, and our own steps."""
    own = sorted(Path(safety.__file__).parent.glob("*.py"))
    steps = [file.read_text(encoding="utf-8") for file in own]
    return "\n".join([lexicon_fingerprint(), version("spacy"), *steps])


def _label(example: Message) -> str:
    label: str = example.get_full_intent()
    return label if Label.parse(label).intent in DANGER_INTENTS else HARMLESS
