"""When a patient's telephone may ring because of us: by day, where the patient is.

US rules for calls and texts that the sender begins: not before 8 a.m. or after 9 p.m. at the called
party's location (47 CFR 64.1200(c)(1)). Direct answers are not such.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers.timezone import time_zones_for_number

from bot.gateway.limits import QuietHours

#: What the library answers where it knows no zone.
_UNKNOWN = "Etc/Unknown"

#: A number with many zones, as a toll-free one, can leave no hour that is day in all of them.
_LONGEST_WAIT = timedelta(days=1)


def may_ring_at(
    now: datetime, address: str, *, last_inbound_at: datetime, clinic_zone: str, hours: QuietHours
) -> datetime:
    """The first moment, `now` or later, at which a text that we begin may be sent; in UTC.

    It is day then in every time zone that the number can be in; by the clinic's clock where these
    are unknown or have no hour of day in common.

    Args:
        address: a number as +15551234567; anything else has no zone of its own.
        last_inbound_at: when the patient wrote last. Soon after that they hold the telephone, and
            what is said is part of the exchange.
    """
    now = now.astimezone(timezone.utc)
    if now - last_inbound_at < timedelta(minutes=hours.awake_minutes):
        return now
    moment = _first_day_in_all(now, zones_of(address), hours)
    return moment or _first_day_in_all(now, (ZoneInfo(clinic_zone),), hours) or now


def zones_of(address: str) -> tuple[ZoneInfo, ...]:
    """The time zones that a number can be in; none where nobody knows."""
    try:
        names = time_zones_for_number(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return ()
    zones = []
    for name in names:
        if name == _UNKNOWN:
            return ()
        try:
            zones.append(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            return ()
    return tuple(zones)


def _first_day_in_all(
    now: datetime, zones: Sequence[ZoneInfo], hours: QuietHours
) -> datetime | None:
    """The first moment that is day in each zone; None if there is none within a day."""
    moment = now
    while zones and moment - now <= _LONGEST_WAIT:
        later = max(_day_from(moment, zone, hours) for zone in zones)
        if later == moment:
            return moment
        moment = later
    return None


def _day_from(moment: datetime, zone: ZoneInfo, hours: QuietHours) -> datetime:
    """`moment` if it is day in the zone then, otherwise when the next day begins there; in UTC."""
    local = moment.astimezone(zone)
    begins, ends = time.fromisoformat(hours.day_begins), time.fromisoformat(hours.day_ends)
    clock = local.time()
    if begins <= clock < ends:
        return moment
    today = local.date()
    days = (today, today + timedelta(days=1), today + timedelta(days=2))
    return min(start for start in (_starts(day, begins, zone) for day in days) if start > moment)


def _starts(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """When the clock of the zone first shows this time on that day, or jumps over it; in UTC."""
    return datetime.combine(day, clock, zone).astimezone(timezone.utc)
