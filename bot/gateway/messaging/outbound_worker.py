"""Sends what waits for patients' telephones and portals, by every gateway that is configured."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

import anyio

from bot.configuration.settings import Settings
from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.vault import Vault
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import TextingLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.messaging.adapter import GatewayName
from bot.gateway.messaging.configured import SendingClient, configured_clients
from bot.gateway.messaging.dead_texts import DeadTexts
from bot.gateway.messaging.outbound_lane import OutboundLane
from bot.gateway.messaging.outbound_store import OutboundStore
from bot.gateway.metrics import Metrics, TextOutcome
from bot.gateway.rounds import Rounds


class OutboundWorker:
    """One lane for each gateway. What waits for one that is not configured is given up.

    Args:
        adapters: the gateways that are configured.
    """

    def __init__(
        self,
        adapters: Mapping[GatewayName, SendingClient],
        store: OutboundStore,
        dead: DeadTexts,
        vault: Vault,
        threads: DatabaseThreads,
        limits: TextingLimits,
        metrics: Metrics,
        *,
        clinic_zone: str,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._adapters = dict(adapters)
        self._store = store
        self._dead = dead
        self._threads = threads
        self._metrics = metrics
        self._now = now
        self._lanes = [
            OutboundLane(
                gateway,
                adapter,
                store,
                vault,
                threads,
                limits,
                metrics,
                clinic_zone=clinic_zone,
                now=now,
                chance=chance,
            )
            for gateway, adapter in adapters.items()
        ]
        self._unconfigured = tuple([name for name in GatewayName if name not in adapters])
        self._watch = Rounds(
            self._look, self._nothing_due, limits.rests, now=now, failed=LogEvent.TEXTING_FAILED
        )

    def ask_for_a_round(self) -> None:
        """Look for texts at once. To be called in the event loop's thread."""
        for lane in self._lanes:
            lane.ask()

    async def run(self) -> None:
        """Send what there is and what comes; cancel to stop."""
        async with anyio.create_task_group() as tasks:
            for lane in self._lanes:
                tasks.start_soon(lane.run)
            tasks.start_soon(self._watch.run)

    async def close(self) -> None:
        """Close what the gateways hold open, after `run` has ended."""
        for adapter in self._adapters.values():
            await adapter.close()

    async def round(self) -> int:
        """Deal with all that is due, once. Returns how many texts that were. Never raises."""
        counts: list[int] = []

        async def one(lane: OutboundLane) -> None:
            try:
                counts.append(await lane.round())
            except DatabaseUnavailableError as error:
                log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
            except Exception as error:
                log_failure(LogEvent.TEXTING_FAILED, error)

        async with anyio.create_task_group() as tasks:
            for lane in self._lanes:
                tasks.start_soon(one, lane)
        try:
            await self._look()
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
        return sum(counts)

    async def _look(self) -> None:
        """Give up what no gateway will ever take, and show how much waits."""
        for name in self._unconfigured:
            count = await self._threads.run(self._store.give_up_all, name, now=self._now())
            if count:
                self._metrics.count_text(name, TextOutcome.DEAD, count)
                log(LogEvent.TEXTS_NOT_CONFIGURED, logging.ERROR, gateway=name, count=count)
        self._metrics.show_texts_out(await self._threads.run(self._dead.counts))

    async def _nothing_due(self) -> None:
        return None


def outbound_worker(
    database: Database,
    settings: Settings,
    secrets: Mapping[str, str],
    vault: Vault,
    threads: DatabaseThreads,
    limits: TextingLimits,
    metrics: Metrics,
    *,
    clinic_zone: str,
) -> OutboundWorker:
    """The worker of this installation.

    Args:
        secrets: by name; each configured gateway needs its own.

    Raises:
        SettingsError: a secret of a configured gateway cannot be used.
    """
    return OutboundWorker(
        configured_clients(settings, secrets, limits),
        OutboundStore(database, limits),
        DeadTexts(database, vault),
        vault,
        threads,
        limits,
        metrics,
        clinic_zone=clinic_zone,
    )
