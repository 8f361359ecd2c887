"""One at a time per key, in the order of asking; different keys in parallel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio


@dataclass
class _Lane:
    # anyio's lock lets its waiters in first come, first served.
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    users: int = 0


class Lanes:
    """Locks that exist only while somebody uses them."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    def users(self, key: str) -> int:
        """How many hold or wait for this key's lane."""
        lane = self._lanes.get(key)
        return lane.users if lane else 0

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Wait for one's turn in this key's lane, and keep it."""
        lane = self._lanes.setdefault(key, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[key]
