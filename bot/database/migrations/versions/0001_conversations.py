"""Conversations, their sessions, turns, messages and buttons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(32)
_DIGEST = sa.String(64)


def _owner(name: str, target: str) -> sa.Column[sa.String]:
    return sa.Column(name, _ID, sa.ForeignKey(target, ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversations",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("started_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_digest", _DIGEST, primary_key=True),
        _owner("conversation_id", "conversations.id"),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_sessions_conversation_id", "sessions", ["conversation_id"])
    op.create_table(
        "turns",
        sa.Column("id", _ID, primary_key=True),
        _owner("conversation_id", "conversations.id"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("key_digest", _DIGEST),
        sa.Column("body_digest", _DIGEST),
        sa.Column("text", sa.Text),
        sa.Column("payload", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("answered_at", _MOMENT),
        sa.UniqueConstraint("conversation_id", "position", name="uq_turns_position"),
        sa.UniqueConstraint("conversation_id", "key_digest", name="uq_turns_key"),
    )
    op.create_index("ix_turns_state", "turns", ["state"])
    op.create_table(
        "messages",
        sa.Column("id", _ID, primary_key=True),
        _owner("turn_id", "turns.id"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.UniqueConstraint("turn_id", "position", name="uq_messages_position"),
    )
    op.create_table(
        "buttons",
        sa.Column("id", _ID, primary_key=True),
        _owner("message_id", "messages.id"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.UniqueConstraint("message_id", "position", name="uq_buttons_position"),
    )
    op.create_table(
        "forgettings",
        sa.Column("conversation_id", _ID, primary_key=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "write_checks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("written_at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "write_checks",
        "forgettings",
        "buttons",
        "messages",
        "turns",
        "sessions",
        "conversations",
    ):
        op.drop_table(table)
