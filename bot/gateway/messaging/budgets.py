"""How many texts may be sent: to one number, and altogether. Counted in the database.

So a restart forgets nothing, and every worker counts what the others send.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from limits import RateLimitItem, parse_many
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.database.schema import outbound_texts
from bot.gateway.limits import TextBudgets
from bot.gateway.messaging.outbound_texts import Hold


class Budgets:
    """Looks whether there is room for one more text."""

    def __init__(self, limits: TextBudgets) -> None:
        self._per_number = _items(limits.per_number)
        self._altogether = _items(limits.altogether)

    def hold(
        self, connection: Connection, thread_id: str, now: datetime
    ) -> tuple[Hold, datetime] | None:
        """Which budget is used up, and when there is room again; None if there is room now."""
        sent_at = outbound_texts.c.settled_at
        sent = select(sent_at).where(outbound_texts.c.provider_id.isnot(None))
        of_number = sent.where(outbound_texts.c.thread_id == thread_id)
        for hold, query, items in (
            (Hold.NUMBER_BUDGET, of_number, self._per_number),
            (Hold.GLOBAL_BUDGET, sent, self._altogether),
        ):
            free_at = now
            for item in items:
                window = timedelta(seconds=item.get_expiry())
                latest = query.where(sent_at > now - window).order_by(sent_at.desc())
                oldest: datetime | None = connection.execute(
                    latest.offset(item.amount - 1).limit(1)
                ).scalar()
                if oldest is not None:
                    free_at = max(free_at, oldest + window)
            if free_at > now:
                return hold, free_at
        return None


def _items(rates: Sequence[str]) -> list[RateLimitItem]:
    return [item for text in rates for item in parse_many(text)]
