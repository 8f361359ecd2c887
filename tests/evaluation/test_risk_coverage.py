"""Risk against coverage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.risk_coverage import area_under, risk_coverage
from bot.nlu.calibration import Claim
from tests.evaluation.making import claims


@given(claims())
def test_the_curve_ends_with_all_of_it(made: list[Claim]) -> None:
    curve = risk_coverage(made)

    coverages = [point.coverage for point in curve]
    assert coverages == sorted(set(coverages))
    assert coverages[-1] == 1
    wrong = sum(not claim.right for claim in made)
    assert curve[-1].risk == pytest.approx(wrong / len(made))
    assert [point.confidence for point in curve] == sorted(
        {claim.confidence for claim in made}, reverse=True
    )
    assert 0 <= area_under(curve) <= 1 + 1e-9


@given(claims(), st.randoms(use_true_random=False))
def test_claims_of_one_confidence_are_not_ordered_among_themselves(
    made: list[Claim], random: object
) -> None:
    shuffled = sorted(made, key=lambda _: random.random())  # type: ignore[attr-defined]

    assert risk_coverage(shuffled) == risk_coverage(made)


@given(st.integers(1, 40), st.integers(0, 40))
def test_no_order_is_better_than_wrong_ones_last(right: int, wrong: int) -> None:
    ideal = [Claim(0.9, True)] * right + [Claim(0.1, False)] * wrong
    worst = [Claim(0.1, True)] * right + [Claim(0.9, False)] * wrong

    assert area_under(risk_coverage(ideal)) <= area_under(risk_coverage(worst))


def test_a_worked_example() -> None:
    made = [Claim(0.9, True), Claim(0.8, False), Claim(0.7, True), Claim(0.7, True)]
    curve = risk_coverage(made)

    assert [(point.coverage, point.risk) for point in curve] == [(0.25, 0), (0.5, 0.5), (1, 0.25)]
    assert area_under(curve) == pytest.approx(0.5 * 0.25 + 0.25 * 0.5)


@pytest.mark.parametrize(("right", "area"), [(True, 0), (False, 1)])
def test_always_right_and_always_wrong(right: bool, area: float) -> None:
    made = [Claim(share / 10, right) for share in range(10)]

    assert area_under(risk_coverage(made)) == pytest.approx(area)


def test_without_claims_there_is_no_curve() -> None:
    assert risk_coverage([]) == ()
