"""Work that is done in rounds: when something is due, when somebody asks, or after a while."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import anyio

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.log_events import LogEvent, log_failure
from bot.intake.delivery_limits import RestLimits


class Rounds:
    """Rounds without end, with rests between them. A round that fails is followed by another.

    Args:
        round: does everything that is due.
        next_due: when the next thing is due; None if nothing waits.
    """

    def __init__(
        self,
        round: Callable[[], Awaitable[object]],
        next_due: Callable[[], Awaitable[datetime | None]],
        rests: RestLimits,
        *,
        now: Callable[[], datetime],
        failed: LogEvent,
    ) -> None:
        self._round = round
        self._next_due = next_due
        self._rests = rests
        self._now = now
        self._failed = failed
        self._asked = anyio.Event()

    def ask(self) -> None:
        """Begin a round at once. To be called in the event loop's thread."""
        self._asked.set()

    async def run(self) -> None:
        """Go round after round; cancel to stop."""
        while True:
            # Made before the round: who asks while it goes on gets another one.
            self._asked = asked = anyio.Event()
            try:
                await self._round()
                pause = await self._rest()
            except DatabaseUnavailableError as error:
                log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
                pause = self._rests.after_failure_seconds
            except Exception as error:
                log_failure(self._failed, error)
                pause = self._rests.after_failure_seconds
            with anyio.move_on_after(pause):
                await asked.wait()

    async def _rest(self) -> float:
        """How many seconds until the next round."""
        due = await self._next_due()
        if due is None:
            return self._rests.longest_seconds
        seconds = (due - self._now()).total_seconds()
        return min(max(seconds, self._rests.shortest_seconds), self._rests.longest_seconds)
