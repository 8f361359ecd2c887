"""Background work on intake: what nobody has seen to for long, and how much is open."""

from __future__ import annotations

from datetime import datetime, timezone

import anyio

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.handover import HandOver
from bot.gateway.limits import UpkeepLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import Metrics
from bot.intake.record_store import RecordStore


class IntakeUpkeep:
    """Hands back conversations that their person left, expires old records, counts the open."""

    def __init__(
        self,
        hand_over: HandOver,
        records: RecordStore,
        threads: DatabaseThreads,
        limits: UpkeepLimits,
        metrics: Metrics,
    ) -> None:
        self._hand_over = hand_over
        self._records = records
        self._threads = threads
        self._limits = limits
        self._metrics = metrics

    async def run(self) -> None:
        """Rounds without end; cancel to stop."""
        while True:
            await self.round()
            await anyio.sleep(self._limits.intake_seconds)

    async def round(self) -> None:
        """Do what is due. Never raises."""
        try:
            await self._hand_over.release_idle()
            while count := await self._threads.run(self._records.expire_due, _now()):
                log(LogEvent.RECORDS_EXPIRED, count=count)
            self._metrics.set_records(await self._threads.run(self._records.counts))
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
        except Exception as error:
            log_failure(LogEvent.UPKEEP_FAILED, error)


def _now() -> datetime:
    return datetime.now(timezone.utc)
