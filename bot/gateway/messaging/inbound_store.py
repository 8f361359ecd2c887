"""Keeps what patients text: stored before it is acknowledged, done when its answer is stored."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.database.engine import Database
from bot.database.schema import inbound_texts, text_threads
from bot.database.vault import Vault, VaultError
from bot.gateway.messaging.adapter import InboundKind, InboundMessage, OptOutType
from bot.gateway.messaging.inbound_texts import Answered, InboundState, InboundText, Wish
from bot.gateway.messaging.offered_choices import extras_of, open_choices
from bot.gateway.messaging.opt_outs import OptOutSource, opt_in, opt_out
from bot.gateway.messaging.outbound_texts import enqueue
from bot.gateway.messaging.threads import (
    Talk,
    TextThread,
    hold_thread,
    is_owned,
    talk_for,
    thread_of,
)
from bot.gateway.records import id_from
from bot.replies.texting.choices import Choice


class InboundStore:
    """The texts of one database. Every call is one short transaction, run in a thread.

    Every method raises `DatabaseUnavailableError` when the database cannot do it; then nothing was
    done.

    Args:
        session_time: how long a conversation lasts after something was said.
    """

    def __init__(self, database: Database, vault: Vault, session_time: timedelta) -> None:
        self._database = database
        self._vault = vault
        self._session_time = session_time

    def receive(self, message: InboundMessage) -> str | None:
        """Store what came in behind the thread's others; its thread. None: it is there already."""
        with self._database.writing() as connection:
            # First, because it locks the thread: who sends the same again waits here.
            thread_id = hold_thread(connection, self._vault, message)
            if _is_known(connection, message):
                return None
            last = connection.execute(
                select(func.max(inbound_texts.c.position)).where(
                    inbound_texts.c.thread_id == thread_id
                )
            ).scalar()
            connection.execute(
                insert(inbound_texts).values(
                    id=inbound_id(message),
                    gateway=message.gateway.value,
                    provider_id=message.provider_id,
                    thread_id=thread_id,
                    position=int(last or 0) + 1,
                    kind=message.kind.value,
                    opt_out_type=message.opt_out and message.opt_out.value,
                    button_id=message.button_id,
                    sealed_text=self._vault.seal(message.text),
                    received_at=message.received_at,
                    state=InboundState.RECEIVED.value,
                )
            )
            return thread_id

    def waiting_threads(self) -> tuple[str, ...]:
        """The threads in which something is not dealt with, who waits longest first."""
        first = func.min(inbound_texts.c.received_at)
        with self._database.reading() as connection:
            found = connection.execute(
                select(inbound_texts.c.thread_id)
                .where(inbound_texts.c.state == InboundState.RECEIVED.value)
                .group_by(inbound_texts.c.thread_id)
                .order_by(first, inbound_texts.c.thread_id)
            )
            return tuple(found.scalars())

    def waiting(self, thread_id: str) -> tuple[InboundText, ...]:
        """What is not dealt with in a thread, in the order of arrival.

        What no key opens is left out, and dealt with once its key is back.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                select(inbound_texts)
                .where(
                    inbound_texts.c.thread_id == thread_id,
                    inbound_texts.c.state == InboundState.RECEIVED.value,
                )
                .order_by(inbound_texts.c.position)
            ).all()
        return tuple([text for row in rows if (text := self._opened(row)) is not None])

    def thread(self, thread_id: str) -> TextThread | None:
        """The thread as it stands now; None if it was erased."""
        with self._database.reading() as connection:
            return thread_of(connection, thread_id)

    def open_choices(self, thread_id: str) -> tuple[Choice, ...]:
        """What can be chosen by number, word or label in this thread."""
        with self._database.reading() as connection:
            return open_choices(connection, self._vault, thread_id)

    def written_lately(self, text: InboundText, within: timedelta) -> int:
        """How many texts this number wrote up to this one and so shortly before it.

        None while a person of staff has a conversation with it: they read all.
        """
        position = select(inbound_texts.c.position).where(inbound_texts.c.id == text.id)
        lately = select(func.count()).where(
            inbound_texts.c.thread_id == text.thread_id,
            inbound_texts.c.received_at > text.received_at - within,
            inbound_texts.c.position <= position.scalar_subquery(),
        )
        with self._database.reading() as connection:
            if is_owned(connection, text.thread_id):
                return 0
            return int(connection.execute(lately).scalar_one())

    def talk(self, text: InboundText) -> Talk | None:
        """The conversation that a text belongs to; None if its thread was erased."""
        with self._database.writing() as connection:
            thread = thread_of(connection, text.thread_id)
            if thread is None:
                return None
            return talk_for(connection, thread, text.received_at, _now(), self._session_time)

    def finish(self, text: InboundText, answered: Answered) -> bool:
        """Store what a text comes to, and that it is dealt with: all or nothing.

        Returns whether that is new: a text has one answer, however often it is dealt with.
        """
        now = _now()
        with self._database.writing() as connection:
            done = connection.execute(
                update(inbound_texts)
                .where(
                    inbound_texts.c.id == text.id,
                    inbound_texts.c.state == InboundState.RECEIVED.value,
                )
                .values(state=InboundState.DONE.value)
            ).rowcount
            thread = thread_of(connection, text.thread_id)
            if not done or thread is None:
                return False
            self._change(connection, thread, answered, now)
            if answered.reply is not None:
                enqueue(
                    connection,
                    self._vault,
                    thread_id=thread.id,
                    cause_id=text.id,
                    kind=answered.kind,
                    text=answered.reply.text,
                    segments=answered.reply.segments,
                    now=now,
                    extras=extras_of(answered.reply),
                )
            return True

    def _change(
        self, connection: Connection, thread: TextThread, answered: Answered, now: datetime
    ) -> None:
        if answered.wish is Wish.START:
            opt_in(connection, thread.address_index)
        elif answered.wish is not None:
            told = answered.wish is Wish.STOP_TOLD_BY_PROVIDER
            source = OptOutSource.PROVIDER if told else OptOutSource.KEYWORD
            opt_out(connection, thread.address_index, source, now)
        changes: dict[str, Any] = {}
        if answered.reply is not None and answered.reply.introduced:
            changes["introduced_at"] = now
        if answered.asked_to_stop:
            changes["opt_out_asked_at"] = now
        if answered.language is not None:
            changes["language"] = answered.language
        if changes:
            connection.execute(
                update(text_threads).where(text_threads.c.id == thread.id).values(**changes)
            )

    def _opened(self, row: Row) -> InboundText | None:
        try:
            text = self._vault.open(row.sealed_text)
        except VaultError:
            return None
        return InboundText(
            id=row.id,
            thread_id=row.thread_id,
            kind=InboundKind(row.kind),
            opt_out=OptOutType(row.opt_out_type) if row.opt_out_type else None,
            received_at=row.received_at,
            text=text,
            button_id=row.button_id,
        )


def inbound_id(message: InboundMessage) -> str:
    """The id of what came in: the same however often the provider sends it."""
    return id_from("inbound", message.gateway.value, message.provider_id)


def _is_known(connection: Connection, message: InboundMessage) -> bool:
    found = connection.execute(
        select(inbound_texts.c.id).where(
            inbound_texts.c.gateway == message.gateway.value,
            inbound_texts.c.provider_id == message.provider_id,
        )
    )
    return found.first() is not None


def _now() -> datetime:
    return datetime.now(timezone.utc)
