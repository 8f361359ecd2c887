"""Brings our tables up to date when the gateway starts."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from bot.database.engine import Database

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Run every migration that this database has not had yet.

    Raises:
        DatabaseUnavailableError: the database cannot be reached or written.
        alembic.util.CommandError: the database was made by a newer version of this program.
    """
    with database.writing() as connection:
        configuration = Config()
        configuration.set_main_option("script_location", str(MIGRATIONS_FOLDER))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
