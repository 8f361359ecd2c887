"""The tables of the product. The migrations in `migrations/versions` make exactly these."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.database.columns import DIGEST_LENGTH as DIGEST_LENGTH
from bot.database.columns import ID_LENGTH as ID_LENGTH
from bot.database.columns import UtcTime as UtcTime
from bot.database.columns import metadata as metadata
from bot.database.text_tables import inbound_texts as inbound_texts
from bot.database.text_tables import opt_outs as opt_outs
from bot.database.text_tables import outbound_texts as outbound_texts
from bot.database.text_tables import text_threads as text_threads


class TurnState(str, Enum):
    """How far a turn has come. `received` survives a crash and is answered afterwards."""

    RECEIVED = "received"
    ANSWERED = "answered"


conversations = Table(
    "conversations",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("started_at", UtcTime, nullable=False),
    Column("channel", String(16), nullable=False, server_default="web"),
    # Of text_threads, if it came by text. No foreign key: the two tables would name each other.
    Column("thread_id", String(ID_LENGTH), index=True),
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
    # Who of staff wrote it; nobody: the assistant did.
    Column("author_id", String(ID_LENGTH), ForeignKey("users.id")),
    # Sealed, as is the text of a turn (bot/database/vault.py).
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

#: Whether an answer helped. Outlives its conversation, then without the comment
#: (bot/database/deletion.py). `content_version` tells which wording was judged.
feedback = Table(
    "feedback",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="SET NULL"),
        index=True,
    ),
    Column("message_id", String(ID_LENGTH), nullable=False, unique=True),
    Column("page", String(64), nullable=False),
    Column("topic", String(64), nullable=False),
    Column("content_version", String(16), nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("sealed_comment", Text),
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

#: People who work at the desk. Nobody is ever removed, so that the audit can name them: disabled.
users = Table(
    "users",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("shown_name", String(64), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("disabled_at", UtcTime),
)

#: Signed-in browsers of staff. The cookie's token is never stored: only its SHA-256.
desk_sessions = Table(
    "desk_sessions",
    metadata,
    Column("token_digest", String(DIGEST_LENGTH), primary_key=True),
    Column(
        "user_id", String(ID_LENGTH), ForeignKey("users.id", ondelete="CASCADE"), nullable=False
    ),
    Column("form_token", String(64), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
)

#: One request to the clinic, or one danger that staff must look at. Sealed columns hold what
#: `bot.database.vault` sealed; an index column holds the keyed digest that lookups use.
intake_records = Table(
    "intake_records",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("origin", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="SET NULL"),
        index=True,
    ),
    Column("state", String(16), nullable=False, index=True),
    Column("urgency", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("assignee_id", String(ID_LENGTH), ForeignKey("users.id")),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    # What the first request was told; `due_at` moves with all that is added.
    Column("promised_by", UtcTime),
    Column("closed_at", UtcTime),
    Column("language", String(35), nullable=False),
    Column("contact_kind", String(16)),
    Column("contact_index", String(DIGEST_LENGTH), index=True),
    Column("best_time", String(16)),
    Column("consent_version", String(32)),
    Column("consent_at", UtcTime),
    Column("sealed_name", Text),
    Column("sealed_contact", Text),
    Column("sealed_reason", Text),
)

#: What was added to a record later: a second request, a note of staff, a safety alert.
intake_entries = Table(
    "intake_entries",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "record_id",
        String(ID_LENGTH),
        ForeignKey("intake_records.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("author_id", String(ID_LENGTH), ForeignKey("users.id")),
    Column("alert_id", String(ID_LENGTH), unique=True),
    # Where a request or an alert came from: it may be another conversation than the record's.
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="SET NULL"),
        index=True,
    ),
    # Of a request from another conversation, which does not know the record's.
    Column("reference", String(16), index=True, unique=True),
    Column("promised_by", UtcTime),
    # How often the same alert came from a sender who cannot be told from others.
    Column("times", Integer, nullable=False, default=1, server_default="1"),
    # Of the contact that a second request names: it may be another than the record's.
    Column("contact_index", String(DIGEST_LENGTH), index=True),
    Column("sealed_text", Text, nullable=False),
)

#: Which person of staff writes in a conversation now. No row: the assistant does.
conversation_owners = Table(
    "conversation_owners",
    metadata,
    Column(
        "conversation_id",
        String(ID_LENGTH),
        ForeignKey("conversations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("user_id", String(ID_LENGTH), ForeignKey("users.id"), nullable=False),
    Column("since", UtcTime, nullable=False),
)

#: Notices to the clinic, one row for each event and sink, written with the record itself. The id
#: is the idempotency key that a sink sees at every attempt.
outbox = Table(
    "outbox",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column(
        "record_id",
        String(ID_LENGTH),
        ForeignKey("intake_records.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("sink", String(16), nullable=False),
    Column("event", String(32), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("leased_until", UtcTime),
    Column("delivered_at", UtcTime),
    Column("failure", String(64)),
    Index("ix_outbox_due", "state", "next_attempt_at"),
)

#: Who did what, append only; each row's digest covers the row and the digest before it.
audit = Table(
    "audit",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), index=True),
    Column("detail", Text, nullable=False),
    Column("previous", String(DIGEST_LENGTH), nullable=False),
    Column("digest", String(DIGEST_LENGTH), nullable=False),
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
