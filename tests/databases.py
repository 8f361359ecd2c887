"""Fixtures: an empty database, once as a SQLite file and once on a PostgreSQL server."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: str = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    engine.dispose()
    return server.rpartition("/")[0] + f"/{name}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """One with its tables."""
    opened = Database(url, busy_seconds=5, connections=8)
    migrate(opened)
    yield opened
    opened.close()
