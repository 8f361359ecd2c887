"""The days that a review is about, in the clinic's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo


class PeriodError(Exception):
    """There is no such period. Its text is one line."""


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both of them whole."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodError(f"the period would end on {self.last}, before it begins")

    @classmethod
    def of_days(cls, days: int, last: date, zone: ZoneInfo) -> Period:
        """So many days, the last of them `last`.

        Raises:
            PeriodError: it would not begin in any year that there is, or holds no day.
        """
        try:
            return cls(last - timedelta(days=days - 1), last, zone)
        except OverflowError:
            raise PeriodError(f"{days} days are too many") from None

    @property
    def starts_at(self) -> datetime:
        """The first moment, in UTC."""
        return self._midnight(self.first)

    @property
    def ends_before(self) -> datetime:
        """The first moment behind the period, in UTC.

        The last day may have 23 or 25 hours.
        """
        if self.last == date.max:
            return datetime.max.replace(tzinfo=timezone.utc)
        return self._midnight(self.last + timedelta(days=1))

    def day_of(self, moment: datetime) -> date:
        """The day of the clinic on which a moment was."""
        return moment.astimezone(self.zone).date()

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"

    def _midnight(self, day: date) -> datetime:
        try:
            return datetime.combine(day, time(), self.zone).astimezone(timezone.utc)
        except OverflowError:
            return datetime.min.replace(tzinfo=timezone.utc)
