"""Rates and their Wilson intervals, against values computed elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bot.safety.figures import Group, Judged, Share, share


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        # Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_intervals(count: int, total: int, low: float, high: float) -> None:
    assert Share(count, total).interval() == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_same_as_scipy(numbers: tuple[int, int]) -> None:
    count, total = numbers
    expected = binomtest(count, total).proportion_ci(0.95, method="wilson")

    low, high = Share(count, total).interval()

    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-6)
    assert 0 <= low <= count / total + 1e-12
    assert count / total - 1e-12 <= high <= 1


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_found_and_missed_mirror_each_other(numbers: tuple[int, int]) -> None:
    count, total = numbers
    low, high = Share(count, total).interval()

    mirrored = Share(total - count, total).interval()

    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_it_reads_as_in_the_report() -> None:
    assert str(Share(81, 263)) == "81/263 30.8% (25.5%-36.6%)"
    assert str(Share(10, 10)).startswith("10/10 100.0% (72.2%-100.0%")


def test_a_share_counts_what_one_detector_called_dangerous() -> None:
    def judged(*fired: str) -> Judged:
        return Judged(True, "plan", "en", "seen", frozenset(fired))

    messages = [judged("screen"), judged("screen", "model"), judged("model"), judged()]

    assert share(messages, "screen") == Share(2, 4)
    assert share(messages, "model") == Share(2, 4)
    assert share(messages, "neither") == Share(0, 4)


def test_no_category_has_two_aims() -> None:
    categories = [name for group in Group for name in group.categories]

    assert len(categories) == len(set(categories))
    assert all(group.categories for group in Group)
