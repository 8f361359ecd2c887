"""Whether the parts that an answer needs work, asked for no more often than limits allow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum

import anyio

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import ReadinessLimits
from bot.gateway.rasa_client import RasaClient
from bot.gateway.store import ConversationStore


class Part(str, Enum):
    """A part that must work for messages to be answered."""

    DATABASE = "database"
    RASA = "rasa"


class _Probe:
    """One check whose result is used again for a while."""

    def __init__(self, check: Callable[[], Awaitable[bool]], limits: ReadinessLimits) -> None:
        self._check = check
        self._limits = limits
        self._lock = anyio.Lock()
        self._result = False
        self._good_until = float("-inf")

    async def __call__(self) -> bool:
        async with self._lock:
            if anyio.current_time() >= self._good_until:
                self._result = False
                with anyio.move_on_after(self._limits.probe_seconds):
                    self._result = await self._check()
                self._good_until = anyio.current_time() + self._limits.reuse_seconds
            return self._result


class Readiness:
    """Probes the database with a write, and Rasa with a sentence."""

    def __init__(
        self,
        rasa: RasaClient,
        store: ConversationStore,
        threads: DatabaseThreads,
        limits: ReadinessLimits,
    ) -> None:
        self._store = store
        self._threads = threads
        self._probes = {
            Part.DATABASE: _Probe(self._database_writes, limits),
            Part.RASA: _Probe(rasa.ready, limits),
        }

    async def works(self, part: Part) -> bool:
        """Whether this part works now."""
        return await self._probes[part]()

    async def _database_writes(self) -> bool:
        try:
            await self._threads.run(self._store.check_writable)
        except DatabaseUnavailableError:
            return False
        return True
