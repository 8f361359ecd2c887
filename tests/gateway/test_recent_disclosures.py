"""Who tells of danger again reads other words, even if the database cannot say that it is again."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.limits import DisclosureLimits
from bot.gateway.recent_disclosures import RecentDisclosures
from tests.intake.records import NOW

LIMITS = DisclosureLimits(window_minutes=30, sessions=2, turns=3)


def test_each_turn_of_a_session_is_counted_once() -> None:
    recent = RecentDisclosures(LIMITS)
    counts = [recent.count_before(turn, "a", NOW) for turn in ("t1", "t2", "t1", "t3", "t2")]
    assert counts == [0, 1, 0, 2, 1]
    assert recent.count_before("t4", "b", NOW) == 0


def test_a_session_is_forgotten_after_the_window_behind_its_last_turn() -> None:
    recent = RecentDisclosures(LIMITS)
    recent.count_before("t1", "a", NOW)
    recent.count_before("t2", "a", NOW + timedelta(minutes=29))
    assert recent.count_before("t3", "a", NOW + timedelta(minutes=58)) == 2
    assert recent.count_before("t4", "a", NOW + timedelta(minutes=88)) == 0


def test_so_many_sessions_are_remembered() -> None:
    recent = RecentDisclosures(LIMITS)
    for session in ("a", "b", "a", "c"):
        recent.count_before(f"turn of {session}", session, NOW)
    assert recent.count_before("another", "a", NOW) == 1
    assert recent.count_before("another", "b", NOW) == 0


@given(st.lists(st.sampled_from("uvwxyz"), max_size=40))
def test_neighbours_never_get_the_same_number_unless_they_are_one_turn(turns: list[str]) -> None:
    recent = RecentDisclosures(LIMITS)
    numbers = [recent.count_before(turn, "a", NOW) for turn in turns]
    for index in range(1, len(turns)):
        same_turn = turns[index] == turns[index - 1]
        assert (numbers[index] == numbers[index - 1]) is same_turn
