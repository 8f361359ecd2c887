"""How much waits to be delivered."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge


class Backlog(Protocol):
    """How much waits and how much was given up, and since when the oldest waits."""

    @property
    def waiting(self) -> int:
        """How many wait."""

    @property
    def dead(self) -> int:
        """How many were given up."""

    @property
    def oldest_waiting_since(self) -> datetime | None:
        """When the oldest of those that wait began to; None if none does."""


class OutboxGauges:
    """Shows the counts that were read last; the age of the oldest grows by itself.

    Args:
        name: what the metrics begin with.
        what: what is delivered, as their descriptions call it.
    """

    def __init__(self, registry: CollectorRegistry, *, name: str, what: str) -> None:
        self._waiting = Gauge(
            f"{name}_waiting", f"{what} that are not delivered yet", registry=registry
        )
        self._dead = Gauge(
            f"{name}_dead", f"{what} that were given up: a person must look", registry=registry
        )
        oldest = Gauge(
            f"{name}_oldest_waiting_seconds",
            f"{what}: how long the oldest has waited; 0 if none does",
            registry=registry,
        )
        self._oldest_since: float | None = None
        oldest.set_function(self._oldest_seconds)

    def show(self, counts: Backlog) -> None:
        """This is the backlog now."""
        self._waiting.set(counts.waiting)
        self._dead.set(counts.dead)
        since = counts.oldest_waiting_since
        self._oldest_since = since.timestamp() if since else None

    def _oldest_seconds(self) -> float:
        since = self._oldest_since
        return 0.0 if since is None else max(0.0, time.time() - since)
