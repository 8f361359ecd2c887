"""Rasa component: sentence vectors of the frozen encoder as dense features."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import sentence_encoder
from bot.nlu.message_parts import reading_of, with_parts
from bot.nlu.sentence_encoder import SentenceEncoder, Vectors
from bot.nlu.vector_cache import VectorCache


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one sentence vector of shape (1, 384) to every message that has text.

    Token vectors are not made: the classifier behind it reads whole sentences only. The encoder
    splits them into its own word pieces, so no tokenizer of Rasa's is needed.
    """

    def __init__(
        self,
        config: Dict[str, Any],
        name: str,
        encoder: SentenceEncoder,
        cache: VectorCache | None = None,
    ) -> None:
        super().__init__(name, config)
        self._encoder = encoder
        self._cache = cache

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """The hashes of the tested files have no default: config.yml names them.

        `vector_cache` is a folder in which the vectors of the training examples are kept.
        """
        return {
            **DenseFeaturizer.get_default_config(),
            "network_sha256": None,
            "tokenizer_sha256": None,
            "vector_cache": None,
        }

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoderFeaturizer:
        """Load the encoder. Raises EncoderFileError if its files are not the tested ones."""
        encoder = SentenceEncoder.load(config["network_sha256"], config["tokenizer_sha256"])
        return cls(config, execution_context.node_name, encoder, _cache(config))

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Raises ValueError unless both hashes are given."""
        if not (config.get("network_sha256") and config.get("tokenizer_sha256")):
            raise ValueError("network_sha256 and tokenizer_sha256 must be given")

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the features to the messages and their parts: one batch for each message."""
        for message in messages:
            read = [one for one in with_parts([message]) if one.get(TEXT)]
            vectors = self._encoder.encode([reading_of(one) for one in read])
            for row, one in enumerate(read):
                self._add_vector(one, vectors[row : row + 1])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the features to the training examples."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        texts = [reading_of(example) for example in examples]
        encode = self._encoder.encode_many
        vectors = self._cache.vectors(texts, encode) if self._cache else encode(texts)
        for row, example in enumerate(examples):
            self._add_vector(example, vectors[row : row + 1])
        return training_data

    def _add_vector(self, message: Message, vector: Vectors) -> None:
        message.add_features(
            Features(
                vector,
                FEATURE_TYPE_SENTENCE,
                TEXT,
                self._identifier,
            )
        )


def _cache(config: Dict[str, Any]) -> VectorCache | None:
    folder = config.get("vector_cache")
    if not folder:
        return None
    # All that decides what a sentence's vector is: files, what runs them, and our own steps.
    encoder = (
        config["network_sha256"],
        config["tokenizer_sha256"],
        *(f"{name} {version(name)}" for name in ("onnxruntime", "tokenizers", "numpy")),
        Path(sentence_encoder.__file__).read_text(encoding="utf-8"),
    )
    return VectorCache(Path(folder), "\n".join(encoder))
