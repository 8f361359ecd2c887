"""Alerts of danger for the clinic's staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "safety_alerts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("tier", sa.String(32), nullable=False),
        sa.Column("level", sa.Integer),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("found_by", sa.String(16), nullable=False),
        sa.Column(
            "conversation_id",
            sa.String(32),
            sa.ForeignKey("conversations.id", ondelete="SET NULL"),
        ),
        sa.Column("entry", sa.Text),
    )
    op.create_index("ix_safety_alerts_newest", "safety_alerts", ["occurred_at", "id"])
    op.create_index("ix_safety_alerts_conversation_id", "safety_alerts", ["conversation_id"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("safety_alerts")
