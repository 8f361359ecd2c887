"""When what was not delivered is tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.intake.delivery_limits import RetryLimits


class Setback(Protocol):
    """Why an attempt failed, as far as the next one depends on it.

    `permanent`: trying again later will not help. `retry_after`: how many seconds the other side
    asks us to wait.
    """

    @property
    def permanent(self) -> bool:
        """Whether there is no next attempt."""

    @property
    def retry_after(self) -> float | None:
        """The pause that the other side asks for."""


def next_attempt_at(
    error: Setback,
    *,
    failures: int,
    now: datetime,
    limits: RetryLimits,
    chance: Callable[[], float],
) -> datetime | None:
    """When to try again; None: never.

    At random within the latter half of the pause that is due, so that what failed together does not
    come back together. Who asks for a longer pause gets it, within bounds.

    Args:
        failures: how many attempts have failed, this one included.
        chance: a random number from 0 to 1.
    """
    if error.permanent or failures > len(limits.pauses):
        return None
    pause = limits.pauses[failures - 1]
    pause = pause / 2 + chance() * pause / 2
    asked = min(error.retry_after or 0.0, limits.longest_asked_seconds)
    return now + timedelta(seconds=max(pause, asked))
