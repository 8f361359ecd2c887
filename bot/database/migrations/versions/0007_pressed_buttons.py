"""Which button a patient pressed in a text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("inbound_texts", sa.Column("button_id", sa.String(32)))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("inbound_texts", "button_id")
