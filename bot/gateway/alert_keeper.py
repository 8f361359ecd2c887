"""Sees to it that every safety alert gets into the database, now or as soon as it works again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import AlertLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import AlertOutcome, Metrics
from bot.intake.alert_spool import AlertSpool, SpoolFullError
from bot.intake.alert_store import AlertStore
from bot.intake.safety_alerts import SafetyAlert

T = TypeVar("T")

#: Alerts that are stored in one transaction.
_BATCH = 100


@dataclass(frozen=True)
class _Attempt:
    task: asyncio.Task[Any]
    ends_at: float


class AlertKeeper:
    """Keeps alerts that could not be stored with their reply, and stores them later.

    Args:
        notify: called when the clinic has something new to be told of.
    """

    def __init__(
        self,
        store: AlertStore,
        spool: AlertSpool,
        threads: DatabaseThreads,
        limits: AlertLimits,
        metrics: Metrics,
        notify: Callable[[], None],
    ) -> None:
        self._store = store
        self._spool = spool
        self._threads = threads
        self._limits = limits
        self._metrics = metrics
        self._notify = notify
        self._disk_thread = anyio.CapacityLimiter(1)
        self._storing = anyio.Lock()
        self._kept = anyio.Event()
        self._disk_works = True
        self._attempts: dict[str, _Attempt] = {}
        metrics.alerts_waiting.set_function(lambda: len(spool))

    def stored(self, alert: SafetyAlert) -> None:
        """This alert has got into the database just now."""
        self._metrics.count_alert(alert.kind, AlertOutcome.STORED)
        log(LogEvent.ALERT_STORED, kind=alert.kind, source=alert.found_by)
        self._notify()

    async def keep(self, alert: SafetyAlert, *, attempt: asyncio.Task[Any] | None = None) -> None:
        """Keep an alert for later: in memory at once, on disk if that is quick. Never raises.

        Args:
            attempt: what goes on storing the alert with its conversation, and so in the record
                that the conversation has open. It is waited for, but not long.
        """
        if attempt is not None:
            ends_at = anyio.current_time() + self._limits.attempt_seconds
            self._attempts[alert.id] = _Attempt(attempt, ends_at)
        try:
            if self._spool.hold(alert):
                self._metrics.count_alert(alert.kind, AlertOutcome.WAITING)
                log(LogEvent.ALERT_WAITS, logging.WARNING, kind=alert.kind, source=alert.found_by)
        except SpoolFullError:
            self._metrics.count_alert(alert.kind, AlertOutcome.LOST)
            log(LogEvent.ALERT_LOST, logging.ERROR, kind=alert.kind, source=alert.found_by)
            return
        self._kept.set()
        with anyio.move_on_after(self._limits.disk_seconds):
            await self._on_disk(self._write)

    async def load(self) -> None:
        """Take up what an earlier run left on disk. Never raises."""
        try:
            broken = await self._on_disk(self._spool.load)
        except Exception as error:
            log_failure(LogEvent.ALERT_DISK_FAILED, error)
            return
        if broken:
            log(LogEvent.ALERT_FILES_BROKEN, logging.ERROR, count=broken)
        if len(self._spool):
            self._kept.set()

    async def store_waiting(self) -> None:
        """Store what waits, oldest first; what cannot be stored goes on waiting. Never raises."""
        async with self._storing:
            try:
                while batch := self._spool.waiting(_BATCH, besides=self._attempted()):
                    for alert in await self._threads.run(self._store.add, batch):
                        self.stored(alert)
                    await self._on_disk(partial(self._spool.remove, batch))
            except DatabaseUnavailableError:
                await self._on_disk(self._write)
            except Exception as error:
                log_failure(LogEvent.ALERTS_FAILED, error)

    async def run(self) -> None:
        """Store what waits, again and again as long as something does; cancel to stop."""
        while True:
            await self._kept.wait()
            self._kept = anyio.Event()
            await self.store_waiting()
            while len(self._spool):
                await anyio.sleep(self._limits.retry_seconds)
                await self.store_waiting()

    def _attempted(self) -> frozenset[str]:
        """The alerts that something else may be storing just now."""
        now = anyio.current_time()
        self._attempts = {
            id: attempt
            for id, attempt in self._attempts.items()
            if not attempt.task.done() and now < attempt.ends_at
        }
        return frozenset(self._attempts)

    async def _on_disk(self, call: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(
            call, abandon_on_cancel=True, limiter=self._disk_thread
        )

    def _write(self) -> None:
        try:
            self._spool.write()
            self._disk_works = True
        except Exception as error:
            # Said once, not with every attempt.
            if self._disk_works:
                log_failure(LogEvent.ALERT_DISK_FAILED, error)
            self._disk_works = False
