"""What the pipelines learn, and how their parses are read."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from benchmarks.understanding.datasets import DatasetName
from benchmarks.understanding.pipelines import Pipeline, PipelineName, Prediction
from bot.configuration.settings import ROOT
from tests.nlu.pipeline import classified


def ranking(**shares: float) -> dict[str, Any]:
    ranked = [{"name": name, "confidence": share} for name, share in shares.items()]
    return {"intent": ranked[0], "intent_ranking": ranked}


def test_ours_is_the_configuration_as_it_is() -> None:
    shipped = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))

    assert Pipeline.named(PipelineName.OURS).configuration == shipped


def test_the_dense_classifier_reads_our_encoder() -> None:
    names = [one["name"] for one in Pipeline.named(PipelineName.SKLEARN).configuration["pipeline"]]

    assert names == [
        "bot.nlu.encoder_featurizer.SentenceEncoderFeaturizer",
        "SklearnIntentClassifier",
    ]


@pytest.mark.parametrize(
    ("pipeline", "intent", "label"),
    [
        (PipelineName.OURS, "Lost_or_stolen?", "faq/banking77.lost_or_stolen"),
        (PipelineName.OURS, None, "out_of_scope"),
        (PipelineName.STOCK, "Lost_or_stolen?", "lost_or_stolen"),
        (PipelineName.STOCK, None, "out_of_scope"),
    ],
)
def test_labels(pipeline: PipelineName, intent: str | None, label: str) -> None:
    assert Pipeline.named(pipeline).label_of(intent, DatasetName.BANKING77) == label


def test_a_fallback_is_a_decision_but_no_intent() -> None:
    parse = ranking(nlu_fallback=0.7, out_of_scope=0.29, lost=0.28)

    assert Pipeline.named(PipelineName.STOCK).read(parse) == Prediction(
        "out_of_scope", 0.28, "nlu_fallback"
    )


def test_ours_is_read_before_and_after_the_decision() -> None:
    message = classified(out_of_scope=0.5, faq__botox=0.3, faq__aura=0.1)
    message.set("intent", {"name": "nlu_fallback", "confidence": 0.5})
    read = Pipeline.named(PipelineName.OURS).read

    assert read(message.as_dict()) == Prediction("out_of_scope", 0.3, "nlu_fallback")
    assert read(classified(faq__botox=0.9).as_dict()) == Prediction(
        "faq/migraine.botox", 0.9, "faq/migraine.botox"
    )
