"""When somebody is in touch at the latest: for any clinic, at any moment, in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.configuration.clinic import Clinic, Day, OpeningHours
from bot.content.yaml_source import ContentError
from bot.intake.promise import PROMISES, PROMISES_FILE, due_at, in_words, load_promises
from bot.intake.records import Urgency
from tests.databases import CLINIC

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Havana",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
)


def new_york(text: str) -> datetime:
    # In UTC, as an hour that the clock shows twice equals no moment of another zone.
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
    return local.astimezone(timezone.utc)


def clinic_with(*hours: tuple[str, str, str], zone: str = "America/New_York") -> Clinic:
    ranges = [
        OpeningHours(days=days.split(), opens=opens, closes=closes) for days, opens, closes in hours
    ]
    return Clinic(**{**CLINIC.dict(), "hours": ranges, "time_zone": zone})


@st.composite
def clinics(draw: st.DrawFn) -> Clinic:
    """Any clinic: ranges may overlap, touch, be minutes long, or lie in the night."""
    clock = st.times().map(lambda moment: f"{moment:%H:%M}")
    hours = []
    for _ in range(draw(st.integers(1, 3))):
        opens, closes = sorted(draw(st.lists(clock, min_size=2, max_size=2, unique=True)))
        days = draw(st.lists(st.sampled_from(Day), min_size=1, unique=True))
        hours.append((" ".join(day.value for day in days), opens, closes))
    return clinic_with(*hours, zone=draw(st.sampled_from(ZONES)))


#: Two years around several changes of the clock.
MOMENTS = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(timezone.utc)
)
URGENCIES = st.sampled_from(Urgency)


def is_open(moment: datetime, clinic: Clinic) -> bool:
    """By the clinic's clock on the wall; the closing minute itself counts."""
    local = moment.astimezone(ZoneInfo(clinic.time_zone))
    return any(
        list(Day)[local.weekday()] in hours.days
        and time.fromisoformat(hours.opens) <= local.time() <= time.fromisoformat(hours.closes)
        for hours in clinic.hours
    )


@settings(deadline=None, max_examples=300)
@given(MOMENTS, URGENCIES, clinics())
def test_due_is_never_before_now_and_always_while_somebody_is_there(
    now: datetime, urgency: Urgency, clinic: Clinic
) -> None:
    due = due_at(now, urgency, clinic)
    assert due >= now
    assert due.utcoffset() == timedelta(0)
    assert is_open(due, clinic)


@settings(deadline=None, max_examples=300)
@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=10)), URGENCIES, clinics())
def test_who_asks_later_is_never_due_sooner(
    now: datetime, later: timedelta, urgency: Urgency, clinic: Clinic
) -> None:
    assert due_at(now, urgency, clinic) <= due_at(now + later, urgency, clinic)


@settings(deadline=None, max_examples=200)
@given(MOMENTS, clinics())
def test_the_graver_is_never_due_later(now: datetime, clinic: Clinic) -> None:
    dues = [due_at(now, urgency, clinic) for urgency in Urgency]
    assert dues == sorted(dues, reverse=True)


@settings(deadline=None, max_examples=200)
@given(MOMENTS, URGENCIES, clinics())
def test_a_clear_time_or_closing_time(now: datetime, urgency: Urgency, clinic: Clinic) -> None:
    due = due_at(now, urgency, clinic)
    local = due.astimezone(ZoneInfo(clinic.time_zone))
    closing = {hours.closes for hours in clinic.hours}
    assert (local.second, local.microsecond) == (0, 0)
    assert local.minute % 15 == 0 or f"{local:%H:%M}" in closing or _clock_changes(due, clinic)


def _clock_changes(moment: datetime, clinic: Clinic) -> bool:
    zone = ZoneInfo(clinic.time_zone)
    day = timedelta(days=1)
    offsets = {(moment + step).astimezone(zone).utcoffset() for step in (-day, day)}
    return len(offsets) > 1


@settings(deadline=None, max_examples=200)
@given(MOMENTS, URGENCIES, clinics())
def test_the_clinic_has_been_open_for_the_hours_promised(
    now: datetime, urgency: Urgency, clinic: Clinic
) -> None:
    """Counted minute by minute by the clock on the wall, where it is not put forward or back."""
    clinic = Clinic(**{**clinic.dict(), "time_zone": "America/Phoenix"})
    now = now.replace(second=0, microsecond=0)
    due = due_at(now, urgency, clinic)
    if due - now > timedelta(days=40):
        return
    minutes = sum(
        is_open(now + timedelta(minutes=n), clinic)
        and is_open(now + timedelta(minutes=n + 1), clinic)
        for n in range(int((due - now) / timedelta(minutes=1)))
    )
    promised = PROMISES.open_hours[urgency] * 60
    assert promised <= minutes <= promised + PROMISES.round_up_to_minutes


@pytest.mark.parametrize(
    ("now", "urgency", "due"),
    [
        # The clinic is open Monday to Friday, 9 am to 5 pm.
        ("2026-11-20T12:03", Urgency.ROUTINE, "2026-11-23T12:15"),
        ("2026-11-20T12:00", Urgency.ROUTINE, "2026-11-23T12:00"),
        ("2026-11-20T12:03", Urgency.SOON, "2026-11-20T16:15"),
        ("2026-11-20T15:00", Urgency.SOON, "2026-11-23T11:00"),
        ("2026-11-20T12:03", Urgency.URGENT, "2026-11-20T13:15"),
        ("2026-11-20T16:00", Urgency.URGENT, "2026-11-20T17:00"),
        ("2026-11-20T16:20", Urgency.URGENT, "2026-11-23T09:30"),
        ("2026-11-20T12:03", Urgency.CRISIS_SHOWN, "2026-11-20T12:45"),
        ("2026-11-20T17:00", Urgency.CRISIS_SHOWN, "2026-11-23T09:30"),
        ("2026-11-21T03:00", Urgency.CRISIS_SHOWN, "2026-11-23T09:30"),
        ("2026-11-21T03:00", Urgency.ROUTINE, "2026-11-23T17:00"),
        ("2026-11-20T08:59", Urgency.ROUTINE, "2026-11-20T17:00"),
        # Over the weekends on which the clock is put forward and back.
        ("2026-03-06T13:00", Urgency.ROUTINE, "2026-03-09T13:00"),
        ("2026-10-30T13:00", Urgency.ROUTINE, "2026-11-02T13:00"),
    ],
)
def test_the_shipped_hours(now: str, urgency: Urgency, due: str) -> None:
    assert due_at(new_york(now), urgency, CLINIC) == new_york(due)


def test_a_lunch_break_does_not_count() -> None:
    clinic = clinic_with(("mon tue", "09:00", "12:00"), ("mon tue", "13:00", "17:00"))
    assert due_at(new_york("2026-11-23T10:00"), Urgency.SOON, clinic) == new_york(
        "2026-11-23T15:00"
    )
    assert due_at(new_york("2026-11-23T12:30"), Urgency.URGENT, clinic) == new_york(
        "2026-11-23T14:00"
    )


def test_hours_that_overlap_count_once() -> None:
    clinic = clinic_with(
        ("mon", "09:00", "12:00"), ("mon", "10:00", "14:00"), ("mon", "14:00", "15:00")
    )
    assert due_at(new_york("2026-11-23T09:00"), Urgency.SOON, clinic) == new_york(
        "2026-11-23T13:00"
    )
    assert due_at(new_york("2026-11-23T11:00"), Urgency.SOON, clinic) == new_york(
        "2026-11-23T15:00"
    )


def test_no_promise_goes_beyond_closing_time() -> None:
    clinic = clinic_with(("mon tue", "09:00", "12:50"))
    assert due_at(new_york("2026-11-23T11:47"), Urgency.URGENT, clinic) == new_york(
        "2026-11-23T12:50"
    )


@pytest.mark.parametrize(
    ("opens", "closes", "now", "due"),
    [
        # On March 8 the clock goes from 2 to 3: an hour later than it seems.
        ("00:30", "06:00", "2026-03-08T01:30", "2026-03-08T03:30"),
        # On November 1 the clock goes from 2 back to 1: what is read may be the later of two.
        ("00:30", "06:00", "2026-11-01T00:45", "2026-11-01T01:45"),
        ("01:30", "06:00", "2026-11-01T00:45", "2026-11-01T02:30"),
    ],
)
def test_a_clinic_that_is_open_while_the_clock_changes(
    opens: str, closes: str, now: str, due: str
) -> None:
    clinic = clinic_with(("sun", opens, closes))
    assert due_at(new_york(now), Urgency.URGENT, clinic) == new_york(due)


@pytest.mark.parametrize(
    ("moment", "language", "words"),
    [
        ("2026-11-23T12:00", "en", "12:00 pm on Monday, November 23 (Eastern time)"),
        ("2026-07-01T09:15", "en", "9:15 am on Wednesday, July 1 (Eastern time)"),
        ("2026-07-01T09:15", "ht", "9:15 am on Wednesday, July 1 (Eastern time)"),
        ("2026-11-23T12:00", "es", "las 12:00 p. m. del lunes 23 de noviembre (hora oriental)"),
        ("2026-11-23T13:30", "es", "la 1:30 p. m. del lunes 23 de noviembre (hora oriental)"),
    ],
)
def test_in_words(moment: str, language: str, words: str) -> None:
    assert in_words(new_york(moment), CLINIC, language) == words


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("America/Los_Angeles", "Pacific time"),
        ("US/Mountain", "Mountain time"),
        ("America/Phoenix", "Mountain time"),
        ("Pacific/Honolulu", "Hawaii-Aleutian time"),
        ("America/Puerto_Rico", "Atlantic time"),
        ("Europe/London", "GMT+01:00"),
        ("UTC", "GMT+00:00"),
        ("Etc/GMT+5", "GMT-05:00"),
    ],
)
def test_the_zone_is_named_as_people_call_it(zone: str, name: str) -> None:
    words = in_words(
        new_york("2026-07-01T12:00"), clinic_with(("mon", "09:00", "17:00"), zone=zone)
    )
    assert words.endswith(f"({name})")


@given(MOMENTS, st.sampled_from(["en", "es"]), st.sampled_from(ZONES))
def test_words_need_no_special_blanks(moment: datetime, language: str, zone: str) -> None:
    words = in_words(moment, clinic_with(("mon", "09:00", "17:00"), zone=zone), language)
    assert words.isprintable()
    assert "\xa0" not in words


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("routine: 8", "routine: 3", "graver"),
        ("urgent: 1", "urgent: -1", "0 to 200"),
        ("routine: 8", "routine: .inf", "0 to 200"),
        ("routine: 8", "routine: .nan", "0 to 200"),
        ("  urgent: 1\n", "", "must name each"),
        ("urgent: 1", "urgently: 1", "urgently"),
        ("round_up_to_minutes: 15", "round_up_to_minutes: 25", "divide 60"),
        ("round_up_to_minutes: 15", "round_up_to_minutes: 0", "round_up_to_minutes"),
        ("expire_after_days: 30", "expire_after_days: 0", "expire_after_days"),
        ("expire_after_days: 30", "expire_after_months: 1", "expire_after_days"),
    ],
)
def test_a_wrong_number_is_named(tmp_path: Path, before: str, after: str, fault: str) -> None:
    file = tmp_path / "promises.yml"
    shipped = PROMISES_FILE.read_text()
    assert before in shipped
    file.write_text(shipped.replace(before, after))
    with pytest.raises(ContentError, match=fault):
        load_promises(file)


def test_a_holiday_is_no_open_day() -> None:
    friday = datetime(2026, 7, 3, 15, 0, tzinfo=timezone.utc)
    usual = due_at(friday, Urgency.ROUTINE, CLINIC)
    with_holidays = CLINIC.copy(update={"holidays": (date(2026, 7, 3), date(2026, 7, 6))})
    due = due_at(friday, Urgency.ROUTINE, with_holidays)
    # Friday and Monday are over: it begins on Tuesday, at nine in New York.
    assert due > usual
    assert due.astimezone(ZoneInfo("America/New_York")).date() >= date(2026, 7, 7)
    assert due_at(friday, Urgency.CRISIS_SHOWN, with_holidays).date() == date(2026, 7, 7)


def test_the_hours_name_the_holidays() -> None:
    with_holidays = CLINIC.copy(update={"holidays": (date(2026, 7, 3),)})
    assert with_holidays.opening_hours.endswith(", except holidays")
    assert with_holidays.opening_hours_in("es").endswith(", excepto festivos")
    assert "holidays" not in CLINIC.opening_hours
