"""The database of this installation, for commands that work on it, running gateway or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError as MigrationError

from bot.commands.errors import CommandError
from bot.configuration.settings import Settings
from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import migrate

#: How long a person at a terminal waits for a lock.
_BUSY_SECONDS = 10.0


@contextmanager
def own_database() -> Iterator[Database]:
    """The database, with its tables: made if there is none.

    Raises:
        CommandError: it cannot be used, or could not do what was asked of it within the block.
        SettingsError: a setting cannot be used.
    """
    settings = Settings.from_environment(os.environ)
    # One connection: a command does one thing at a time.
    database = Database(settings.database_url, busy_seconds=_BUSY_SECONDS, connections=1)
    try:
        migrate(database)
        yield database
    except DatabaseUnavailableError as error:
        raise CommandError(f"the database cannot be used: {error}") from None
    except MigrationError:
        raise CommandError("the database was made by a newer version of this program") from None
    finally:
        database.close()
