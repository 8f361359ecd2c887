"""The reliability curve and the expected calibration error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.calibration import Claim, expected_calibration_error, reliability
from tests.evaluation.making import claims


@given(claims(), st.integers(1, 20))
def test_every_claim_is_in_one_bin(made: list[Claim], bins: int) -> None:
    curve = reliability(made, bins)

    assert sum(one.count for one in curve) == len(made)
    right = sum(one.count * one.accuracy for one in curve)
    assert right == pytest.approx(sum(claim.right for claim in made))
    assert [one.low for one in curve] == sorted({one.low for one in curve})
    for one in curve:
        assert one.low - 1e-9 <= one.confidence <= one.high + 1e-6
        assert 0 <= one.accuracy <= 1


@given(claims())
def test_the_error_lies_between_the_whole_gap_and_the_worst_bin(made: list[Claim]) -> None:
    error = expected_calibration_error(reliability(made))

    whole = expected_calibration_error(reliability(made, bins=1))
    assert whole - 1e-9 <= error <= max(one.gap for one in reliability(made)) + 1e-9


@given(claims(), st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(made: list[Claim], random: object) -> None:
    shuffled = sorted(made, key=lambda _: random.random())  # type: ignore[attr-defined]

    error = expected_calibration_error(reliability(shuffled))
    assert error == pytest.approx(expected_calibration_error(reliability(made)))


@pytest.mark.parametrize("confidence", [0.1, 0.3, 0.6, 0.7, 0.9, 1.0])
def test_a_bin_holds_its_upper_end(confidence: float) -> None:
    (one,) = reliability([Claim(confidence, True)])

    assert one.high == pytest.approx(confidence)


def test_a_worked_example() -> None:
    sure = [Claim(0.95, True)] * 3 + [Claim(0.95, False)]
    unsure = [Claim(0.35, True)] * 1 + [Claim(0.35, False)] * 3
    curve = reliability([*sure, *unsure])

    assert [(one.count, one.accuracy) for one in curve] == [(4, 0.25), (4, 0.75)]
    assert expected_calibration_error(curve) == pytest.approx((0.10 + 0.20) / 2)


def test_without_claims_there_is_no_error() -> None:
    with pytest.raises(ValueError, match="nothing was claimed"):
        expected_calibration_error(reliability([]))
