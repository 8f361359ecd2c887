"""What the tests ask about a gateway's alerts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bot.database.engine import Database
from bot.gateway.limits import GatewayLimits
from bot.intake.alert_store import AlertStore
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.composer import ReplyComposer
from tests.databases import CLINIC, VAULT
from tests.gateway.harness import CRISIS, RunningGateway, limits_with, until

#: A session that there is not.
NOBODY = {"Authorization": "Bearer " + "x" * 43}


def alerts_of(gateway: RunningGateway) -> tuple[SafetyAlert, ...]:
    """What its database holds, newest first."""
    database = Database(gateway.settings.database_url, busy_seconds=5, connections=1)
    try:
        return AlertStore(database, VAULT, CLINIC).newest(100)
    finally:
        database.close()


def until_alerts(gateway: RunningGateway, count: int) -> tuple[SafetyAlert, ...]:
    """Wait until so many are stored and none waits; those that are stored."""
    until(lambda: len(alerts_of(gateway)) >= count and waiting(gateway) == 0, what="storing alerts")
    found = alerts_of(gateway)
    assert len(found) == count
    until(lambda: spooled(gateway) == [], what="removing their files")
    return found


def counted(gateway: RunningGateway, outcome: str, kind: str = "crisis") -> float:
    """How many alerts the metrics say that this became of."""
    return gateway.metric(f'assistant_safety_alerts_total{{kind="{kind}",outcome="{outcome}"}}')


def waiting(gateway: RunningGateway) -> float:
    """How many alerts the metrics say are waiting."""
    return gateway.metric("assistant_safety_alerts_waiting")


def spooled(gateway: RunningGateway) -> list[Path]:
    """The files of those that wait."""
    return sorted(gateway.settings.alerts_folder.glob("*.json"))


@contextmanager
def locked(gateway: RunningGateway) -> Iterator[None]:
    """Hold the database's write lock from another connection."""
    file = gateway.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def impatient_limits() -> GatewayLimits:
    """Wait only briefly for the database, and offer alerts to it often."""
    return limits_with(
        database={"busy_seconds": 0.1},
        upkeep={"retry_seconds": 0.2},
        alerts={"retry_seconds": 0.1, "disk_seconds": 1},
    )


def is_crisis(response: Any, composer: ReplyComposer, times_before: int = 0) -> bool:
    """Whether this is the fixed reply to a crisis that was told so many times before."""
    (message,) = response.json()["messages"]
    text = composer.danger(CRISIS, times_before).text
    return (response.status_code, message["text"]) == (200, text)
