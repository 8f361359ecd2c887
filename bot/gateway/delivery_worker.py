"""Tells the clinic what the outbox holds, by every sink that is configured."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone

import anyio

from bot.configuration.settings import Settings
from bot.database.engine import Database, DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.delivery_lane import DeliveryLane
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import Metrics, NoticeOutcome
from bot.intake.delivery_limits import DeliveryLimits, load_delivery_limits
from bot.intake.outbox import OutboxStore, SinkName
from bot.intake.record_store import RecordStore
from bot.intake.sinks.configured import configured_sinks
from bot.intake.sinks.sink import Sink


class DeliveryWorker:
    """One lane for each sink. Notices for a sink that is not configured are marked as skipped."""

    def __init__(
        self,
        store: OutboxStore,
        records: RecordStore,
        sinks: Sequence[Sink],
        threads: DatabaseThreads,
        limits: DeliveryLimits,
        metrics: Metrics,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._threads = threads
        self._limits = limits
        self._metrics = metrics
        self._lanes = [
            DeliveryLane(sink, store, records, threads, limits, metrics, now=now, chance=chance)
            for sink in sinks
        ]
        configured = {sink.name for sink in sinks}
        self._unconfigured = tuple([name for name in SinkName if name not in configured])
        self._asked = anyio.Event()

    def ask_for_a_round(self) -> None:
        """Look into the outbox at once. To be called in the event loop's thread."""
        self._asked.set()
        for lane in self._lanes:
            lane.ask()

    async def run(self) -> None:
        """Deliver what there is and what comes; cancel to stop."""
        if not self._lanes:
            log(LogEvent.NO_NOTICES, logging.WARNING)
        async with anyio.create_task_group() as tasks:
            for lane in self._lanes:
                tasks.start_soon(lane.run)
            if self._unconfigured:
                tasks.start_soon(self._keep_skipping)

    async def round(self) -> int:
        """Try everything that is due, once. Returns how many attempts that were. Never raises."""
        counts: list[int] = []

        async def one(lane: DeliveryLane) -> None:
            try:
                counts.append(await lane.round())
            except DatabaseUnavailableError as error:
                log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
            except Exception as error:
                log_failure(LogEvent.DELIVERY_FAILED, error)

        async with anyio.create_task_group() as tasks:
            for lane in self._lanes:
                tasks.start_soon(one, lane)
            tasks.start_soon(self._skip)
        return sum(counts)

    async def _keep_skipping(self) -> None:
        while True:
            self._asked = asked = anyio.Event()
            await self._skip()
            with anyio.move_on_after(self._limits.rests.longest_seconds):
                await asked.wait()

    async def _skip(self) -> None:
        """Mark what no sink will ever take. Never raises."""
        try:
            for name in self._unconfigured:
                count = await self._threads.run(self._store.skip, name)
                if count:
                    self._metrics.count_notice(name, NoticeOutcome.SKIPPED, count)
                    log(LogEvent.NOTICES_SKIPPED, sink=name, count=count)
            self._metrics.show_outbox(await self._threads.run(self._store.counts))
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
        except Exception as error:
            log_failure(LogEvent.DELIVERY_FAILED, error)


def delivery_worker(
    database: Database,
    records: RecordStore,
    settings: Settings,
    secrets: Mapping[str, str],
    threads: DatabaseThreads,
    metrics: Metrics,
) -> DeliveryWorker:
    """The worker of this installation.

    Args:
        secrets: by name; WEBHOOK_SECRET is needed where there is a webhook.

    Raises:
        SettingsError: WEBHOOK_SECRET cannot be used.
        ContentError: `delivery.yml` or `notices.yml` breaks its schema.
    """
    limits = load_delivery_limits()
    sinks = configured_sinks(settings, secrets, limits.attempts)
    return DeliveryWorker(OutboxStore(database), records, sinks, threads, limits, metrics)
