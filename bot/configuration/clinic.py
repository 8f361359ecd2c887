"""The clinic's facts, read from one schema-checked YAML file."""

from __future__ import annotations

import re
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel.dates import format_time, get_day_names
from pydantic import Field, validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

CLINIC_FILE = Path(__file__).parents[2] / "clinic.yml"

# Reserved for examples by RFC 2606.
_EXAMPLE_HOST = re.compile(r"(^|[.@/])(example\.(com|org|net)|example)(:\d+)?$", re.IGNORECASE)


_SPANISH = "es"
_SPANISH_OF_THE_US = "es_US"


class Day(str, Enum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class OpeningHours(StrictRecord):
    """When people of the clinic answer, in the clinic's time zone, as HH:MM on a 24-hour clock."""

    days: tuple[Day, ...]
    opens: str = Field(regex=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str = Field(regex=r"^([01]\d|2[0-3]):[0-5]\d$")

    @validator("days")
    def _names_a_day(cls, days: tuple[Day, ...]) -> tuple[Day, ...]:
        if not days:
            raise ValueError("must name one day at least")
        return days

    @validator("closes")
    def _closes_after_it_opens(cls, closes: str, values: dict[str, Any]) -> str:
        if closes <= values.get("opens", ""):
            raise ValueError("must be later than opens")
        return closes

    def __str__(self) -> str:
        names = [day.value.capitalize() for day in self.days]
        consecutive = _consecutive([list(Day).index(day) for day in self.days])
        days = f"{names[0]} to {names[-1]}" if consecutive else ", ".join(names)
        return f"{days}, {_twelve_hour(self.opens)} to {_twelve_hour(self.closes)}"

    def in_spanish(self) -> str:
        """The hours as Spanish says them: "lunes a viernes, 9:00 a. m. a 5:00 p. m."."""
        week = get_day_names("wide", locale=_SPANISH_OF_THE_US)
        places = [list(Day).index(day) for day in self.days]
        days = f"{week[places[0]]} a {week[places[-1]]}"
        if not _consecutive(places):
            days = ", ".join(week[place] for place in places)
        opens, closes = (
            format_time(time.fromisoformat(moment), "short", locale=_SPANISH_OF_THE_US)
            for moment in (self.opens, self.closes)
        )
        return f"{days}, {opens} a {closes}".replace("\xa0", " ").replace("\u202f", " ")


class Clinic(StrictRecord):
    """Name, contact and hours of the clinic that this installation speaks for."""

    name: str = Field(min_length=1, max_length=40)
    phone: str
    email: str = Field(regex=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    site: str = Field(regex=r"^https?://[^\s/]+$")
    time_zone: str
    hours: tuple[OpeningHours, ...]
    holidays: tuple[date, ...] = ()
    languages: tuple[str, ...] = ("en",)
    allowed_origins: tuple[str, ...] = ()

    @validator("phone")
    def _is_a_phone_number(cls, phone: str) -> str:
        try:
            number = phonenumbers.parse(phone, "US")
        except phonenumbers.NumberParseException:
            raise ValueError("is not a telephone number") from None
        if not phonenumbers.is_possible_number(number):
            raise ValueError("is not a possible telephone number")
        return phone

    @validator("hours")
    def _is_ever_open(cls, hours: tuple[OpeningHours, ...]) -> tuple[OpeningHours, ...]:
        if not hours:
            raise ValueError("must name the opening hours")
        return hours

    @validator("holidays")
    def _names_each_holiday_once(cls, holidays: tuple[date, ...]) -> tuple[date, ...]:
        if len(set(holidays)) < len(holidays):
            raise ValueError("must name each date once")
        return holidays

    @validator("time_zone")
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is not a time zone of the IANA database") from None
        return name

    @validator("allowed_origins", each_item=True)
    def _is_an_origin(cls, origin: str) -> str:
        scheme, separator, rest = origin.partition("://")
        if scheme not in ("http", "https") or not separator or not rest or "/" in rest:
            raise ValueError("an origin is scheme://host[:port] and nothing more")
        return origin

    @property
    def opening_hours(self) -> str:
        """The hours in words: "Mon to Fri, 9 am to 5 pm"."""
        hours = "; ".join(str(hours) for hours in self.hours)
        return f"{hours}, except holidays" if self.holidays else hours

    def opening_hours_in(self, language: str) -> str:
        """The hours in words of `language` (ISO 639-1); in English if they cannot be said in it."""
        if language != _SPANISH:
            return self.opening_hours
        hours = "; ".join(hours.in_spanish() for hours in self.hours)
        return f"{hours}, excepto festivos" if self.holidays else hours

    def example_values(self) -> list[str]:
        """The names of the fields that still hold a shipped example."""
        found = []
        digits = "".join(character for character in self.phone if character.isdigit())
        if digits[-10:-7] == "555" or digits[-7:-4] == "555":
            found.append("phone")
        if _EXAMPLE_HOST.search(self.email):
            found.append("email")
        if _EXAMPLE_HOST.search(self.site):
            found.append("site")
        if any(_EXAMPLE_HOST.search(origin) for origin in self.allowed_origins):
            found.append("allowed_origins")
        return found


def load_clinic(file: Path = CLINIC_FILE) -> Clinic:
    """Read the clinic's facts.

    Raises:
        ContentError: the file is missing or breaks the schema; names line and field.
    """
    clinic: Clinic = read_yaml(file).parse(Clinic)
    return clinic


def _consecutive(places: list[int]) -> bool:
    """Whether these are three or more days of the week in a row."""
    return len(places) > 2 and places == list(range(places[0], places[-1] + 1))


def _twelve_hour(clock: str) -> str:
    hour, minute = (int(part) for part in clock.split(":"))
    shown = f"{hour % 12 or 12}" + (f":{minute:02d}" if minute else "")
    return f"{shown} {'am' if hour < 12 else 'pm'}"
