"""Names are put right for understanding, and for nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoder_featurizer import SentenceEncoderFeaturizer
from bot.nlu.leaf_classifier import sentence_vector
from bot.nlu.message_parts import PARTS_KEY, reading_of
from bot.nlu.name_speller import NameSpeller
from bot.nlu.sentence_encoder import SentenceEncoder
from tests.nlu.pipeline import FEATURIZER_CONFIG, context_of


@pytest.fixture
def speller(storage: ModelStorage) -> NameSpeller:
    return NameSpeller.create({}, storage, Resource("speller"), context_of("speller"))


def test_message_and_parts_keep_their_text(speller: NameSpeller) -> None:
    part = Message({"text": "is ketamin safe"})
    message = Message({"text": "what is a migrane? is ketamin safe", PARTS_KEY: [part]})
    speller.process([message])

    assert reading_of(message) == "what is a migraine? is ketamine safe"
    assert reading_of(part) == "is ketamine safe"
    assert message.get("text") == "what is a migrane? is ketamin safe"
    assert "migraine" not in str(message.as_dict(only_output_properties=True))


def test_what_is_right_is_read_as_it_is(speller: NameSpeller) -> None:
    message = Message({"text": "what is a migraine"})
    speller.process([message, Message({})])

    assert reading_of(message) == "what is a migraine"
    assert reading_of(Message({})) == ""


def test_the_encoder_reads_what_was_put_right(
    speller: NameSpeller, encoder: SentenceEncoder
) -> None:
    featurizer = SentenceEncoderFeaturizer(FEATURIZER_CONFIG, "encoder", encoder)
    message = Message({"text": "what is a migrane"})
    example = Message({"text": "what is a migrane"})
    featurizer.process(speller.process([message]))
    featurizer.process_training_data(speller.process_training_data(TrainingData([example])))

    expected = encoder.encode(["what is a migraine"])
    for one in (message, example):
        assert np.allclose(sentence_vector(one), expected, atol=1e-5)


def test_changed_names_are_learnt_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = NameSpeller.fingerprint_addon({})
    monkeypatch.setattr("bot.nlu.name_speller.names_of", lambda library: frozenset({"aspirin"}))

    assert NameSpeller.fingerprint_addon({}) != before
