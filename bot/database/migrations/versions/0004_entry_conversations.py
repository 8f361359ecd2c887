"""Entries with a conversation, reference and promise of their own; the audit by subject."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_MOMENT = sa.DateTime(timezone=True)

#: A request has the id of the patient's turn, and an alert's entry names the alert.
_CONVERSATION_OF_ENTRY = """
    update intake_entries set conversation_id = coalesce(
        (select conversation_id from turns where turns.id = intake_entries.id),
        (select conversation_id from safety_alerts where safety_alerts.id = intake_entries.alert_id)
    )
"""


def upgrade() -> None:
    """Add the columns, and fill in what is known."""
    with op.batch_alter_table("intake_entries") as entries:
        entries.add_column(
            sa.Column(
                "conversation_id",
                sa.String(32),
                sa.ForeignKey(
                    "conversations.id", name="fk_intake_entries_conversation", ondelete="SET NULL"
                ),
            )
        )
        entries.add_column(sa.Column("reference", sa.String(16)))
        entries.add_column(sa.Column("promised_by", _MOMENT))
        entries.add_column(sa.Column("times", sa.Integer, nullable=False, server_default="1"))
    op.create_index("ix_intake_entries_conversation_id", "intake_entries", ["conversation_id"])
    op.create_index("ix_intake_entries_reference", "intake_entries", ["reference"], unique=True)
    # Not in a batch: that drops the table on SQLite, and what belongs to its rows with it.
    op.add_column("intake_records", sa.Column("promised_by", _MOMENT))
    op.execute(_CONVERSATION_OF_ENTRY)
    op.execute("update intake_records set promised_by = due_at where origin = 'request'")
    op.create_index("ix_audit_subject", "audit", ["subject"])


def downgrade() -> None:
    """Drop what was added."""
    op.drop_index("ix_audit_subject", "audit")
    op.drop_column("intake_records", "promised_by")
    op.drop_index("ix_intake_entries_reference", "intake_entries")
    op.drop_index("ix_intake_entries_conversation_id", "intake_entries")
    with op.batch_alter_table("intake_entries") as entries:
        for column in ("times", "promised_by", "reference", "conversation_id"):
            entries.drop_column(column)
