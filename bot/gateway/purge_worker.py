"""Purges in the background, for as long as the gateway runs."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

import anyio

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import DeskLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.intake.purge import Purge, PurgedKind, SessionLife
from bot.intake.retention import PurgePace


class PurgeWorker:
    """Runs a purge at start and then again and again; sooner after one that failed."""

    def __init__(self, purge: Purge, threads: DatabaseThreads, pace: PurgePace) -> None:
        self._purge = purge
        self._threads = threads
        self._pace = pace

    async def run(self) -> None:
        """Rounds without end; cancel to stop. The batch that is being deleted is finished."""
        while True:
            pause = self._pace.every if await self.round() else self._pace.retry
            await anyio.sleep(pause.total_seconds())

    async def round(self) -> bool:
        """Delete what is too old now. Returns whether all of it could be. Never raises."""
        counts: Counter[PurgedKind] = Counter()
        try:
            batches = self._purge.batches(datetime.now(timezone.utc))
            while batch := await self._threads.run(next, batches, None):
                counts[batch[0]] += batch[1]
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
            return False
        except Exception as error:
            log_failure(LogEvent.PURGE_FAILED, error)
            return False
        finally:
            for kind, count in counts.items():
                log(LogEvent.PURGED, kind=kind, count=count)
        return True


def session_life(limits: DeskLimits) -> SessionLife:
    """When sessions at the desk end."""
    return SessionLife(
        idle=timedelta(minutes=limits.idle_minutes),
        absolute=timedelta(hours=limits.absolute_hours),
    )
