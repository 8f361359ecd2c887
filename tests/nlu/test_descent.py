"""The search for the least value of a convex function."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.descent import Function, Singles, descend

_FLAT = 1e-3


def bowl(bends: list[float], least: list[float], seen: list[float] | None = None) -> Function:
    """A quadratic function that is least at `least`, and bends so much along each axis."""
    bend, middle = np.array(bends), np.array(least)

    def value(place: Singles) -> tuple[float, Singles]:
        off = place.astype(np.float64) - middle
        found = float(0.5 * (bend * off**2).sum())
        if seen is not None:
            seen.append(found)
        return found, (bend * off).astype(np.float32)

    return value


_AXES = st.lists(st.tuples(st.floats(0.01, 100), st.floats(-10, 10)), min_size=1, max_size=12)


@settings(deadline=None)
@given(axes=_AXES)
def test_it_finds_where_a_bowl_is_least(axes: list[tuple[float, float]]) -> None:
    bends, least = (list(values) for values in zip(*axes, strict=True))
    function = bowl(bends, least)
    start = np.zeros(len(axes), dtype=np.float32)

    found = descend(function, start, steps=500, flat=_FLAT)

    assert found.dtype == np.float32
    # Where the bowl bends little, rounding hides the rest of the way.
    assert function(found)[0] <= 1e-4 * function(start)[0] + 1e-4


@settings(deadline=None)
@given(axes=_AXES, steps=st.integers(0, 20))
def test_more_steps_never_lead_higher(axes: list[tuple[float, float]], steps: int) -> None:
    bends, least = (list(values) for values in zip(*axes, strict=True))
    function = bowl(bends, least)
    start = np.zeros(len(axes), dtype=np.float32)

    fewer, more = (
        function(descend(function, start, steps=many, flat=0.0))[0] for many in (steps, steps + 1)
    )

    assert more <= fewer <= function(start)[0]


@pytest.mark.parametrize(("steps", "least"), [(0, 5.0), (10, 0.0)])
def test_it_stays_without_steps_and_where_it_is_flat(steps: int, least: float) -> None:
    start = np.zeros(3, dtype=np.float32)

    found = descend(bowl([1.0] * 3, [least] * 3), start, steps=steps, flat=_FLAT)

    assert np.array_equal(found, start)


def test_it_ends_as_soon_as_it_is_flat() -> None:
    seen: list[float] = []

    descend(bowl([1.0, 1.0], [3.0, 4.0], seen), np.zeros(2, dtype=np.float32), steps=99, flat=0.1)

    assert len(seen) < 10


def test_a_function_that_never_falls_ends_the_search_where_it_began() -> None:
    start = np.ones(2, dtype=np.float32)

    def lying(place: Singles) -> tuple[float, Singles]:
        return float(not np.array_equal(place, start)), np.ones(2, dtype=np.float32)

    assert np.array_equal(descend(lying, start, steps=10, flat=_FLAT), start)


def test_where_it_started_is_left_as_it_was() -> None:
    start = np.zeros(2, dtype=np.float32)

    descend(bowl([1.0, 2.0], [3.0, 4.0]), start, steps=10, flat=_FLAT)

    assert np.array_equal(start, [0, 0])
