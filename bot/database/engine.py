"""Opens the database: SQLite tuned to lose nothing, or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.database.writer_queue import TurnTimeoutError, WriterQueue

_WRITING = "bot_writing"


class DatabaseUnavailableError(Exception):
    """The database is locked, full, unreachable or broken. Says how, never what was written."""

    def __init__(self, cause: BaseException) -> None:
        driver_error = getattr(cause, "orig", None) or cause
        super().__init__(type(driver_error).__name__)


class Database:
    """Short transactions on one database. Safe to use from several threads.

    Args:
        url: `sqlite:///file` or a PostgreSQL URL.
        busy_seconds: how long to wait for a lock, or for a connection, before giving up.
        connections: the most connections open at once.
    """

    def __init__(self, url: str, *, busy_seconds: float, connections: int) -> None:
        address = make_url(url)
        self._turn: Callable[[], AbstractContextManager[None]] = nullcontext
        if address.get_backend_name() == "sqlite":
            self.engine = _open_sqlite(address, busy_seconds, connections)
            self._turn = WriterQueue(busy_seconds).turn
        else:
            self.engine = _open_postgresql(address, busy_seconds, connections)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads.

        Raises:
            DatabaseUnavailableError: it could not be done.
        """
        with _translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; durable once this returns.

        Raises:
            DatabaseUnavailableError: it could not be done, and nothing was kept.
        """
        writer = self.engine.execution_options(**{_WRITING: True})
        # The turn ends behind the commit.
        with _translated(), self._turn(), writer.begin() as connection:
            yield connection

    def flush_deletions(self) -> bool:
        """Take deleted rows out of SQLite's write-ahead log too. Returns whether readers let it.

        Raises:
            DatabaseUnavailableError: it could not be done.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with _translated(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)", ())
            # The first column says whether a reader was in the way.
            answer = cursor.fetchone()
            return bool(answer and not answer[0])

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, SQLAlchemyError, TurnTimeoutError) as error:
        # From None: SQLAlchemy's own text can hold what a patient wrote.
        raise DatabaseUnavailableError(error) from None


def _open_sqlite(address: URL, busy_seconds: float, connections: int) -> Engine:
    if address.database:
        _make_private_file(Path(address.database))
    engine = create_engine(
        address,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_seconds,
        connect_args={"check_same_thread": False, "timeout": busy_seconds},
    )

    def prepare(connection: Any, record: Any) -> None:
        # The driver would start transactions late and as readers; `begin` does it instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={round(busy_seconds * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        # A writer takes its lock first: upgrading a reader can fail without waiting.
        writing = connection.get_execution_options().get(_WRITING)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _open_postgresql(address: URL, busy_seconds: float, connections: int) -> Engine:
    milliseconds = round(busy_seconds * 1000)
    return create_engine(
        address,
        future=True,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_seconds,
        connect_args={
            "connect_timeout": max(1, round(busy_seconds)),
            "options": f"-c lock_timeout={milliseconds} -c statement_timeout={milliseconds * 2}",
        },
    )


def _make_private_file(file: Path) -> None:
    """Make the file readable by its owner only; SQLite's side files get the same mode."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        return  # Connecting will fail and say so; the gateway runs on and retries.
