"""Alembic's entry: runs the migrations on the connection that `bot.database.migrate` hands over."""

from __future__ import annotations

from alembic import context

from bot.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # Rasa may keep its own tables in the same PostgreSQL database.
    version_table="assistant_schema_version",
)
with context.begin_transaction():
    context.run_migrations()
