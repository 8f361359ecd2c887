"""Moments and spans of time as staff read them, in the clinic's time zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_datetime, format_timedelta

_LOCALE = "en_US"

#: "in 90 minutes" up to here, "in 2 hours" from here on.
_FINE = timedelta(hours=2)


class Clock:
    """Speaks of time as the clinic does.

    Args:
        time_zone: of the IANA database.
    """

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def moment(self, at: datetime) -> str:
        """A moment: "Mon, Nov 23, 12:00 PM"; with its year where that is not this one."""
        local = at.astimezone(self._zone)
        this_year = datetime.now(self._zone).year
        pattern = "EEE, MMM d, h:mm a" if local.year == this_year else "EEE, MMM d, y, h:mm a"
        words: str = format_datetime(local, pattern, locale=_LOCALE)
        return words.replace("\u202f", " ")

    def machine(self, at: datetime) -> str:
        """The same for machines: ISO 8601 to the second, with the clinic's offset."""
        return at.astimezone(self._zone).isoformat(timespec="seconds")

    def span(self, length: timedelta) -> str:
        """A span without its direction: "45 minutes", "3 hours", "2 days"."""
        length = abs(length)
        if length < timedelta(minutes=1):
            return "less than a minute"
        if length < _FINE:
            minutes = int(length.total_seconds() // 60)
            return f"{minutes} minute{'' if minutes == 1 else 's'}"
        words: str = format_timedelta(length, threshold=1.5, locale=_LOCALE)
        return words


def language_name(code: str) -> str:
    """A language in English: "Spanish"; the code itself where it names none."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(_LOCALE)
    except (UnknownLocaleError, ValueError):
        return code
    return name or code
