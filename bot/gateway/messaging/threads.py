"""Who texts, by which way, and the conversation that their texts belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.database.schema import conversation_owners, conversations, sessions, text_threads
from bot.database.vault import Vault
from bot.gateway.messaging.adapter import GatewayName, InboundMessage
from bot.gateway.messaging.addresses import address_index
from bot.gateway.messaging.opt_outs import is_opted_out
from bot.gateway.records import digest, id_from, new_id, new_token
from bot.replies.channel import Channel

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class TextThread:
    """One address that texts, as it stands now. It says nothing of who that is."""

    id: str
    gateway: GatewayName
    channel: Channel
    address_index: str
    language: str | None
    introduced_at: datetime | None
    opt_out_asked_at: datetime | None
    opted_out: bool


@dataclass(frozen=True)
class Talk:
    """The conversation that a text belongs to, and the session that reaches it."""

    conversation_id: str
    session_digest: str


def hold_thread(connection: Connection, vault: Vault, message: InboundMessage) -> str:
    """The id of the thread of who sent this, made if it is new; locked for this transaction."""
    index = address_index(vault, message.channel, message.sender)
    latest = {
        "gateway": message.gateway.value,
        "own_address": message.recipient,
        "last_inbound_at": message.received_at,
    }
    thread = {
        # The same for the same address: whoever makes it first, makes this one.
        "id": id_from("thread", message.channel.value, index),
        "channel": message.channel.value,
        "address_index": index,
        "sealed_address": vault.seal(message.sender),
        **latest,
    }
    made = _INSERT[connection.dialect.name](text_threads).values(thread)
    connection.execute(
        made.on_conflict_do_update(index_elements=["channel", "address_index"], set_=latest)
    )
    found: str = connection.execute(
        select(text_threads.c.id).where(
            text_threads.c.channel == message.channel.value,
            text_threads.c.address_index == index,
        )
    ).scalar_one()
    return found


def thread_of(connection: Connection, thread_id: str) -> TextThread | None:
    """The thread as it stands; None if it was erased."""
    row = connection.execute(select(text_threads).where(text_threads.c.id == thread_id)).first()
    if row is None:
        return None
    return TextThread(
        id=row.id,
        gateway=GatewayName(row.gateway),
        channel=Channel(row.channel),
        address_index=row.address_index,
        language=row.language,
        introduced_at=row.introduced_at,
        opt_out_asked_at=row.opt_out_asked_at,
        opted_out=is_opted_out(connection, row.address_index),
    )


def talk_for(
    connection: Connection,
    thread: TextThread,
    received_at: datetime,
    now: datetime,
    idle: timedelta,
) -> Talk:
    """The conversation that a text belongs to: a fresh one if the latest was over when it came.

    The same text comes to the same conversation however often and however late it is dealt with.
    What a person of staff has taken over is never over.

    Args:
        received_at: when the text came.
        idle: how long a session lasts without a word.
    """
    row = connection.execute(
        select(text_threads.c.conversation_id)
        .where(text_threads.c.id == thread.id)
        .with_for_update()
    ).first()
    talk = _owned(connection, thread.id)
    if talk is None and row is not None and row.conversation_id is not None:
        talk = _talk(connection, row.conversation_id, open_at=received_at)
    if talk is None:
        return _fresh(connection, thread, now, now + idle)
    connection.execute(
        update(sessions)
        .where(sessions.c.token_digest == talk.session_digest, sessions.c.expires_at <= now)
        .values(expires_at=now + idle)
    )
    return talk


def is_owned(connection: Connection, thread_id: str) -> bool:
    """Whether a person of staff has a conversation of this thread."""
    return _owned(connection, thread_id) is not None


def _owned(connection: Connection, thread_id: str) -> Talk | None:
    """The conversation of this thread that a person has, the latest taken of several."""
    found = connection.execute(
        select(conversations.c.id)
        .select_from(conversations.join(conversation_owners))
        .where(conversations.c.thread_id == thread_id)
        .order_by(conversation_owners.c.since.desc())
        .limit(1)
    ).scalar()
    return _talk(connection, found) if found else None


def _talk(
    connection: Connection, conversation_id: str, open_at: datetime | None = None
) -> Talk | None:
    found = select(sessions.c.token_digest).where(sessions.c.conversation_id == conversation_id)
    if open_at is not None:
        found = found.where(sessions.c.expires_at > open_at)
    session = connection.execute(found).scalar()
    return Talk(conversation_id, session) if session else None


def _fresh(connection: Connection, thread: TextThread, now: datetime, expires_at: datetime) -> Talk:
    # Nobody ever holds the token: only this program speaks in this session.
    talk = Talk(new_id(), digest(new_token()))
    connection.execute(
        insert(conversations).values(
            id=talk.conversation_id,
            started_at=now,
            channel=thread.channel.value,
            thread_id=thread.id,
        )
    )
    connection.execute(
        insert(sessions).values(
            token_digest=talk.session_digest,
            conversation_id=talk.conversation_id,
            expires_at=expires_at,
        )
    )
    connection.execute(
        update(text_threads)
        .where(text_threads.c.id == thread.id)
        .values(conversation_id=talk.conversation_id)
    )
    return talk
