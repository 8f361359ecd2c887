"""How long things are kept, read from the schema-checked `retention.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

RETENTION_FILE = Path(__file__).parent / "retention.yml"

#: A hundred years: what is longer is a slip of the pen, and would leave the calendar.
_MOST_DAYS = 36_500


class Days(StrictRecord):
    """Whole days by kind; `retention.yml` says what each begins with."""

    conversations: int = Field(ge=1, le=_MOST_DAYS)
    closed_records: int = Field(ge=1, le=_MOST_DAYS)
    records_without_contact: int = Field(ge=1, le=_MOST_DAYS)
    delivered_notices: int = Field(ge=1, le=_MOST_DAYS)
    dead_notices: int = Field(ge=1, le=_MOST_DAYS)
    safety_alerts: int = Field(ge=1, le=_MOST_DAYS)
    feedback: int = Field(ge=1, le=_MOST_DAYS)


class PurgePace(StrictRecord):
    """How often what is too old is looked for, and how much goes in one transaction."""

    every_minutes: float = Field(gt=0)
    retry_minutes: float = Field(gt=0)
    batch: int = Field(ge=1, le=500)

    @property
    def every(self) -> timedelta:
        """From the end of one run to the next."""
        return timedelta(minutes=self.every_minutes)

    @property
    def retry(self) -> timedelta:
        """From a run that failed to the next."""
        return timedelta(minutes=self.retry_minutes)


class Retention(StrictRecord):
    """All of `retention.yml`."""

    days: Days
    purge: PurgePace


def load_retention(file: Path = RETENTION_FILE) -> Retention:
    """Read how long things are kept.

    Raises:
        ContentError: the file is missing or breaks the schema; names line and field.
    """
    retention: Retention = read_yaml(file).parse(Retention)
    return retention


def retention_file(environment: Mapping[str, str]) -> Path:
    """The installation's own file if it names one in RETENTION_FILE, otherwise the shipped one."""
    return Path(environment.get("RETENTION_FILE") or RETENTION_FILE)
