"""A delivery worker for tests, with a clock and a sink that do as told."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import anyio
from sqlalchemy import select

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import intake_records, outbox
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.delivery_worker import DeliveryWorker
from bot.gateway.metrics import Metrics
from bot.intake.delivery_failure import DeliveryError, Failure, FailureReason
from bot.intake.delivery_limits import DeliveryLimits, load_delivery_limits
from bot.intake.outbox import Notice, OutboxStore, SinkName
from bot.intake.record_store import RecordStore
from bot.intake.sinks.sink import Sink
from tests.databases import CLINIC, VAULT
from tests.intake.notices import EMAIL, NOON, seconds

BUSY = DeliveryError(Failure(FailureReason.HTTP_STATUS, 503))
GONE = DeliveryError(Failure(FailureReason.HTTP_STATUS, 410), permanent=True)


def quick(**attempts: float) -> DeliveryLimits:
    """Limits for tests that wait for real: a lease of seconds, pauses of hundredths."""
    shipped = load_delivery_limits()
    return shipped.copy(
        update={
            "attempts": shipped.attempts.copy(
                update={"seconds": 0.5, "settle_seconds": 2.0, "lease_seconds": 3.0, **attempts}
            ),
            "retries": shipped.retries.copy(update={"pauses": (0.02,) * 30}),
            "rests": shipped.rests.copy(
                update={"shortest_seconds": 0.02, "after_failure_seconds": 0.05}
            ),
        }
    )


@dataclass
class Clock:
    """Stands still until told."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        return self.time

    def wait(self, passed: float) -> None:
        self.time += seconds(passed)


@dataclass
class FakeSink:
    """Takes notices, or fails as told, one `answer` after the other."""

    name: SinkName = EMAIL
    answers: deque[Exception | float] = field(default_factory=deque)
    received: list[Notice] = field(default_factory=list)

    async def send(self, notice: Notice) -> None:
        self.received.append(notice)
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            await anyio.sleep(answer)

    @property
    def keys(self) -> list[str]:
        return [one.id for one in self.received]

    @classmethod
    def failing(cls, error: Exception, times: int) -> FakeSink:
        """One for e-mail that fails so many times and then works."""
        return cls(answers=deque([error] * times))


class Desk:
    """A worker over a database, and what came of its work."""

    def __init__(
        self,
        database: Database,
        sinks: Sequence[Sink],
        *,
        limits: DeliveryLimits | None = None,
        now: Clock | None = None,
    ) -> None:
        self.database = database
        self.store = OutboxStore(database)
        self.records = RecordStore(database, VAULT, CLINIC)
        self.metrics = Metrics()
        clock = {"now": now} if now else {}
        self.worker = DeliveryWorker(
            self.store,
            self.records,
            sinks,
            DatabaseThreads(8),
            limits or load_delivery_limits(),
            self.metrics,
            chance=lambda: 1.0,
            **clock,
        )

    def round(self) -> int:
        return anyio.run(self.worker.round)

    def metric(self, line: str) -> float:
        """The value of the metric written exactly so."""
        for found in self.metrics.exposition().decode().splitlines():
            name, _, value = found.rpartition(" ")
            if name == line:
                return float(value)
        raise AssertionError(f"no metric {line}")

    def counted(self, sink: SinkName, outcome: str) -> float:
        return self.metric(f'assistant_notices_total{{outcome="{outcome}",sink="{sink.value}"}}')

    def state(self, record_id: str) -> str:
        with self.database.reading() as connection:
            found: str = connection.execute(
                select(intake_records.c.state).where(intake_records.c.id == record_id)
            ).scalar_one()
        return found

    def notices(self, state: str) -> int:
        with self.database.reading() as connection:
            return len(connection.execute(select(outbox.c.id).where(outbox.c.state == state)).all())

    def audited(self, action: AuditAction) -> list[str | None]:
        """Of which records the audit says this, oldest first."""
        with self.database.reading() as connection:
            found = audit_log.entries(connection, limit=9999)
            assert audit_log.verify(connection).is_sound
        return [one.subject for one in reversed(found) if one.action is action]
