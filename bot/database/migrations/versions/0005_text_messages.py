"""Text messages: threads, texts in and out, opt-outs, and a conversation's channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(32)
_DIGEST = sa.String(64)


def upgrade() -> None:
    """Make the tables."""
    # Not in a batch: that would make the table anew, and dropping the old one deletes turns.
    op.add_column(
        "conversations",
        sa.Column("channel", sa.String(16), nullable=False, server_default="web"),
    )
    op.add_column("conversations", sa.Column("thread_id", _ID))
    op.create_index("ix_conversations_thread_id", "conversations", ["thread_id"])
    _make_threads()
    _make_inbound()
    _make_outbound()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("outbound_texts", "inbound_texts", "opt_outs", "text_threads"):
        op.drop_table(table)
    op.drop_index("ix_conversations_thread_id", "conversations")
    op.drop_column("conversations", "thread_id")
    op.drop_column("conversations", "channel")


def _make_threads() -> None:
    op.create_table(
        "text_threads",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("gateway", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address_index", _DIGEST, nullable=False),
        sa.Column("sealed_address", sa.Text, nullable=False),
        sa.Column("own_address", sa.String(80), nullable=False),
        sa.Column("conversation_id", _ID, sa.ForeignKey("conversations.id", ondelete="SET NULL")),
        sa.Column("introduced_at", _MOMENT),
        sa.Column("opt_out_asked_at", _MOMENT),
        sa.Column("language", sa.String(35)),
        sa.Column("last_inbound_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("channel", "address_index", name="uq_text_threads_address"),
    )
    for column in ("address_index", "conversation_id"):
        op.create_index(f"ix_text_threads_{column}", "text_threads", [column])
    op.create_table(
        "opt_outs",
        sa.Column("address_index", _DIGEST, primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
    )


def _thread() -> sa.Column[sa.String]:
    return sa.Column(
        "thread_id", _ID, sa.ForeignKey("text_threads.id", ondelete="CASCADE"), nullable=False
    )


def _make_inbound() -> None:
    op.create_table(
        "inbound_texts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("gateway", sa.String(16), nullable=False),
        sa.Column("provider_id", sa.String(80), nullable=False),
        _thread(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("opt_out_type", sa.String(16)),
        sa.Column("sealed_text", sa.Text, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.UniqueConstraint("gateway", "provider_id", name="uq_inbound_texts_provider"),
        sa.UniqueConstraint("thread_id", "position", name="uq_inbound_texts_position"),
    )
    op.create_index("ix_inbound_texts_state", "inbound_texts", ["state"])


def _make_outbound() -> None:
    op.create_table(
        "outbound_texts",
        sa.Column("id", _ID, primary_key=True),
        _thread(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("cause_id", _DIGEST, nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("sealed_text", sa.Text, nullable=False),
        sa.Column("sealed_extras", sa.Text),
        sa.Column("segments", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _MOMENT, nullable=False),
        sa.Column("leased_until", _MOMENT),
        sa.Column("provider_id", sa.String(80)),
        sa.Column("failure", sa.String(64)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.UniqueConstraint("thread_id", "position", name="uq_outbound_texts_position"),
    )
    op.create_index("ix_outbound_texts_provider_id", "outbound_texts", ["provider_id"])
    op.create_index("ix_outbound_texts_due", "outbound_texts", ["state", "next_attempt_at"])
    op.create_index("ix_outbound_texts_settled_at", "outbound_texts", ["settled_at"])
