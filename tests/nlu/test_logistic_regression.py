"""Learning weights, against scikit-learn's own loss and whatever the machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from bot.nlu import logistic_regression
from bot.nlu.logistic_regression import LearnedWeights, learn

_GRAMS, _DIMENSIONS = 30, 8

#: What single precision leaves open in weights of about 5.
_ROUNDING = 2e-2


def examples(many: int = 120, labels: int = 4) -> dict[str, Any]:
    """Features that lean towards their label, always the same; one n-gram occurs nowhere."""
    random = np.random.default_rng(11)
    numbers = np.arange(many) % labels
    counts = random.poisson(0.3, (many, _GRAMS)).astype(np.float32)
    counts[np.arange(many), numbers] += 1
    counts[:, -1] = 0
    vectors = random.normal(size=(many, _DIMENSIONS)).astype(np.float32)
    vectors[np.arange(many), numbers] += 1
    return {
        "sparse": scipy.sparse.csr_matrix(counts),
        "dense": vectors,
        "labels": [f"label_{number}" for number in numbers],
    }


def learnt(steps: int = 400, strength: float = 2.0) -> LearnedWeights:
    return learn(**examples(), inverse_regularization=strength, max_iterations=steps)


@pytest.fixture(scope="module")
def usual() -> LearnedWeights:
    return learnt()


@pytest.mark.parametrize("strength", [0.1, 2.0, 30.0])
def test_the_weights_are_those_of_scikit_learn(strength: float) -> None:
    data = examples()
    features = np.hstack([data["sparse"].toarray(), data["dense"]])
    expected = LogisticRegression(C=strength, max_iter=5_000, tol=1e-8).fit(
        features, data["labels"]
    )

    found = learnt(strength=strength)

    assert found.labels == tuple(expected.classes_)
    assert np.allclose(found.weights, expected.coef_, atol=_ROUNDING)
    # A constant added to all intercepts changes no probability.
    middle = expected.intercept_ - expected.intercept_.mean()
    assert np.allclose(found.intercepts - found.intercepts.mean(), middle, atol=_ROUNDING)


@pytest.mark.parametrize("cores", [1, 3, None])
def test_the_number_of_cores_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, usual: LearnedWeights
) -> None:
    monkeypatch.setattr(logistic_regression.os, "cpu_count", lambda: cores)
    found = learnt()

    assert np.allclose(found.weights, usual.weights, atol=1e-3)


def test_more_cores_than_examples_are_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logistic_regression.os, "cpu_count", lambda: 64)

    found = learn(**examples(many=8), inverse_regularization=1.0, max_iterations=50)

    assert np.isfinite(found.weights).all()


def test_an_n_gram_that_occurs_nowhere_weighs_nothing(usual: LearnedWeights) -> None:
    assert not usual.weights[:, _GRAMS - 1].any()


def test_the_weights_are_single_precision_with_a_row_for_each_label() -> None:
    found = learnt(steps=5)

    assert found.weights.shape == (4, _GRAMS + _DIMENSIONS)
    assert found.intercepts.shape == (4,)
    assert found.weights.dtype == found.intercepts.dtype == np.float32


def test_the_curvature_changes_the_way_and_not_the_end(
    monkeypatch: pytest.MonkeyPatch, usual: LearnedWeights
) -> None:
    monkeypatch.setattr(logistic_regression, "_CURVATURE", 0.2)
    found = learnt()

    assert np.allclose(found.weights, usual.weights, atol=_ROUNDING)
