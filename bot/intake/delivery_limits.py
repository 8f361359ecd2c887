"""The numbers of delivering notices, read from the schema-checked `delivery.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

DELIVERY_FILE = Path(__file__).parent / "delivery.yml"


class AttemptLimits(StrictRecord):
    """What one attempt may take, in seconds, and how many there may be at once for one receiver."""

    seconds: float = Field(gt=0)
    connect_seconds: float = Field(gt=0)
    settle_seconds: float = Field(gt=0)
    lease_seconds: float = Field(gt=0)
    at_once: int = Field(ge=1)

    @validator("lease_seconds")
    def _outlasts_an_attempt(cls, lease: float, values: dict[str, Any]) -> float:
        # Or it would be sent a second time while the first attempt is still under way.
        if lease <= values.get("seconds", 0) + values.get("settle_seconds", 0):
            raise ValueError("must be longer than seconds and settle_seconds together")
        return lease


class NoticeAttemptLimits(AttemptLimits):
    """The same, and how long a mail server may take to say good-bye."""

    goodbye_seconds: float = Field(gt=0)


class RetryLimits(StrictRecord):
    """How long to wait before another attempt, in seconds."""

    pauses: tuple[float, ...]
    longest_asked_seconds: float = Field(gt=0)

    @validator("pauses")
    def _grow(cls, pauses: tuple[float, ...]) -> tuple[float, ...]:
        if not pauses or pauses[0] <= 0 or list(pauses) != sorted(pauses):
            raise ValueError("must be above zero, each no shorter than the one before")
        return pauses


class RestLimits(StrictRecord):
    """How long the worker rests, in seconds."""

    longest_seconds: float = Field(gt=0)
    shortest_seconds: float = Field(gt=0)
    after_failure_seconds: float = Field(gt=0)


class DeliveryLimits(StrictRecord):
    """All of `delivery.yml`."""

    attempts: NoticeAttemptLimits
    retries: RetryLimits
    rests: RestLimits


def load_delivery_limits(file: Path = DELIVERY_FILE) -> DeliveryLimits:
    """Read the numbers.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    limits: DeliveryLimits = read_yaml(file).parse(DeliveryLimits)
    return limits
