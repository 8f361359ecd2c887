"""Requests over time: moving windows in memory, per address and per session."""

from __future__ import annotations

import math
import time
from enum import Enum

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.content.texts import ErrorCode
from bot.gateway.errors import RefusalError
from bot.gateway.limits import RateLimits


class Rate(str, Enum):
    """What is counted, and by what."""

    SESSIONS_PER_ADDRESS = "sessions_per_address"
    MESSAGES_PER_ADDRESS = "messages_per_address"
    MESSAGES_PER_SESSION = "messages_per_session"
    READS_PER_ADDRESS = "reads_per_address"
    UPDATES_PER_ADDRESS = "updates_per_address"
    UPDATES_PER_SESSION = "updates_per_session"
    SIGN_INS_PER_NAME = "sign_ins_per_name"
    SIGN_INS_PER_NAME_ANYWHERE = "sign_ins_per_name_anywhere"
    SIGN_INS_PER_ADDRESS = "sign_ins_per_address"
    TEXTS_PER_GATEWAY = "texts_per_gateway"


class Rates:
    """Counts requests and refuses those over the limit."""

    def __init__(self, limits: RateLimits) -> None:
        # The limiter itself holds its storage by a weak reference only.
        self._storage = MemoryStorage()
        self._windows = MovingWindowRateLimiter(self._storage)
        self._items: dict[Rate, list[RateLimitItem]] = {
            rate: [item for text in getattr(limits, rate.value) for item in parse_many(text)]
            for rate in Rate
        }

    def count(self, rate: Rate, who: str) -> None:
        """Count one request by `who`.

        Raises:
            RefusalError: it is one too many; says in how many seconds there is room again.
        """
        # Looked at before any is counted: a refused request uses nothing up.
        for item in self._items[rate]:
            if not self._windows.test(item, rate.value, who):
                reset_at = self._windows.get_window_stats(item, rate.value, who)[0]
                wait = max(1, math.ceil(reset_at - time.time()))
                raise RefusalError(ErrorCode.TOO_MANY, retry_after=wait)
        for item in self._items[rate]:
            self._windows.hit(item, rate.value, who)
