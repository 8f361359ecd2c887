"""The classifier for danger as a Rasa component: what it learns from, and what it adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import danger_classifier
from bot.nlu.confidence_gate import ConfidenceGate
from bot.nlu.danger_classifier import DangerClassifier
from bot.nlu.danger_model import DangerOpinion
from bot.nlu.safety_gate import DoubtLevels, SafetyGate
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.replies.understanding import Candidate, Intent, Understanding
from bot.safety.advice import load_advice_screen
from bot.safety.screen import Lexicon, SafetyScreen, load_screen
from tests.nlu.pipeline import EXAMPLES, LEVELS, TinyPipeline, context_of, example, heard

DANGERS = {
    "crisis/suicide.2": ["nobody would miss me", "i am so tired of all this", "no point in me"],
    "crisis/abuse": ["i tiptoe round him at night", "he takes my phone", "hiding it from him"],
    "emergency/body": ["something is very wrong in my head", "all of a sudden", "so sudden"],
}
_HARMLESS = {label: texts for label, texts in EXAMPLES.items() if label != "crisis"}
_LEVELS = DoubtLevels(harmless_below=0.05, passage_harmless_below=0.6, remote_harmless_below=0.5)
_DANGER_INTENTS = (Intent.CRISIS, Intent.EMERGENCY)


@dataclass
class Pipeline:
    """What config.yml puts in this order, small."""

    tiny: TinyPipeline
    danger: DangerClassifier

    def understood(self, text: str, **gates: SafetyGate) -> Understanding:
        messages = self.danger.process([self.tiny.classified(text)])
        for gate in gates.values():
            messages = gate.process(ConfidenceGate(LEVELS).process(messages))
        return Understanding.from_parse(messages[0].as_dict(only_output_properties=True))


def untrained(storage: ModelStorage, **config: Any) -> DangerClassifier:
    return DangerClassifier.create(
        DangerClassifier.get_default_config() | config,
        storage,
        Resource("danger"),
        context_of("danger"),
    )


def learnt_from(pipeline: TinyPipeline) -> TrainingData:
    """The examples as the featurizer leaves them."""
    messages = []
    for label, texts in {**_HARMLESS, **DANGERS}.items():
        for text in texts:
            message = example(text, label)
            for features in pipeline.featurized(text).features:
                message.add_features(features)
            messages.append(message)
    return TrainingData(messages)


@pytest.fixture(scope="module")
def screen() -> SafetyScreen:
    return load_screen()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> ModelStorage:
    return LocalModelStorage.create(tmp_path_factory.mktemp("storage"))


@pytest.fixture(scope="module")
def pipeline(storage: ModelStorage, encoder: SentenceEncoder) -> Pipeline:
    examples = {**_HARMLESS, **DANGERS}
    tiny = TinyPipeline.train(storage, encoder, examples, left_out=["crisis", "emergency"])
    danger = untrained(storage)
    danger.train(learnt_from(tiny))
    return Pipeline(tiny, danger)


def dangers_in(candidates: Sequence[Candidate]) -> dict[str, float]:
    return {str(c.label): c.confidence for c in candidates if c.label.intent in _DANGER_INTENTS}


def test_it_needs_a_featurizer_before_it() -> None:
    assert DangerClassifier.required_components() == [Featurizer]


def test_the_leaves_are_learnt_without_the_dangers(pipeline: Pipeline) -> None:
    heard = Understanding.from_parse(pipeline.tiny.classified("nobody would miss me").as_dict())

    assert heard.candidates
    assert dangers_in(heard.candidates) == {}


@pytest.mark.parametrize("label", DANGERS)
def test_it_understands_the_dangers_it_was_taught(pipeline: Pipeline, label: str) -> None:
    for text in DANGERS[label]:
        assert str(pipeline.understood(text).candidates[0].label) == label


@pytest.mark.parametrize("label", _HARMLESS)
def test_what_is_harmless_stays_what_it_was(pipeline: Pipeline, label: str) -> None:
    for text in _HARMLESS[label]:
        assert str(pipeline.understood(text).label) == label


@pytest.mark.parametrize(
    "text", ["is botox used", "nobody would miss me", "he takes my phone", "?"]
)
def test_the_shares_add_up_and_the_harmless_ones_keep_their_proportions(
    pipeline: Pipeline, text: str
) -> None:
    message = pipeline.tiny.classified(text)
    before = {item["label"]: item["confidence"] for item in message.get("candidates")}

    (message,) = pipeline.danger.process([message])

    listed = message.get("candidates")
    shares = [item["confidence"] for item in listed]
    after = {item["label"]: item["confidence"] for item in listed}
    left = 1 - sum(share for label, share in after.items() if label not in before)
    assert shares == sorted(shares, reverse=True)
    assert len(after) == len(before) + 2
    assert all(after[label] == pytest.approx(before[label] * left) for label in before)
    assert message.get(INTENT)["name"] == listed[0]["label"].partition("/")[0]
    assert message.get(INTENT_RANKING_KEY)[0] == message.get(INTENT)


def test_the_gates_make_one_danger_with_a_description_of_it(pipeline: Pipeline) -> None:
    blind = SafetyScreen(Lexicon(entries=()))

    heard = pipeline.understood(
        "hiding it from him", safety=SafetyGate(blind, load_advice_screen(), _LEVELS)
    )

    assert heard.label.intent is Intent.CRISIS
    assert heard.danger
    assert (heard.danger.topic.value, heard.danger.level) == ("abuse", None)


def test_wording_that_the_screen_explains_is_not_read(
    pipeline: Pipeline, screen: SafetyScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    text = "I don't want to die, what is aura"
    model = pipeline.danger._model
    assert model
    monkeypatch.setattr(type(model), "opinions", lambda self, text, vector: read.append(text) or ())

    pipeline.danger.process([pipeline.tiny.classified(text)])

    assert read == [screen.not_explained(text)]
    assert "die" not in read[0]
    assert "aura" in read[0]


@pytest.mark.parametrize("sure", [1.0, 1.0 + 1e-7, 0.9999999], ids=str)
def test_a_danger_that_is_all_but_certain_leaves_nobody_less_than_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, sure: float
) -> None:
    model = pipeline.danger._model
    assert model
    opinions = (DangerOpinion("crisis/abuse", sure), DangerOpinion("emergency/body", 1e-7))
    monkeypatch.setattr(type(model), "opinions", lambda *_: opinions)

    heard = pipeline.understood("is botox used")

    assert str(heard.candidates[0].label) == "crisis/abuse"
    assert all(candidate.confidence >= 0 for candidate in heard.candidates)


def test_it_is_the_same_after_it_was_stored(pipeline: Pipeline, storage: ModelStorage) -> None:
    loaded = DangerClassifier.load(
        DangerClassifier.get_default_config(), storage, Resource("danger"), context_of("danger")
    )

    for text in ["nobody would miss me", "is botox used", "so sudden"]:
        again = Pipeline(pipeline.tiny, loaded).understood(text)
        assert again == pipeline.understood(text)


def test_what_has_no_candidates_or_no_features_is_left_alone(
    pipeline: Pipeline, tmp_path: Any
) -> None:
    bare = Message({TEXT: "nobody would miss me"})
    featurized = pipeline.tiny.featurized("nobody would miss me")

    pipeline.danger.process([bare, featurized])

    assert bare.data == {TEXT: "nobody would miss me"}
    assert featurized.get("candidates") is None


def test_untrained_it_says_nothing(pipeline: Pipeline, storage: ModelStorage) -> None:
    message = pipeline.tiny.classified("nobody would miss me")
    before = message.as_dict()

    untrained(storage).process([message])

    assert message.as_dict() == before


def test_nothing_that_comes_later_learns_from_it(pipeline: Pipeline) -> None:
    data = TrainingData([example("he takes my phone", "crisis/abuse")])

    assert pipeline.danger.process_training_data(data) is data
    assert data.training_examples[0].get("candidates") is None


def test_what_is_left_of_the_examples_is_kept_until_the_screen_changes(
    pipeline: Pipeline, screen: SafetyScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = SafetyScreen.not_explained
    monkeypatch.setattr(
        SafetyScreen, "not_explained", lambda self, text: read.append(text) or whole(self, text)
    )
    data = learnt_from(pipeline.tiny)

    def trained(name: str) -> DangerClassifier:
        read.clear()
        (tmp_path / name).mkdir()
        storage = LocalModelStorage.create(tmp_path / name)
        danger = untrained(storage, reading_cache=str(tmp_path / "kept"))
        danger.train(data)
        return danger

    first = trained("first")._model
    assert len(read) == len(data.training_examples)
    again = trained("again")._model
    assert read == []
    assert first and again
    np.testing.assert_array_equal(again.kinds.weights, first.kinds.weights)
    assert pipeline.danger._model
    np.testing.assert_array_equal(first.kinds.weights, pipeline.danger._model.kinds.weights)
    monkeypatch.setattr(danger_classifier, "lexicon_fingerprint", lambda: "another")
    trained("after a change")
    assert len(read) == len(data.training_examples)


def test_a_changed_lexicon_means_training_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = DangerClassifier.fingerprint_addon({})
    monkeypatch.setattr(danger_classifier, "lexicon_fingerprint", lambda: "another")

    assert before
    assert DangerClassifier.fingerprint_addon({}) == "another" != before


def test_the_shipped_pipeline_asks_it_before_the_gates_and_nobody_else(
    shipped_config: dict[str, dict[str, Any]],
) -> None:
    order = list(shipped_config)
    names = ["LeafIntentClassifier", "DangerClassifier", "ConfidenceGate", "SafetyGate"]

    assert [name for name in order if name in names] == names
    assert order[-1] == "SafetyGate"
    assert sorted(shipped_config["LeafIntentClassifier"]["left_out"]) == ["crisis", "emergency"]
    assert np.isfinite(shipped_config["DangerClassifier"]["inverse_regularization"])


def test_without_dangers_to_learn_from_it_adds_nothing(
    tmp_path: Path, encoder: SentenceEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    storage = LocalModelStorage.create(tmp_path)
    tiny = TinyPipeline.train(storage, encoder, _HARMLESS)
    message = example("hello there", "chitchat/greet")
    for features in tiny.featurized("hello there").features:
        message.add_features(features)

    untrained(storage).train(TrainingData([message]))
    loaded = DangerClassifier.load(
        DangerClassifier.get_default_config(), storage, Resource("danger"), context_of("danger")
    )

    assert "no danger" in caplog.text
    before = heard(tiny.classified("nobody would miss me"))
    (after,) = loaded.process([tiny.classified("nobody would miss me")])
    assert heard(after) == before
