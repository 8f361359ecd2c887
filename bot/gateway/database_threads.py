"""Runs database calls in a bounded set of threads: the event loop never waits for a disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from bot.database.engine import DatabaseUnavailableError

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """As many threads as the database has connections."""

    def __init__(self, count: int) -> None:
        self._limiter = anyio.CapacityLimiter(count)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `call` in a thread. Not cut short by cancelling: a commit is never left in doubt."""
        return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=self._limiter)

    async def insist(
        self, pause: float, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same again and again while the database is unavailable, `pause` seconds apart."""
        while True:
            try:
                return await self.run(call, *args, **kwargs)
            except DatabaseUnavailableError:
                await anyio.sleep(pause)
