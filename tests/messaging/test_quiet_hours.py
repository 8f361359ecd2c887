"""No telephone rings at night because of us, wherever the patient is, whatever the clocks do."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.database.engine import Database
from bot.database.schema import text_threads
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.gateway.messaging.quiet_hours import may_ring_at, zones_of
from tests.messaging.outgoing import LIMITS, NOON, Office, change, new_text, new_thread, row

HOURS = LIMITS.quiet_hours
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)

SAN_FRANCISCO = "+14155550132"
NEW_YORK = "+12125550142"
IDAHO = "+12085550100"
TOLL_FREE = "+18005551212"
MADRID_OR_CANARY = "+34600000000"
HONOLULU = "+18085550100"
SYDNEY = "+61280000000"
NUMBERS = [SAN_FRANCISCO, NEW_YORK, IDAHO, MADRID_OR_CANARY, HONOLULU, SYDNEY]

CLINIC_ZONES = ["America/New_York", "America/Los_Angeles", "Pacific/Chatham", "Australia/Lord_Howe"]

#: Each hour of some years, with every change of the clocks in them.
MOMENTS = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=minutes)
)


def ring(
    now: datetime, number: str, last: datetime = LONG_AGO, zone: str = "America/New_York"
) -> datetime:
    return may_ring_at(now, number, last_inbound_at=last, clinic_zone=zone, hours=HOURS)


def is_day(moment: datetime, zone: ZoneInfo) -> bool:
    return time(8) <= moment.astimezone(zone).time() < time(21)


def local(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type]


@given(MOMENTS, st.sampled_from(NUMBERS))
# The night in which the clocks of New York go forward, and the one in which they go back.
@example(local("America/New_York", 2026, 3, 8, 1, 59), NEW_YORK)
@example(local("America/New_York", 2026, 11, 1, 1, 30), NEW_YORK)
def test_it_is_day_wherever_the_number_may_be(now: datetime, number: str) -> None:
    moment = ring(now, number)
    assert now <= moment <= now + timedelta(days=1)
    assert all(is_day(moment, zone) for zone in zones_of(number))


@given(MOMENTS, st.sampled_from(NUMBERS))
def test_nobody_waits_longer_than_needed(now: datetime, number: str) -> None:
    moment = ring(now, number)
    step = timedelta(minutes=15)
    earlier = now
    while earlier < moment:
        assert not all(is_day(earlier, zone) for zone in zones_of(number))
        earlier += step


@given(MOMENTS, st.sampled_from(CLINIC_ZONES), st.sampled_from(["user-17", "+99912345", TOLL_FREE]))
def test_where_nobody_knows_the_zone_the_clinics_clock_counts(
    now: datetime, zone: str, address: str
) -> None:
    moment = ring(now, address, zone=zone)
    assert now <= moment <= now + timedelta(days=1)
    assert is_day(moment, ZoneInfo(zone))


@given(MOMENTS, st.sampled_from([*NUMBERS, "user-17"]), st.integers(0, 59))
def test_who_has_just_written_is_awake(now: datetime, address: str, minutes: int) -> None:
    assert ring(now, address, now - timedelta(minutes=minutes)) == now


@given(st.text(max_size=20), MOMENTS)
def test_no_address_is_too_odd(address: str, now: datetime) -> None:
    assert now <= ring(now, address) <= now + timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "number", "expected"),
    [
        # 9 pm in San Francisco is too late, a minute before is not.
        ((2026, 7, 1, 20, 59), SAN_FRANCISCO, (2026, 7, 1, 20, 59)),
        ((2026, 7, 1, 21, 0), SAN_FRANCISCO, (2026, 7, 2, 8, 0)),
        ((2026, 7, 1, 7, 59), SAN_FRANCISCO, (2026, 7, 1, 8, 0)),
        # The day after the clocks went forward, and after they went back.
        ((2026, 3, 7, 23, 0), SAN_FRANCISCO, (2026, 3, 8, 8, 0)),
        ((2026, 10, 31, 23, 0), SAN_FRANCISCO, (2026, 11, 1, 8, 0)),
    ],
)
def test_the_clock_of_san_francisco(
    now: tuple[int, ...], number: str, expected: tuple[int, ...]
) -> None:
    zone = "America/Los_Angeles"
    assert ring(local(zone, *now), number) == local(zone, *expected)


def test_a_number_of_two_zones_waits_for_both() -> None:
    # 7:30 in Boise is 6:30 in northern Idaho, which has Pacific time.
    assert ring(local("America/Boise", 2026, 7, 1, 7, 30), IDAHO) == local(
        "America/Los_Angeles", 2026, 7, 1, 8, 0
    )


MINUTE = timedelta(minutes=1)
NIGHT = datetime(2026, 7, 2, 6, 30, tzinfo=timezone.utc)  # 11:30 pm in San Francisco


@pytest.mark.parametrize("kind", OutboundKind)
def test_only_what_the_clinic_begins_waits_for_the_morning(
    database: Database, kind: OutboundKind
) -> None:
    office = Office(database, now=NIGHT)
    new_text(database, new_thread(database, last_inbound_at=NOON), kind=kind, now=NIGHT)

    office.round()

    if not kind.unasked:
        assert row(database).state == "sent"
        return
    assert (row(database).state, row(database).failure) == ("waiting", "quiet_hours")
    assert row(database).attempts == 0
    assert office.counted("held") == 1
    office.clock.time = row(database).next_attempt_at - timedelta(minutes=1)
    assert office.round() == 0
    office.clock.wait(60)
    office.round()
    assert row(database).state == "sent"
    assert office.provider.lookups == 0


def test_it_is_sent_at_once_when_the_patient_writes_in_the_night(database: Database) -> None:
    office = Office(database, now=NIGHT)
    new_text(database, new_thread(database), kind=OutboundKind.STAFF, now=NIGHT)
    office.round()
    assert row(database).state == "waiting"
    with database.writing() as connection:
        connection.execute(update(text_threads).values(last_inbound_at=NIGHT + MINUTE))
    office.clock.wait(20 * 60)
    assert office.round() == 1
    assert row(database).state == "sent"


def test_an_answer_passes_what_waits_for_the_morning(database: Database) -> None:
    office, thread = Office(database, now=NIGHT), new_thread(database)
    new_text(database, thread, "Of staff.", kind=OutboundKind.STAFF, now=NIGHT)
    office.round()
    new_text(database, thread, "An answer.", now=NIGHT)
    office.round()
    assert office.provider.texts == ["An answer."]


def test_what_an_earlier_worker_left_in_doubt_is_asked_about_before_it_waits(
    database: Database,
) -> None:
    office = Office(database, now=NIGHT)
    new_text(database, new_thread(database), kind=OutboundKind.STAFF, now=NIGHT)
    change(database, leased_until=NIGHT - timedelta(seconds=1))
    office.round()
    assert (office.provider.lookups, row(database).failure) == (1, "quiet_hours")
