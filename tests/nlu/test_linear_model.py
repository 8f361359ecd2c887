"""The classifier's arithmetic, against scikit-learn's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from bot.nlu.linear_model import LinearModel

_GRAMS, _DIMENSIONS = 12, 5


def examples(labels: int, each: int = 6) -> dict[str, Any]:
    """Counts and vectors that lean towards their label, always the same ones."""
    random = np.random.default_rng(7)
    names = [f"label_{number}" for number in range(labels) for _ in range(each)]
    counts = random.poisson(0.4, (len(names), _GRAMS))
    vectors = random.normal(size=(len(names), _DIMENSIONS))
    for row, name in enumerate(names):
        counts[row, int(name[-1])] += 2
        vectors[row, int(name[-1]) % _DIMENSIONS] += 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return {
        "sparse": scipy.sparse.csr_matrix(counts, dtype=np.float32),
        "dense": vectors.astype(np.float32),
        "labels": names,
    }


_NUMBERS = {"inverse_regularization": 5.0, "max_iterations": 200}


def fit(labels: int = 4) -> LinearModel:
    return LinearModel.fit(**(examples(labels) | _NUMBERS))


def probabilities(
    model: LinearModel, counts: Any, temperature: float = 1.0, background: float | None = None
) -> np.ndarray:
    sparse = scipy.sparse.csr_matrix(np.atleast_2d(counts), dtype=np.float32)
    dense = np.full((1, _DIMENSIONS), 0.4, dtype=np.float32)
    return model.probabilities(sparse, dense, temperature, background)


_COUNTS = st.lists(st.integers(0, 5), min_size=_GRAMS, max_size=_GRAMS)


@settings(deadline=None, max_examples=60)
@given(counts=_COUNTS, temperature=st.floats(0.1, 5), labels=st.sampled_from([2, 3, 4]))
def test_probabilities_are_shares_of_one(
    counts: list[int], temperature: float, labels: int
) -> None:
    found = probabilities(_MODELS[labels], counts, temperature)

    assert found.shape == (labels,)
    assert np.isclose(found.sum(), 1, atol=1e-5)
    assert (found >= 0).all()


_MODELS = {labels: fit(labels) for labels in (2, 3, 4)}


@pytest.mark.parametrize("labels", [2, 4])
def test_they_are_those_of_scikit_learn(labels: int) -> None:
    data = examples(labels)
    weigh = TfidfTransformer(sublinear_tf=True).fit(data["sparse"])
    features = scipy.sparse.hstack([weigh.transform(data["sparse"]), data["dense"]])
    expected = LogisticRegression(C=5.0, max_iter=2_000, tol=1e-6, multi_class="multinomial").fit(
        features, data["labels"]
    )

    model = _MODELS[labels]

    assert model.labels == tuple(expected.classes_)
    for row in range(features.shape[0]):
        found = model.probabilities(data["sparse"][row], data["dense"][row : row + 1], 1.0)
        assert np.allclose(found, expected.predict_proba(features.tocsr()[row])[0], atol=1e-3)


def test_it_learns_what_it_is_shown() -> None:
    data = examples(4)
    best = [
        _MODELS[4].labels[
            _MODELS[4]
            .probabilities(data["sparse"][row], data["dense"][row : row + 1], 1.0)
            .argmax()
        ]
        for row in range(len(data["labels"]))
    ]

    right = sum(found == label for found, label in zip(best, data["labels"], strict=True))
    assert right / len(best) > 0.9


def test_training_twice_gives_the_very_same_numbers() -> None:
    first, second = fit(), fit()

    for name in ("weights", "intercepts", "idf"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_reading_gives_what_was_written(tmp_path: Path) -> None:
    model = _MODELS[3]

    model.write(tmp_path)
    again = LinearModel.read(tmp_path)

    assert again.labels == model.labels
    for name in ("weights", "intercepts", "idf"):
        assert np.array_equal(getattr(again, name), getattr(model, name))
        assert getattr(again, name).dtype == np.float32
    counts = [1] * _GRAMS
    assert np.array_equal(probabilities(again, counts), probabilities(model, counts))


def test_what_is_stored_is_not_executable(tmp_path: Path) -> None:
    _MODELS[3].write(tmp_path)

    assert {file.suffix for file in tmp_path.iterdir()} == {".npz", ".json"}
    with np.load(tmp_path / "linear_model.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float32 for name in arrays)


@pytest.mark.parametrize("names", [[], ["a"] * 24])
def test_one_label_is_too_few(names: list[str]) -> None:
    with pytest.raises(ValueError, match="two labels"):
        LinearModel.fit(**(examples(4) | _NUMBERS | {"labels": names}))


def test_heat_makes_it_less_sure_and_changes_no_order() -> None:
    counts = [3] + [0] * (_GRAMS - 1)
    cold, warm, hot = (probabilities(_MODELS[4], counts, heat) for heat in (0.5, 1.0, 3.0))

    assert cold.max() > warm.max() > hot.max()
    assert list(cold.argsort()) == list(warm.argsort()) == list(hot.argsort())


def test_a_message_without_a_known_n_gram_is_judged_by_its_vector() -> None:
    found = probabilities(_MODELS[3], [0] * _GRAMS)

    assert np.isclose(found.sum(), 1, atol=1e-5)
    assert len(set(found.tolist())) == 3


def test_scores_that_overflow_do_not() -> None:
    found = probabilities(_MODELS[3], [10_000] * _GRAMS, temperature=0.0001)

    assert np.isfinite(found).all()
    assert np.isclose(found.sum(), 1, atol=1e-5)


def test_counting_in_another_order_is_the_same_message() -> None:
    counts = scipy.sparse.csr_matrix(
        (np.array([1, 2, 3], np.float32), np.array([5, 1, 3]), np.array([0, 3])), (1, _GRAMS)
    )
    dense = np.full((1, _DIMENSIONS), 0.4, dtype=np.float32)

    found = _MODELS[3].probabilities(counts, dense, 1.0)

    assert np.allclose(found, probabilities(_MODELS[3], counts.toarray()), atol=1e-6)


def test_with_few_examples_the_vector_counts_more() -> None:
    """As if the vector were longer by the rule, in learning and in reading alike."""
    given_examples = examples(4, each=10)
    length = np.float32(np.sqrt(1 + 40 / 10))
    longer = given_examples | {"dense": given_examples["dense"] * length}
    by_hand = LinearModel.fit(**(longer | _NUMBERS))

    model = LinearModel.fit(**(given_examples | _NUMBERS), few_examples=40.0)

    counts = scipy.sparse.csr_matrix(np.ones((1, _GRAMS)), dtype=np.float32)
    dense = np.full((1, _DIMENSIONS), 0.4, dtype=np.float32)
    expected = by_hand.probabilities(counts, dense * length, 1.0)
    assert model.probabilities(counts, dense, 1.0) == pytest.approx(expected, abs=1e-4)
    assert not np.allclose(model.weights, fit(4).weights)


_NUMBER = st.sampled_from([2, 3, 4])


@settings(deadline=None, max_examples=60)
@given(counts=_COUNTS, heat=st.floats(0.1, 5), background=st.floats(-5, 20), labels=_NUMBER)
def test_a_background_takes_the_same_share_of_every_label(
    counts: list[int], heat: float, background: float, labels: int
) -> None:
    alone = probabilities(_MODELS[labels], counts, heat)

    found = probabilities(_MODELS[labels], counts, heat, background)

    assert (found >= 0).all()
    assert found.sum() <= 1 + 1e-5
    assert np.allclose(found, alone * found.sum(), atol=1e-5)


def test_where_every_label_has_score_0_the_background_has_as_much_as_all() -> None:
    known = _MODELS[4]
    nothing = replace(
        known, weights=np.zeros_like(known.weights), intercepts=np.zeros_like(known.intercepts)
    )

    found = probabilities(nothing, [1] * _GRAMS, background=0.0)

    assert found == pytest.approx([1 / 8] * 4)


def test_a_background_takes_more_of_what_is_strange() -> None:
    strange, familiar = [0] * _GRAMS, [9] + [0] * (_GRAMS - 1)

    kept = [probabilities(_MODELS[4], one, background=1.0).sum() for one in (strange, familiar)]

    assert kept[0] < kept[1]
