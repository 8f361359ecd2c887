"""When a person of the clinic is in touch at the latest, counted in opening hours only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale, get_global
from babel.dates import format_date, format_time, get_timezone_gmt
from pydantic import Field, validator

from bot.configuration.clinic import Clinic, Day
from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.intake.records import Urgency

PROMISES_FILE = Path(__file__).parent / "promises.yml"

_SPANISH = "es"
_ENGLISH_OF_THE_US = "en_US"
_SPANISH_OF_THE_US = "es_US"

_DAYS = tuple(Day)


class Promises(StrictRecord):
    """The numbers of `promises.yml`, which says what each is for."""

    open_hours: dict[Urgency, float]
    round_up_to_minutes: int = Field(ge=1, le=60)
    expire_after_days: int = Field(ge=1, le=36_500)

    @validator("round_up_to_minutes")
    def _divides_the_hour(cls, minutes: int) -> int:
        if 60 % minutes:
            raise ValueError("must divide 60")
        return minutes

    @validator("open_hours")
    def _the_graver_the_sooner(cls, hours: dict[Urgency, float]) -> dict[Urgency, float]:
        if set(hours) != set(Urgency):
            raise ValueError(f"must name each of {', '.join(each.value for each in Urgency)}")
        falling = [hours[urgency] for urgency in Urgency]
        if not all(0 <= each <= 200 for each in falling):
            raise ValueError("must be from 0 to 200")
        if falling != sorted(falling, reverse=True):
            raise ValueError("a graver urgency must not have more hours than a lesser one")
        return hours


def load_promises(file: Path = PROMISES_FILE) -> Promises:
    """Read the promises.

    Raises:
        ContentError: the file is missing or breaks the schema; names line and field.
    """
    promises: Promises = read_yaml(file).parse(Promises)
    return promises


PROMISES = load_promises()


def due_at(
    now: datetime, urgency: Urgency, clinic: Clinic, promises: Promises = PROMISES
) -> datetime:
    """When somebody is in touch at the latest, in UTC: within opening hours, or at closing time.

    Args:
        now: when the request was made, with its time zone.
    """
    step = timedelta(minutes=promises.round_up_to_minutes)
    left = timedelta(hours=promises.open_hours[urgency])
    for opens, closes in _open_from(now.astimezone(timezone.utc), clinic):
        if opens + left <= closes:
            return min(_rounded_up(opens + left, step), closes)
        left -= closes - opens
    raise AssertionError("a clinic opens again and again")


def in_words(due: datetime, clinic: Clinic, language: str = "en") -> str:
    """A moment in the clinic's time zone: "12:00 pm on Monday, November 23 (Eastern time)".

    It follows "by" in English. In Spanish it follows "antes de" and begins with its article, which
    depends on the hour: "las 12:00 p. m. del lunes 23 de noviembre (hora oriental)". Any other
    language gets the English words.
    """
    local = due.astimezone(ZoneInfo(clinic.time_zone))
    locale = _SPANISH_OF_THE_US if language == _SPANISH else _ENGLISH_OF_THE_US
    clock = format_time(local.timetz().replace(tzinfo=None), "short", locale=locale)
    zone = _zone_in_words(local, clinic.time_zone, locale)
    if language == _SPANISH:
        article = "la" if local.hour % 12 == 1 else "las"
        day = format_date(local.date(), "EEEE d 'de' MMMM", locale=locale)
        words = f"{article} {clock} del {day} ({zone})"
    else:
        day = format_date(local.date(), "EEEE, MMMM d", locale=locale)
        words = f"{clock.lower()} on {day} ({zone.replace(' Time', ' time')})"
    return words.replace("\xa0", " ").replace("\u202f", " ")


def _zone_in_words(local: datetime, name: str, locale: str) -> str:
    """Its name the whole year round; where there is none now, its distance from Greenwich."""
    name = get_global("zone_aliases").get(name, name)
    names = Locale.parse(locale).meta_zones.get(get_global("meta_zones").get(name), {})
    long = names.get("long", {})
    words: str | None = long.get("generic")
    if not (words or "daylight" in long or local.dst()):
        words = long.get("standard")
    return words or str(get_timezone_gmt(local, locale=locale))


def _open_from(now: datetime, clinic: Clinic) -> Iterator[tuple[datetime, datetime]]:
    """The clinic's opening hours from `now` on, in UTC, in order and without overlaps."""
    day = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    while True:
        for opens, closes in _open_on(day, clinic):
            if closes > now:
                yield max(opens, now), closes
        day += timedelta(days=1)


def _open_on(day: date, clinic: Clinic) -> list[tuple[datetime, datetime]]:
    if day in clinic.holidays:
        return []
    name = _DAYS[day.weekday()]
    ranges = sorted(
        (_readings(day, hours.opens, clinic)[-1], _readings(day, hours.closes, clinic)[0])
        for hours in clinic.hours
        if name in hours.days
    )
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in ranges:
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        elif opens < closes:
            found.append((opens, closes))
    return found


def _readings(day: date, clock: str, clinic: Clinic) -> list[datetime]:
    """What the clinic's clock can mean by this time, in UTC, the earlier reading first.

    There are two when the clock is put back past it, or forward over it. Opening is read as the
    later and closing as the earlier, so that nobody is promised a time at which nobody is there.
    """
    local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(clinic.time_zone))
    return sorted(local.replace(fold=fold).astimezone(timezone.utc) for fold in (0, 1))


def _rounded_up(moment: datetime, step: timedelta) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + -(-(moment - midnight) // step) * step
