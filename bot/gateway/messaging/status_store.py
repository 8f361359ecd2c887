"""How far a provider says that texts have come. News come late, twice and in any order."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Row

from bot.database.engine import Database
from bot.database.schema import outbound_texts, text_threads
from bot.gateway.messaging.adapter import DeliveryStatus, StatusUpdate
from bot.gateway.messaging.opt_outs import OptOutSource, opt_out
from bot.gateway.messaging.outbound_texts import OutboundState

#: The field of a status address that names our text: news can come before the provider has answered
#: the call that sent it, and even where that answer never came.
TEXT_FIELD = "text"

#: Twilio's code for a number that wants no texts, in a status as in an error.
OPTED_OUT_CODE = "21610"

_STATES = {
    DeliveryStatus.QUEUED: OutboundState.SENT,
    DeliveryStatus.SENT: OutboundState.SENT,
    DeliveryStatus.DELIVERED: OutboundState.DELIVERED,
    DeliveryStatus.UNDELIVERED: OutboundState.UNDELIVERED,
}

#: A text only ever moves up. What was delivered was delivered, whatever comes after.
_RANK = {
    OutboundState.WAITING: 0,
    OutboundState.DEAD: 0,
    OutboundState.SKIPPED: 0,
    OutboundState.SENT: 1,
    OutboundState.UNDELIVERED: 2,
    OutboundState.DELIVERED: 3,
}


class LateFailure(str, Enum):
    """What became of a text that the provider had taken."""

    UNDELIVERED = "undelivered"


class StatusOutcome(str, Enum):
    """What became of a provider's news. `UNKNOWN`: it is of no text that we have."""

    NEWS = "news"
    KNOWN = "known"
    UNKNOWN = "unknown"


class StatusStore:
    """Notes what providers tell of the outgoing texts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, update: StatusUpdate, text_id: str | None, *, now: datetime) -> StatusOutcome:
        """Note one piece of news.

        Args:
            text_id: what the status address names in `TEXT_FIELD`, if it does.

        Raises:
            DatabaseUnavailableError: nothing was noted; the provider may come again.
        """
        with self._database.writing() as connection:
            row = _find(connection, update, text_id)
            if row is None:
                return StatusOutcome.UNKNOWN
            if update.error == OPTED_OUT_CODE:
                opt_out(connection, row.address_index, OptOutSource.PROVIDER, now)
            return _apply(connection, row, update, now)


def _find(connection: Connection, update: StatusUpdate, text_id: str | None) -> Row | None:
    texts = select(outbound_texts, text_threads.c.address_index).join(
        text_threads, text_threads.c.id == outbound_texts.c.thread_id
    )
    of_gateway = texts.where(text_threads.c.gateway == update.gateway.value).with_for_update(
        of=outbound_texts
    )
    found = connection.execute(
        of_gateway.where(outbound_texts.c.provider_id == update.provider_id)
    ).first()
    if found is None and text_id is not None:
        # Of one that has another provider's id already, this is an earlier sending.
        found = connection.execute(
            of_gateway.where(outbound_texts.c.id == text_id, outbound_texts.c.provider_id.is_(None))
        ).first()
    return found


def _apply(connection: Connection, row: Row, news: StatusUpdate, now: datetime) -> StatusOutcome:
    before, after = OutboundState(row.state), _STATES[news.status]
    # A person had it tried again: what is known of the earlier sending is no news of the next.
    is_old = row.provider_id is not None and before is OutboundState.WAITING
    if _RANK[after] <= _RANK[before] or (is_old and after is not OutboundState.DELIVERED):
        return StatusOutcome.KNOWN
    undelivered = after is OutboundState.UNDELIVERED
    connection.execute(
        update(outbound_texts)
        .where(outbound_texts.c.id == row.id)
        .values(
            state=after.value,
            provider_id=news.provider_id,
            settled_at=row.settled_at if before is OutboundState.SENT else now,
            leased_until=None,
            failure=_failure(news) if undelivered else None,
        )
    )
    return StatusOutcome.NEWS


def _failure(news: StatusUpdate) -> str:
    failure = LateFailure.UNDELIVERED.value
    return failure if news.error is None else f"{failure} {news.error}"
