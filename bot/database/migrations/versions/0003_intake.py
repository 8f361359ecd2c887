"""Staff, intake records, their notices, who owns a conversation, and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)
_ID = sa.String(32)
_DIGEST = sa.String(64)


def upgrade() -> None:
    """Make the tables."""
    _make_staff()
    _make_records()
    _make_outbox_and_audit()
    with op.batch_alter_table("messages") as messages:
        messages.add_column(
            sa.Column("author_id", _ID, sa.ForeignKey("users.id", name="fk_messages_author"))
        )


def downgrade() -> None:
    """Drop the tables."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("author_id")
    for table in (
        "audit",
        "outbox",
        "conversation_owners",
        "intake_entries",
        "intake_records",
        "desk_sessions",
        "users",
    ):
        op.drop_table(table)


def _make_staff() -> None:
    op.create_table(
        "users",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("shown_name", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("disabled_at", _MOMENT),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("token_digest", _DIGEST, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )


def _make_records() -> None:
    op.create_table(
        "intake_records",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("reference", sa.String(16), nullable=False, unique=True),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("conversation_id", _ID, sa.ForeignKey("conversations.id", ondelete="SET NULL")),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("assignee_id", _ID, sa.ForeignKey("users.id")),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("contact_kind", sa.String(16)),
        sa.Column("contact_index", _DIGEST),
        sa.Column("best_time", sa.String(16)),
        sa.Column("consent_version", sa.String(32)),
        sa.Column("consent_at", _MOMENT),
        sa.Column("sealed_name", sa.Text),
        sa.Column("sealed_contact", sa.Text),
        sa.Column("sealed_reason", sa.Text),
    )
    for column in ("conversation_id", "state", "contact_index"):
        op.create_index(f"ix_intake_records_{column}", "intake_records", [column])
    op.create_table(
        "intake_entries",
        sa.Column("id", _ID, primary_key=True),
        sa.Column(
            "record_id",
            _ID,
            sa.ForeignKey("intake_records.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author_id", _ID, sa.ForeignKey("users.id")),
        sa.Column("alert_id", _ID, unique=True),
        sa.Column("contact_index", _DIGEST),
        sa.Column("sealed_text", sa.Text, nullable=False),
    )
    for column in ("record_id", "contact_index"):
        op.create_index(f"ix_intake_entries_{column}", "intake_entries", [column])
    op.create_table(
        "conversation_owners",
        sa.Column(
            "conversation_id",
            _ID,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
    )


def _make_outbox_and_audit() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ID, primary_key=True),
        sa.Column(
            "record_id",
            _ID,
            sa.ForeignKey("intake_records.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("sink", sa.String(16), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _MOMENT, nullable=False),
        sa.Column("leased_until", _MOMENT),
        sa.Column("delivered_at", _MOMENT),
        sa.Column("failure", sa.String(64)),
    )
    op.create_index("ix_outbox_record_id", "outbox", ["record_id"])
    op.create_index("ix_outbox_due", "outbox", ["state", "next_attempt_at"])
    op.create_table(
        "audit",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", _DIGEST, nullable=False),
        sa.Column("digest", _DIGEST, nullable=False),
    )
