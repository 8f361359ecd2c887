"""An outbound worker as a process of its own, which a test kills or which kills itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime, timezone
from enum import Enum
from typing import Any

import anyio

from bot.database.engine import Database
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.messaging import outbound_store
from bot.gateway.messaging.adapter import GatewayName
from bot.gateway.messaging.outbound_store import OutboundStore
from bot.gateway.messaging.outbound_worker import OutboundWorker
from bot.gateway.messaging.twilio_client import TwilioClient
from tests.databases import CLINIC, VAULT
from tests.messaging.outgoing import Office, texting_limits
from tests.messaging.running_double import client_for


class Step(str, Enum):
    """Where the worker dies."""

    BEFORE_CLAIMING = "before claiming"
    AFTER_CLAIMING = "after claiming"
    BEFORE_ASKING = "before asking"
    AFTER_ASKING = "after asking"
    BEFORE_SENDING = "before sending"
    AFTER_SENDING = "after sending"
    BEFORE_COMMITTING = "before committing"
    AFTER_COMMITTING = "after committing"


def work(database_url: str, twilio_url: str, dies: Step | None, lease: float) -> None:
    """Send until nothing waits, or until death. A lease, in seconds, is mostly one attempt."""
    limits = texting_limits(
        attempts={"seconds": lease * 0.7, "settle_seconds": lease * 0.2, "lease_seconds": lease},
        retries={"pauses": (0.02,) * 30},
        rests={"shortest_seconds": 0.02, "after_failure_seconds": 0.05},
    )
    database = Database(database_url, busy_seconds=2, connections=8)
    office = Office(database, limits=limits)
    if dies is not None:
        _prepare_death(dies)
    anyio.run(_until_nothing_waits, office, twilio_url)
    database.close()


async def _until_nothing_waits(office: Office, twilio_url: str) -> None:
    client = client_for(twilio_url)
    worker = OutboundWorker(
        {GatewayName.TWILIO: client},
        office.store,
        office.dead,
        VAULT,
        DatabaseThreads(8),
        office.limits,
        office.metrics,
        clinic_zone=CLINIC.time_zone,
        now=lambda: datetime.now(timezone.utc),
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(worker.run)
        while (await anyio.to_thread.run_sync(office.dead.counts)).waiting:
            await anyio.sleep(0.02)
        tasks.cancel_scope.cancel()
    await worker.close()


def _die(*args: object, **kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _die_at_once(*args: object, **kwargs: object) -> None:
    _die()


def _prepare_death(step: Step) -> None:
    if step is Step.BEFORE_CLAIMING:
        _replace(OutboundStore, "claim", _die)
    elif step is Step.AFTER_CLAIMING:
        _after(OutboundStore, "claim")
    elif step is Step.BEFORE_ASKING:
        _replace(TwilioClient, "find_sent", _die_at_once)
    elif step is Step.AFTER_ASKING:
        _after_async(TwilioClient, "find_sent")
    elif step is Step.BEFORE_SENDING:
        _replace(TwilioClient, "send", _die_at_once)
    elif step is Step.AFTER_SENDING:
        _after_async(TwilioClient, "send")
    elif step is Step.BEFORE_COMMITTING:
        _after(outbound_store, "_change")
    else:
        _after(OutboundStore, "sent")


def _replace(owner: object, name: str, by: Callable[..., Any]) -> None:
    setattr(owner, name, by)


def _after(owner: object, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def then_die(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        _die()

    setattr(owner, name, then_die)


def _after_async(owner: object, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    async def then_die(*args: object, **kwargs: object) -> None:
        await real(*args, **kwargs)
        _die()

    setattr(owner, name, then_die)
