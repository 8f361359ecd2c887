"""Fixtures: an empty database, once as a SQLite file and once on a PostgreSQL server."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bot.configuration.clinic import load_clinic
from bot.database.engine import Database
from bot.database.migrate import migrate
from bot.database.vault import Vault
from tests.gateway.postgresql import cluster, programs

#: Seals what tests store.
DATA_KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
INDEX_KEY = "an index key of the tests, long enough"
VAULT = Vault([DATA_KEY], INDEX_KEY)

#: Whose hours count: Mon to Fri, 9 am to 5 pm in New York.
CLINIC = load_clinic()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    folder = programs()
    if folder is None:
        reason = "PostgreSQL is not installed: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with cluster(folder) as url:
        yield url


@cache
def _tables() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tables.db"
        made = Database(f"sqlite:///{file}", busy_seconds=5, connections=1)
        migrate(made)
        made.flush_deletions()
        made.close()
        return file.read_bytes()


def with_tables(file: Path) -> str:
    """The URL of a new SQLite file with its tables: a copy, for making them takes a while."""
    file.touch(mode=0o600)
    file.write_bytes(_tables())
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def _postgresql_tables(postgresql: str) -> str:
    """The name of a database with its tables, to copy."""
    name = "with_tables"
    _order(postgresql, f"create database {name}")
    made = Database(_beside(postgresql, name), busy_seconds=60, connections=1)
    migrate(made)
    made.close()
    return name


def _order(server: str, command: str) -> None:
    """No transaction may be around this command."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT", future=True, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(command))


def _beside(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database: empty, or with its tables if the test has a `database` fixture."""
    filled = "database" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "store.db"
        yield with_tables(file) if filled else f"sqlite:///{file}"
        return
    server: str = request.getfixturevalue("postgresql")
    model = request.getfixturevalue("_postgresql_tables") if filled else "template1"
    name = f"test_{uuid.uuid4().hex}"
    _order(server, f"create database {name} template {model}")
    yield _beside(server, name)
    # Hundreds of them would fill the disk. Whoever a test left connected is thrown out.
    _order(server, f"drop database {name} with (force)")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """It, opened."""
    opened = Database(url, busy_seconds=5, connections=8)
    yield opened
    opened.close()
