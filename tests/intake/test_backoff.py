"""When a notice is tried again: between half and all of a pause, and then never."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.yaml_source import ContentError
from bot.intake.backoff import next_attempt_at
from bot.intake.delivery_failure import DeliveryError, Failure, FailureReason
from bot.intake.delivery_limits import DELIVERY_FILE, RetryLimits, load_delivery_limits
from tests.intake.notices import NOON

RETRIES = load_delivery_limits().retries
FAILURE = Failure(FailureReason.CONNECTION)


def pause(error: DeliveryError, failures: int, chance: float = 0.5) -> float | None:
    at = next_attempt_at(error, failures=failures, now=NOON, limits=RETRIES, chance=lambda: chance)
    return None if at is None else (at - NOON).total_seconds()


def test_the_shipped_pauses_are_those_of_the_field() -> None:
    assert RETRIES.pauses == (5, 60, 300, 1800, 7200, 28800, 86400)


@given(
    pauses=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=9).map(sorted),
    failures=st.integers(1, 12),
    chance=st.floats(0, 1),
    asked=st.none() | st.floats(0, 1e9),
)
def test_any_pause_is_within_its_bounds(
    pauses: list[float], failures: int, chance: float, asked: float | None
) -> None:
    limits = RetryLimits(pauses=pauses, longest_asked_seconds=3600)
    error = DeliveryError(FAILURE, retry_after=asked)

    at = next_attempt_at(error, failures=failures, now=NOON, limits=limits, chance=lambda: chance)

    if failures > len(pauses):
        assert at is None
        return
    assert at
    found, whole = (at - NOON).total_seconds(), pauses[failures - 1]
    wanted = min(asked or 0, 3600)
    assert max(whole / 2, wanted) - 1e-5 <= found <= max(whole, wanted) + 1e-5


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 30), (0.5, 45), (1.0, 60)])
def test_the_latter_half_of_a_pause_is_left_to_chance(chance: float, expected: float) -> None:
    assert pause(DeliveryError(FAILURE), 2, chance) == expected


def test_it_ends_after_the_last_pause() -> None:
    assert pause(DeliveryError(FAILURE), 7) == 64800
    assert pause(DeliveryError(FAILURE), 8) is None


def test_what_is_permanent_is_not_tried_again() -> None:
    assert pause(DeliveryError(FAILURE, permanent=True, retry_after=5), 1) is None


def test_a_sink_may_ask_for_a_longer_pause_but_not_for_any_and_not_for_a_shorter_one() -> None:
    assert pause(DeliveryError(FAILURE, retry_after=120), 1) == 120
    assert pause(DeliveryError(FAILURE, retry_after=1e9), 1) == 86400
    assert pause(DeliveryError(FAILURE, retry_after=0), 2) == 45


@pytest.mark.parametrize(
    ("shipped", "broken", "says"),
    [
        ("[5, 60,", "[60, 5,", "retries.pauses: must be above zero, each no shorter"),
        ("[5, 60,", "[0, 60,", "retries.pauses: must be above zero"),
        ("lease_seconds: 60", "lease_seconds: 25", "must be longer than seconds"),
        ("at_once: 4", "at_once: 0", "at_once"),
        ("shortest_seconds", "shortest", "extra fields"),
    ],
)
def test_a_number_that_cannot_be_is_named(
    tmp_path: Any, shipped: str, broken: str, says: str
) -> None:
    file = tmp_path / "delivery.yml"
    text = DELIVERY_FILE.read_text()
    assert shipped in text
    file.write_text(text.replace(shipped, broken))

    with pytest.raises(ContentError, match=says):
        load_delivery_limits(file)
