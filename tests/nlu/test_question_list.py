"""Several questions through real components: one batch, one list."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.leaf_classifier import sentence_vector
from bot.nlu.message_parts import parts_of
from bot.nlu.message_splitter import MessageSplitter
from bot.nlu.question_list import QuestionList
from bot.nlu.safety_gate import SafetyGate
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.replies.understanding import Understanding
from tests.nlu.pipeline import LEVELS, TinyPipeline, classified, context_of, heard


class Reader:
    """From splitter to safety gate, as config.yml has them."""

    def __init__(self, storage: ModelStorage, encoder: SentenceEncoder) -> None:
        self.tiny = TinyPipeline.train(storage, encoder, temperature=0.3)
        self.storage = storage
        self.splitter = self._made(MessageSplitter, {})
        self.gates = [
            self._made(ConfidenceGate, LEVELS.dict()),
            self._made(QuestionList, {}),
            self._made(SafetyGate, SafetyGate.get_default_config()),
        ]

    def _made(self, component: Any, config: dict[str, Any]) -> Any:
        return component.create(config, self.storage, Resource("gate"), context_of("gate"))

    def message(self, text: str) -> Message:
        message = Message({"text": text})
        before = [self.splitter, self.tiny.featurizer, self.tiny.classifier]
        for component in [*before, *self.gates]:
            component.process([message])
        return message

    def __call__(self, text: str) -> Understanding:
        return heard(self.message(text))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Reader:
    return Reader(LocalModelStorage.create(tmp_path_factory.mktemp("storage")), encoder)


def listed(understanding: Understanding) -> list[str]:
    return [str(label) for label in understanding.questions]


def test_two_questions_are_listed_in_order(read: Reader) -> None:
    understood = read("is botox used? what is aura?")

    assert listed(understood) == ["faq/migraine.botox", "faq/migraine.aura"]
    assert str(understood.label) == "faq/migraine.botox"
    assert understood.choices == ()


def test_one_question_has_no_list(read: Reader) -> None:
    understood = read("what is aura")

    assert understood.questions == ()
    assert str(understood.label) == "faq/migraine.aura"


def test_the_same_asked_twice_is_answered_once(read: Reader) -> None:
    assert read("is botox used? does botox prevent it?").questions == ()


def test_an_entry_of_a_list_is_a_question(read: Reader) -> None:
    understood = read("botox for migraine, zigzag lines")

    assert listed(understood) == ["faq/migraine.botox", "faq/migraine.aura"]


def test_danger_anywhere_is_all_that_is_understood(read: Reader) -> None:
    understood = read("is botox used? what is aura? I want to kill myself")

    assert understood.label.intent.value == "crisis"
    assert understood.danger
    assert understood.questions == ()


def test_advice_in_the_whole_is_declined_and_the_general_answers_stay(read: Reader) -> None:
    message = classified(
        "what is the cost? what is aura? should I stop my topiramate", not_covered=1
    )
    message.set("questions", ["not_covered", "faq/migraine.aura"], add_to_output=True)
    read.gates[-1].process([message])

    understood = heard(message)
    assert understood.label.intent.value == "personal_advice"
    assert listed(understood) == ["not_covered", "faq/migraine.aura"]


def test_message_and_parts_are_encoded_in_one_batch(
    read: Reader, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[list[str]] = []
    encode = encoder.encode

    def counted(sentences: list[str]) -> Any:
        batches.append(list(sentences))
        return encode(sentences)

    monkeypatch.setattr(encoder, "encode", counted)
    message = read.message("what is aura? is botox used?")

    assert batches == [["what is aura? is botox used?", "what is aura", "is botox used"]]
    for part in parts_of(message):
        assert np.allclose(sentence_vector(part), encode([part.get("text")]), atol=0.02)


def test_parts_are_not_put_out(read: Reader) -> None:
    message = read.message("what is aura? is botox used?")

    assert "parts" not in message.as_dict(only_output_properties=True)
