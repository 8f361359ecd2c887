"""How full the outbox is."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Gauge

from bot.intake.outbox import OutboxCounts


class OutboxGauges:
    """Shows the counts that were read last; the age of the oldest grows by itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waiting = Gauge(
            "assistant_outbox_waiting",
            "Notices to the clinic that are not delivered yet",
            registry=registry,
        )
        self._dead = Gauge(
            "assistant_outbox_dead",
            "Notices to the clinic that were given up: a person must look",
            registry=registry,
        )
        oldest = Gauge(
            "assistant_outbox_oldest_waiting_seconds",
            "How long the oldest notice has waited; 0 if none does",
            registry=registry,
        )
        self._oldest_since: float | None = None
        oldest.set_function(self._oldest_seconds)

    def show(self, counts: OutboxCounts) -> None:
        """This is in the outbox now."""
        self._waiting.set(counts.waiting)
        self._dead.set(counts.dead)
        since = counts.oldest_waiting_since
        self._oldest_since = since.timestamp() if since else None

    def _oldest_seconds(self) -> float:
        since = self._oldest_since
        return 0.0 if since is None else max(0.0, time.time() - since)
