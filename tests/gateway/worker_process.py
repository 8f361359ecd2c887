"""A delivery worker as a process of its own, which a test kills or which kills itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import anyio

from bot.configuration.settings import Settings
from bot.database.engine import Database
from bot.intake import outbox
from bot.intake.outbox import OutboxStore
from bot.intake.record_store import RecordStore
from bot.intake.sinks.configured import configured_sinks
from tests.gateway.delivery import Desk, quick

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Step(str, Enum):
    """Where the worker dies."""

    BEFORE_CLAIMING = "before claiming"
    AFTER_CLAIMING = "after claiming"
    AFTER_SENDING = "after sending"
    AFTER_NOTIFYING = "after notifying"
    BEFORE_COMMITTING = "before committing"
    AFTER_COMMITTING = "after committing"


def work(url: str, environment: Mapping[str, str], dies: Step | None, lease: float) -> None:
    """Deliver until nothing waits, or until death. A lease, in seconds, is mostly one attempt."""
    limits = quick(seconds=lease * 0.7, settle_seconds=lease * 0.2, lease_seconds=lease)
    sinks = configured_sinks(
        Settings.from_environment(environment), {"WEBHOOK_SECRET": KEY}, limits.attempts
    )
    database = Database(url, busy_seconds=2, connections=8)
    desk = Desk(database, sinks, limits=limits)
    if dies is not None:
        _prepare_death(dies, list(map(type, sinks)))
    anyio.run(_until_nothing_waits, desk)
    database.close()


async def _until_nothing_waits(desk: Desk) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.worker.run)
        while (await anyio.to_thread.run_sync(desk.store.counts)).waiting:
            await anyio.sleep(0.02)
        tasks.cancel_scope.cancel()


def _die(*args: object, **kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _prepare_death(step: Step, sinks: list[type]) -> None:
    if step is Step.BEFORE_CLAIMING:
        _before(OutboxStore, "claim")
    elif step is Step.AFTER_CLAIMING:
        _after(OutboxStore, "claim")
    elif step is Step.AFTER_SENDING:
        for sink in sinks:
            _after_async(sink, "send")
    elif step is Step.AFTER_NOTIFYING:
        _after(RecordStore, "notified")
    elif step is Step.BEFORE_COMMITTING:
        _after(outbox._Trace, "leave")
    else:
        _after(OutboxStore, "delivered")


def _before(owner: type, name: str) -> None:
    setattr(owner, name, _die)


def _after(owner: type, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def then_die(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        _die()

    setattr(owner, name, then_die)


def _after_async(owner: type, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    async def then_die(*args: object, **kwargs: object) -> None:
        await real(*args, **kwargs)
        _die()

    setattr(owner, name, then_die)
