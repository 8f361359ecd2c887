"""Whole days of the clinic, whatever its clocks do."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review.period import Period, PeriodError

NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from(["UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"])


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-11-01", 25), ("2026-03-08", 23), ("2026-07-01", 24)]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    period = Period(date.fromisoformat(day), date.fromisoformat(day), NEW_YORK)

    assert period.ends_before - period.starts_at == timedelta(hours=hours)


def test_so_many_days_include_the_last() -> None:
    period = Period.of_days(7, date(2026, 11, 22), NEW_YORK)

    assert str(period) == "2026-11-16 to 2026-11-22"


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(PeriodError, match="would end on 2026-11-01"):
        Period(date(2026, 11, 2), date(2026, 11, 1), NEW_YORK)


def test_there_are_only_so_many_days() -> None:
    with pytest.raises(PeriodError, match="too many"):
        Period.of_days(999_999_999, date(2026, 11, 22), NEW_YORK)


@given(first=st.dates(), days=st.integers(0, 400), zone=ZONES)
def test_any_period_can_be_asked_about(first: date, days: int, zone: str) -> None:
    try:
        last = first + timedelta(days=days)
    except OverflowError:
        last = date.max
    period = Period(first, last, ZoneInfo(zone))

    assert period.starts_at < period.ends_before


@given(
    moment=st.datetimes(
        datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc)
    ),
    zone=ZONES,
)
def test_a_moment_is_in_the_period_of_its_own_day(moment: datetime, zone: str) -> None:
    own = ZoneInfo(zone)
    day = moment.astimezone(own).date()
    period = Period(day, day, own)

    assert period.day_of(moment) == day
    assert period.starts_at <= moment < period.ends_before
