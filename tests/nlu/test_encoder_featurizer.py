"""The encoder as a Rasa featurizer: the contract of every dense featurizer, and its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder_featurizer import SentenceEncoderFeaturizer
from bot.nlu.sentence_encoder import EncoderFileError, SentenceEncoder
from tests.nlu.pipeline import FEATURIZER_CONFIG


@pytest.fixture(scope="module")
def featurizer(encoder: SentenceEncoder) -> SentenceEncoderFeaturizer:
    return SentenceEncoderFeaturizer(FEATURIZER_CONFIG, "the_encoder", encoder)


def vector_of(message: Message) -> np.ndarray:
    sequence, sentence = message.get_dense_features(TEXT)
    assert sequence is None
    assert sentence is not None
    return sentence.features


def test_it_needs_no_component_before_it() -> None:
    assert SentenceEncoderFeaturizer.required_components() == []


def test_it_can_be_created_from_the_shipped_configuration(
    storage: ModelStorage, context: ExecutionContext, encoder_hashes: dict[str, Any]
) -> None:
    config = SentenceEncoderFeaturizer.get_default_config() | encoder_hashes

    SentenceEncoderFeaturizer.validate_config(config)
    made = SentenceEncoderFeaturizer.create(config, storage, Resource("x"), context)

    (message,) = made.process([Message({TEXT: "hello"})])
    assert message.features[0].origin == "the_node"


@pytest.mark.parametrize("wrong", ["network_sha256", "tokenizer_sha256"])
def test_a_wrong_hash_stops_it_at_creation(
    storage: ModelStorage, context: ExecutionContext, encoder_hashes: dict[str, Any], wrong: str
) -> None:
    config = SentenceEncoderFeaturizer.get_default_config() | encoder_hashes | {wrong: "0" * 64}

    with pytest.raises(EncoderFileError):
        SentenceEncoderFeaturizer.create(config, storage, Resource("x"), context)


@pytest.mark.parametrize("missing", ["network_sha256", "tokenizer_sha256"])
def test_a_missing_hash_is_a_wrong_configuration(
    encoder_hashes: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ValueError, match="network_sha256 and tokenizer_sha256"):
        SentenceEncoderFeaturizer.validate_config(encoder_hashes | {missing: None})


def test_a_text_gets_one_sentence_vector_of_unit_length(
    featurizer: SentenceEncoderFeaturizer,
) -> None:
    (message,) = featurizer.process([Message({TEXT: "can ketamine treat my migraines?"})])

    assert vector_of(message).shape == (1, 384)
    assert np.isclose(np.linalg.norm(vector_of(message)), 1, atol=1e-5)


@pytest.mark.parametrize("values", [{}, {TEXT: ""}, {INTENT: "faq"}])
def test_without_text_there_are_no_features(
    featurizer: SentenceEncoderFeaturizer, values: dict[str, str]
) -> None:
    (message,) = featurizer.process([Message(values)])

    assert message.features == []


def test_features_are_added_not_replaced(featurizer: SentenceEncoderFeaturizer) -> None:
    message = Message({TEXT: "hello", TOKENS_NAMES[TEXT]: []})
    message.add_features(Features(np.ones((1, 3)), FEATURE_TYPE_SENTENCE, TEXT, "another"))

    featurizer.process([message])

    assert [features.origin for features in message.features] == ["another", "the_encoder"]
    assert vector_of(message).shape == (1, 387)


def test_a_very_long_text_has_a_vector_too(featurizer: SentenceEncoderFeaturizer) -> None:
    (message,) = featurizer.process([Message({TEXT: "headache " * 2_223})])

    assert len(message.get(TEXT)) > 20_000
    assert vector_of(message).shape == (1, 384)


def test_a_batch_gives_every_message_what_it_would_get_alone(
    featurizer: SentenceEncoderFeaturizer,
) -> None:
    texts = ["hello", "what is aura", "a much longer sentence than the other two are"]

    together = featurizer.process([Message({TEXT: text}) for text in texts])
    alone = [featurizer.process([Message({TEXT: text})])[0] for text in texts]

    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(vector_of(one), vector_of(other))


def test_training_examples_get_the_vectors_that_messages_get(
    featurizer: SentenceEncoderFeaturizer,
) -> None:
    texts = ["what is aura", "a much longer sentence than the other two are", "hello"]
    data = TrainingData([Message({TEXT: text, INTENT: "faq"}) for text in texts])

    featurizer.process_training_data(data)
    messages = featurizer.process([Message({TEXT: text}) for text in texts])

    for example, message in zip(data.training_examples, messages, strict=True):
        assert np.allclose(vector_of(example), vector_of(message), atol=1e-6)


def test_training_data_without_text_gets_no_features(
    featurizer: SentenceEncoderFeaturizer,
) -> None:
    data = TrainingData([Message({INTENT: "faq"})])

    assert featurizer.process_training_data(data).training_examples[0].features == []


def created(storage: ModelStorage, context: ExecutionContext, config: dict[str, Any]) -> Any:
    config = SentenceEncoderFeaturizer.get_default_config() | config
    return SentenceEncoderFeaturizer.create(config, storage, Resource("x"), context)


def trained_with(featurizer: Any) -> np.ndarray:
    data = TrainingData([Message({TEXT: "what is aura"})])
    return vector_of(featurizer.process_training_data(data).training_examples[0])


def test_vectors_of_training_are_kept_and_are_the_same(
    storage: ModelStorage,
    context: ExecutionContext,
    encoder_hashes: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = trained_with(created(storage, context, encoder_hashes))
    caching = created(storage, context, encoder_hashes | {"vector_cache": str(tmp_path)})
    first = trained_with(caching)
    monkeypatch.setattr(SentenceEncoder, "encode_many", None)

    again = trained_with(caching)

    np.testing.assert_array_equal(first, plain)
    np.testing.assert_array_equal(again, plain)


def test_vectors_of_another_encoder_are_not_used(
    storage: ModelStorage,
    context: ExecutionContext,
    encoder_hashes: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = encoder_hashes | {"vector_cache": str(tmp_path)}
    trained_with(created(storage, context, config))
    monkeypatch.setattr("bot.nlu.encoder_featurizer.version", lambda name: "another")

    trained_with(created(storage, context, config))

    assert len(list(tmp_path.glob("*.npz"))) == 2
