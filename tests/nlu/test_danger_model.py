"""The two linear models that tell danger from harmless words, and dangers from each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.danger_model import HARMLESS, DangerModel
from bot.nlu.linear_model import Floats

TEXTS = {
    "crisis/suicide.2": ["i want to die", "i want to be dead", "i want to die today"],
    "crisis/abuse": ["he hits me", "he hits me at home", "my dad hits me"],
    "emergency/body": ["my face is numb", "my arm is numb", "half my face is numb"],
    HARMLESS: ["what is botox", "what is aura", "is botox safe", "hello there", "hello"],
}
_TRAINING = {"inverse_regularization": 30.0, "max_iterations": 200}


def vectors(count: int) -> Floats:
    """Sentence vectors that tell nothing: the words have to."""
    return np.full((count, 4), 0.5, dtype=np.float32)


def train(texts: dict[str, list[str]]) -> DangerModel:
    pairs = [(text, label) for label, said in texts.items() for text in said]
    words, labels = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return DangerModel.fit(words, vectors(len(words)), labels, **_TRAINING)


@pytest.fixture(scope="module")
def model() -> DangerModel:
    return train(TEXTS)


@pytest.mark.parametrize("label", [label for label in TEXTS if label != HARMLESS])
def test_it_knows_the_dangers_it_was_taught(model: DangerModel, label: str) -> None:
    for text in TEXTS[label]:
        best = max(model.opinions(text, vectors(1)), key=lambda opinion: opinion.probability)
        assert best.label == label
        assert best.probability > 0.5


@pytest.mark.parametrize("text", TEXTS[HARMLESS])
def test_what_is_harmless_is_neither(model: DangerModel, text: str) -> None:
    assert all(opinion.probability < 0.5 for opinion in model.opinions(text, vectors(1)))


@pytest.mark.parametrize("text", ["", "?", "私", "he hits me", "words that nobody taught it"])
def test_it_has_one_opinion_on_each_kind_of_danger(model: DangerModel, text: str) -> None:
    opinions = model.opinions(text, vectors(1))

    kinds = [opinion.label.partition("/")[0] for opinion in opinions]
    assert sorted(kinds) == ["crisis", "emergency"]
    assert sum(opinion.probability for opinion in opinions) <= 1 + 1e-6
    assert all(0 <= opinion.probability <= 1 for opinion in opinions)


def test_which_danger_it_is_does_not_take_from_how_likely_its_kind_is(model: DangerModel) -> None:
    """Two crises at once are not each half a crisis."""
    crisis = {
        one.label.partition("/")[0]: one
        for one in model.opinions("he hits me i want to die", vectors(1))
    }["crisis"]

    assert crisis.probability > 0.8


def test_it_is_the_same_after_it_was_stored(model: DangerModel, tmp_path: Path) -> None:
    model.write(tmp_path)
    read = DangerModel.read(tmp_path)

    for text in [*(text for said in TEXTS.values() for text in said), "", "never heard"]:
        assert read.opinions(text, vectors(1)) == model.opinions(text, vectors(1))


def test_training_twice_is_training_once(model: DangerModel) -> None:
    again = train(TEXTS)

    assert again.opinions("i want to die", vectors(1)) == model.opinions(
        "i want to die", vectors(1)
    )


@pytest.mark.parametrize(
    "left_out",
    [
        pytest.param([HARMLESS], id="nothing harmless"),
        pytest.param(["crisis/suicide.2", "crisis/abuse"], id="one danger only"),
        pytest.param([label for label in TEXTS if label != HARMLESS], id="no danger"),
    ],
)
def test_too_little_to_learn_from_is_said_so(left_out: list[str]) -> None:
    with pytest.raises(ValueError):
        train({label: texts for label, texts in TEXTS.items() if label not in left_out})
