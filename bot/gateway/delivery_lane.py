"""Delivers the notices of one sink. No lane waits for another: a slow sink delays no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import anyio

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.log_events import Field, LogEvent, log, log_failure
from bot.gateway.metrics import Metrics, NoticeOutcome
from bot.gateway.rounds import Rounds
from bot.intake.backoff import next_attempt_at
from bot.intake.delivery_failure import DeliveryError, Failure, FailureReason
from bot.intake.delivery_limits import DeliveryLimits
from bot.intake.outbox import Notice, OutboxStore
from bot.intake.record_store import RecordStore
from bot.intake.sinks.sink import Sink


class DeliveryLane:
    """Claims what is due for its sink, tries it, and writes down what came of it.

    Whatever step this process dies after, the notice is neither lost nor gets another key: it is
    claimed again when the lease ends, unless it is written down that the sink took it.
    """

    def __init__(
        self,
        sink: Sink,
        store: OutboxStore,
        records: RecordStore,
        threads: DatabaseThreads,
        limits: DeliveryLimits,
        metrics: Metrics,
        *,
        now: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._sink = sink
        self._store = store
        self._records = records
        self._threads = threads
        self._limits = limits
        self._metrics = metrics
        self._now = now
        self._chance = chance
        self._rounds = Rounds(
            self.round, self._next_due, limits.rests, now=now, failed=LogEvent.DELIVERY_FAILED
        )

    def ask(self) -> None:
        """Look for notices at once."""
        self._rounds.ask()

    async def run(self) -> None:
        """Rounds without end; cancel to stop."""
        await self._rounds.run()

    async def round(self) -> int:
        """Try everything that is due. Returns how many attempts that were.

        Raises:
            DatabaseUnavailableError: the database cannot say what is due.
        """
        count = 0
        limits = self._limits.attempts
        while notices := await self._threads.run(
            self._store.claim,
            self._now(),
            limits.lease_seconds,
            limits.at_once,
            sink=self._sink.name,
        ):
            async with anyio.create_task_group() as tasks:
                for notice in notices:
                    tasks.start_soon(self._attempt, notice)
            count += len(notices)
        self._metrics.show_outbox(await self._threads.run(self._store.counts))
        return count

    async def _next_due(self) -> datetime | None:
        return await self._threads.run(self._store.next_due, self._sink.name)

    async def _attempt(self, notice: Notice) -> None:
        """Try one notice and write down what came of it. Raises nothing of its own."""
        error = await self._send(notice)
        # A stop must not undo what the sink has done: it would get the notice again.
        with anyio.move_on_after(self._limits.attempts.settle_seconds, shield=True):
            try:
                if error is None:
                    await self._settle(notice, self._mark_delivered, NoticeOutcome.DELIVERED)
                else:
                    await self._write_failure(notice, error)
                return
            except Exception as broken:
                log_failure(LogEvent.DELIVERY_FAILED, broken)
        # The lease ends, and then there is another attempt with the same key.
        log(LogEvent.NOTICE_NOT_SETTLED, logging.ERROR, sink=notice.sink, notice=notice.event)

    async def _send(self, notice: Notice) -> DeliveryError | None:
        """Why the sink did not take the notice; None if it did."""
        try:
            with anyio.fail_after(self._limits.attempts.seconds):
                await self._sink.send(notice)
        except DeliveryError as error:
            return error
        except TimeoutError:
            return DeliveryError(Failure(FailureReason.TIME_OUT))
        except Exception as error:
            log_failure(LogEvent.DELIVERY_FAILED, error)
            return DeliveryError(Failure(FailureReason.BROKEN))
        return None

    def _mark_delivered(self, notice: Notice) -> bool:
        # The record first: the other way round a crash between the two would leave a record that
        # nobody seems to have been told of.
        try:
            self._records.notified(notice.record_id)
        except DatabaseUnavailableError:
            raise
        except Exception as error:
            # No reason to send the notice again and again.
            log_failure(LogEvent.DELIVERY_FAILED, error)
        return self._store.delivered(notice, now=self._now())

    async def _write_failure(self, notice: Notice, error: DeliveryError) -> None:
        now = self._now()
        again_at = next_attempt_at(
            error,
            failures=notice.attempts + 1,
            now=now,
            limits=self._limits.retries,
            chance=self._chance,
        )

        def mark_failed(notice: Notice) -> bool:
            return self._store.failed(notice, error.failure, again_at, now=now)

        outcome = NoticeOutcome.DEAD if again_at is None else NoticeOutcome.FAILED
        await self._settle(notice, mark_failed, outcome, error.failure)

    async def _settle(
        self,
        notice: Notice,
        write: Callable[[Notice], bool],
        outcome: NoticeOutcome,
        failure: Failure | None = None,
    ) -> None:
        """Write until the database takes it, then count and log it unless it was known."""
        pause = self._limits.rests.shortest_seconds
        news = await self._threads.insist(pause, write, notice)
        if news:
            self._metrics.count_notice(notice.sink, outcome)
            _tell(notice, outcome, failure)


def _tell(notice: Notice, outcome: NoticeOutcome, failure: Failure | None) -> None:
    fields: dict[str, Field] = {
        "sink": notice.sink,
        "notice": notice.event,
        "attempt": notice.attempts + 1,
    }
    if failure is not None:
        fields["reason"] = failure.reason
        if failure.code is not None:
            fields["code"] = failure.code
    event, level = _LOGGED[outcome]
    log(event, level, **fields)


_LOGGED = {
    NoticeOutcome.DELIVERED: (LogEvent.NOTICE_DELIVERED, logging.INFO),
    NoticeOutcome.FAILED: (LogEvent.NOTICE_FAILED, logging.WARNING),
    NoticeOutcome.DEAD: (LogEvent.NOTICE_DEAD, logging.ERROR),
}
