"""Like questions come together, unlike ones do not, and every one is in one group."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.sentence_encoder import SentenceEncoder, Vectors
from bot.review.grouping import group, members
from bot.review.limits import load_review_limits

LIMITS = load_review_limits()

COST = ["how much does a visit cost", "what is the price of an appointment", "cost of one visit?"]
FOOTBALL = ["who won the football game", "what was the score of the football match"]
PREGNANT = ["is it safe while pregnant", "can I take it during pregnancy"]


def unit(*numbers: float) -> list[float]:
    return list(np.array(numbers) / np.linalg.norm(numbers))


def vectors_of(seed: int, number: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(number, 4))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def test_like_questions_come_together(encoder: SentenceEncoder) -> None:
    asked = [*COST, *FOOTBALL, *PREGNANT]

    labels = group(encoder.encode_many(asked), linked_at=LIMITS.linked_at, most_compared=100)

    together = {frozenset(asked[place] for place in places) for places in members(labels)}
    assert together == {frozenset(COST), frozenset(FOOTBALL), frozenset(PREGNANT)}


def test_what_comes_behind_the_most_compared_joins_or_stays_alone() -> None:
    vectors = np.array(
        [unit(1, 0), unit(1, 0.1), unit(0, 1), unit(0.1, 1), unit(-1, -1), unit(-1, -0.9)],
        dtype=np.float32,
    )

    labels = group(vectors, linked_at=0.3, most_compared=3)

    assert members(labels) == [[0, 1], [2, 3], [4], [5]]


@pytest.mark.parametrize("number", [0, 1])
def test_none_and_one_are_no_trouble(number: int) -> None:
    labels = group(vectors_of(1, number), linked_at=0.3, most_compared=10)

    assert members(labels) == [[place] for place in range(number)]


@settings(deadline=None)
@given(
    seed=st.integers(0, 10_000),
    number=st.integers(0, 25),
    linked_at=st.floats(0.01, 0.99),
    most_compared=st.integers(2, 30),
)
def test_every_question_is_in_one_group(
    seed: int, number: int, linked_at: float, most_compared: int
) -> None:
    vectors = vectors_of(seed, number)

    labels = group(vectors, linked_at=linked_at, most_compared=most_compared)

    places = [place for places in members(labels) for place in places]
    assert sorted(places) == list(range(number))
    assert np.array_equal(labels, group(vectors, linked_at=linked_at, most_compared=most_compared))
