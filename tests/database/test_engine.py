"""Writers of one process take turns, and a lock of another's is waited for no longer than said."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import migrate
from bot.database.schema import write_checks


def write(database: Database, number: int) -> None:
    from datetime import datetime, timezone

    with database.writing() as connection:
        row = {"id": number, "written_at": datetime.now(timezone.utc)}
        connection.execute(insert(write_checks).values(row))


def test_in_a_burst_of_writes_each_gets_its_turn(url: str) -> None:
    # Patient, so that a busy machine does not end it: what is tried is that nobody is passed over.
    database = Database(url, busy_seconds=60, connections=8)
    migrate(database)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: write(database, number), range(200)))
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(write_checks)).scalar() == 200
    database.close()


def test_a_writer_that_fails_leaves_the_turn_to_the_next(database: Database) -> None:
    write(database, 1)
    with pytest.raises(DatabaseUnavailableError):
        write(database, 1)
    write(database, 2)


def test_a_lock_of_another_process_ends_every_writers_patience(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    database = Database(f"sqlite:///{file}", busy_seconds=0.1, connections=4)
    with database.writing() as connection:
        write_checks.create(connection)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def refused(number: int) -> bool:
        try:
            write(database, number)
        except DatabaseUnavailableError:
            return True
        return False

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(refused, range(8)))
    other.execute("ROLLBACK")
    other.close()
    write(database, 1)
    database.close()
