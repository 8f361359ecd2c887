"""The tables of the product. The migrations in `migrations/versions` make exactly these."""

from __future__ import annotations

from datetime import datetime, timezone
from enum import Enum
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

ID_LENGTH = 32
DIGEST_LENGTH = 64

metadata = MetaData()


class TurnState(str, Enum):
    """How far a turn has come. `received` survives a crash and is answered afterwards."""

    RECEIVED = "received"
    ANSWERED = "answered"


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Keep the moment as UTC."""
        return value.astimezone(timezone.utc) if value else None

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        """Give the moment back with its zone."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(timezone.utc)


conversations = Table(
    "conversations",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
)

#: The token itself is never stored: only its SHA-256.
sessions = Table(
    "sessions",
    metadata,
    Column("token_digest", String(DIGEST_LENGTH), primary_key=True),
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("expires_at", UtcTime, nullable=False),
)

#: One thing said and its answer. Turn 0 is the greeting: nobody said anything (text is null).
turns = Table(
    "turns",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("position", Integer, nullable=False),
    Column("key_digest", String(DIGEST_LENGTH)),
    Column("body_digest", String(DIGEST_LENGTH)),
    Column("text", Text),
    Column("payload", Text),
    Column("state", String(16), nullable=False, index=True),
    Column("received_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    UniqueConstraint("conversation_id", "position", name="uq_turns_position"),
    UniqueConstraint("conversation_id", "key_digest", name="uq_turns_key"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "turn_id", String(ID_LENGTH), ForeignKey("turns.id", ondelete="CASCADE"), nullable=False
    ),
    Column("position", Integer, nullable=False),
    Column("reply", Text, nullable=False),
    UniqueConstraint("turn_id", "position", name="uq_messages_position"),
)

buttons = Table(
    "buttons",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "message_id",
        String(ID_LENGTH),
        ForeignKey("messages.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("payload", Text, nullable=False),
    UniqueConstraint("message_id", "position", name="uq_buttons_position"),
)

#: What staff must see at once. Outlives its conversation, and holds nothing that a patient wrote.
safety_alerts = Table(
    "safety_alerts",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("occurred_at", UtcTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("topic", String(32), nullable=False),
    Column("tier", String(32), nullable=False),
    Column("level", Integer),
    Column("about", String(16), nullable=False),
    Column("language", String(35), nullable=False),
    Column("found_by", String(16), nullable=False),
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="SET NULL"),
        index=True,
    ),
    Column("entry", Text),
    # Read backwards: the newest first.
    Index("ix_safety_alerts_newest", "occurred_at", "id"),
)

#: Conversations that are deleted here and that Rasa has still to forget.
forgettings = Table(
    "forgettings",
    metadata,
    Column("conversation_id", String(ID_LENGTH), primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
)

#: One row that the readiness check writes, to prove that writing works.
write_checks = Table(
    "write_checks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("written_at", UtcTime, nullable=False),
)
