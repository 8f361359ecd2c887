"""The classifier as a Rasa component: trained small, stored, loaded, and what it writes."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.leaf_classifier import LeafIntentClassifier, write_decision
from bot.nlu.sentence_encoder import SentenceEncoder
from bot.replies.understanding import Intent, Label, Understanding
from tests.nlu.pipeline import EXAMPLES, TinyPipeline, context_of


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> TinyPipeline:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    return TinyPipeline.train(storage, encoder)


def written(message: Message) -> dict[str, Any]:
    """What Rasa hands on: the output properties only."""
    return message.as_dict(only_output_properties=True)


def test_it_needs_a_featurizer_before_it() -> None:
    assert LeafIntentClassifier.required_components() == [Featurizer]


@pytest.mark.parametrize("label", EXAMPLES)
def test_it_understands_what_it_was_taught(tiny: TinyPipeline, label: str) -> None:
    for text in EXAMPLES[label]:
        heard = Understanding.from_parse(written(tiny.classified(text)))
        assert str(heard.label) == label


def test_the_ranking_has_each_intent_once_best_first(tiny: TinyPipeline) -> None:
    message = tiny.classified("is botox used for aura")

    ranking = message.get(INTENT_RANKING_KEY)
    names = [item["name"] for item in ranking]
    shares = [item["confidence"] for item in ranking]
    assert ranking[0] == message.get(INTENT)
    assert len(set(names)) == len(names)
    assert shares == sorted(shares, reverse=True)
    assert all("/" not in name for name in names)


def test_the_candidates_are_whole_labels_best_first(tiny: TinyPipeline) -> None:
    heard = Understanding.from_parse(written(tiny.classified("what is aura")))

    shares = [candidate.confidence for candidate in heard.candidates]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert {str(candidate.label) for candidate in heard.candidates} == set(EXAMPLES)


def test_a_leaf_is_what_rasa_s_own_selector_would_say(tiny: TinyPipeline) -> None:
    selected = tiny.classified("what is aura").get("response_selector")

    assert selected["all_retrieval_intents"] == ["faq"]
    assert selected["faq"]["response"]["intent_response_key"] == "faq/migraine.aura"


def test_without_a_leaf_nothing_is_selected(tiny: TinyPipeline) -> None:
    assert tiny.classified("i want to die").get("response_selector") == {}


def test_a_message_without_features_is_left_alone(tiny: TinyPipeline) -> None:
    message = Message({TEXT: "hello"})

    tiny.classifier.process([message])

    assert message.data == {TEXT: "hello"}


def test_a_message_without_text_is_left_alone(tiny: TinyPipeline) -> None:
    assert tiny.classified("").get(INTENT) is None


def test_before_training_nothing_is_written(tiny: TinyPipeline, storage: ModelStorage) -> None:
    untrained = LeafIntentClassifier.create(
        LeafIntentClassifier.get_default_config(), storage, Resource("x"), context_of("x")
    )

    (message,) = untrained.process([tiny.featurized("hello")])

    assert message.get(INTENT) is None


def test_loading_gives_what_was_trained(tiny: TinyPipeline) -> None:
    loaded = LeafIntentClassifier.load(
        LeafIntentClassifier.get_default_config(),
        tiny.storage,
        tiny.resource,
        context_of("classifier"),
    )

    for text in ("what is aura", "hello", "something else entirely", "\U0001f62d"):
        (again,) = loaded.process([tiny.featurized(text)])
        assert written(again) == written(tiny.classified(text))


def test_training_twice_gives_the_same_understanding(
    tiny: TinyPipeline, storage: ModelStorage, encoder: SentenceEncoder
) -> None:
    again = TinyPipeline.train(storage, encoder)

    text = "does botox help against aura"
    assert written(again.classified(text)) == written(tiny.classified(text))


def test_the_configuration_is_used(
    tiny: TinyPipeline, storage: ModelStorage, encoder: SentenceEncoder
) -> None:
    few = TinyPipeline.train(storage, encoder, candidates=2, temperature=5.0)

    warm, hot = (pipeline.classified("what is aura") for pipeline in (tiny, few))

    assert len(hot.get("candidates")) == 2
    assert hot.get(INTENT)["confidence"] < warm.get(INTENT)["confidence"]


def test_with_a_background_what_is_strange_is_believed_less(
    tiny: TinyPipeline, storage: ModelStorage, encoder: SentenceEncoder
) -> None:
    wary = TinyPipeline.train(storage, encoder, background=1.0)

    heard = {
        text: [pipeline.classified(text).get("candidates") for pipeline in (tiny, wary)]
        for text in ("what is aura", "the tax on imported bicycles")
    }

    left = []
    for alone, beside in heard.values():
        assert [one["label"] for one in beside] == [one["label"] for one in alone]
        left.append(sum(one["confidence"] for one in beside))
    assert left[1] < left[0] < 1


def test_one_label_cannot_be_trained(storage: ModelStorage, encoder: SentenceEncoder) -> None:
    with pytest.raises(ValueError, match="two labels"):
        TinyPipeline.train(storage, encoder, {"crisis": ["i want to die", "end it"]})


def test_two_labels_can(storage: ModelStorage, encoder: SentenceEncoder) -> None:
    two = {label: EXAMPLES[label] for label in ("crisis", "chitchat/greet")}

    heard = Understanding.from_parse(
        written(TinyPipeline.train(storage, encoder, two).classified("i want to die"))
    )

    assert heard.label == Label(Intent.CRISIS)
    assert heard.confidence > 0.5


def test_training_examples_are_predicted_too(tiny: TinyPipeline) -> None:
    data = TrainingData([tiny.featurized("what is aura")])

    tiny.classifier.process_training_data(data)

    assert data.training_examples[0].get(INTENT)["name"] == "faq"


@pytest.mark.parametrize(
    ("label", "confidence", "ranking", "expected"),
    [
        ("crisis", 1.0, [], [("crisis", 1.0)]),
        (
            "personal_advice",
            0.3,
            [("faq/a.b", 0.6), ("personal_advice", 0.3), ("faq/a.c", 0.1)],
            [("personal_advice", 0.3), ("faq", 0.3)],
        ),
        (
            "nlu_fallback",
            0.6,
            [("faq/a.b", 0.4), ("faq/a.c", 0.35), ("not_covered", 0.25)],
            [("nlu_fallback", 0.6), ("faq", 0.4), ("not_covered", 0.25)],
        ),
    ],
)
def test_whatever_is_decided_stands_first_in_the_ranking(
    label: str, confidence: float, ranking: list[Any], expected: list[Any]
) -> None:
    message = Message({TEXT: "x"})

    write_decision(message, label, confidence, ranking)

    found = message.get(INTENT_RANKING_KEY)
    assert [(item["name"], item["confidence"]) for item in found] == expected
    assert message.get(INTENT) == found[0]


def test_a_second_decision_replaces_the_first(tiny: TinyPipeline) -> None:
    message = tiny.classified("what is aura")

    write_decision(message, "crisis", 1.0, [])

    assert Understanding.from_parse(written(message)).label == Label(Intent.CRISIS)
    assert message.get(INTENT_RANKING_KEY) == [{"name": "crisis", "confidence": 1.0}]
    assert message.get("response_selector") == {}


def test_what_is_left_out_is_not_learnt_and_all_else_is(
    storage: ModelStorage, encoder: SentenceEncoder
) -> None:
    tiny = TinyPipeline.train(storage, encoder, left_out=["crisis", "faq"])

    labels = {item["label"] for item in tiny.classified("i want to die").get("candidates")}
    assert labels == {"chitchat/greet", "out_of_scope"}
