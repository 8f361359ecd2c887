"""Finished forms, as Rasa hands them to the gateway, and what becomes of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from bot.database import audit_log
from bot.database.engine import Database
from bot.database.schema import outbox
from bot.intake.record_store import RecordStore
from bot.intake.records import Entry, IntakeRecord
from bot.replies.intake_request import IntakeRequest
from bot.replies.reply import Reply, ReplyKind
from tests.databases import CLINIC, VAULT
from tests.gateway.fake_rasa import Answer, Said
from tests.gateway.harness import RunningGateway

#: What Rasa says with a request: nobody may ever read it, for it says nothing of what became of it.
UNTOLD = "This must not be read."


def handing_over(*requests: IntakeRequest) -> Answer:
    """Rasa's answer to the last word of a form."""
    replies = [Reply(kind=ReplyKind.INTAKE, text=UNTOLD, request=each) for each in requests]
    return {"replies": [json.loads(reply.json()) for reply in replies], "intent": "intake"}


@contextmanager
def opened(gateway: RunningGateway) -> Iterator[Database]:
    """Its database, from beside it."""
    database = Database(gateway.settings.database_url, busy_seconds=5, connections=1)
    try:
        yield database
    finally:
        database.close()


def records(gateway: RunningGateway) -> tuple[IntakeRecord, ...]:
    """Every open record."""
    with opened(gateway) as database:
        return RecordStore(database, VAULT, CLINIC).queue(opened=True)


def entries(gateway: RunningGateway, record: IntakeRecord) -> tuple[Entry, ...]:
    """What was added to a record."""
    with opened(gateway) as database:
        return RecordStore(database, VAULT, CLINIC).entries(record.id)


def noticed(gateway: RunningGateway) -> list[tuple[str, str]]:
    """Sink and event of every notice to the clinic."""
    with opened(gateway) as database, database.reading() as connection:
        rows = connection.execute(select(outbox.c.sink, outbox.c.event)).all()
        return sorted((row.sink, row.event) for row in rows)


def told(gateway: RunningGateway) -> list[tuple[str, str]]:
    """Who did what by the audit, oldest first; it is sound."""
    with opened(gateway) as database, database.reading() as connection:
        assert audit_log.verify(connection).is_sound
        rows = audit_log.entries(connection)
        return [(row.actor, row.action.value) for row in reversed(rows)]


class Lock:
    """Holds the database's write lock from the moment that Rasa answers until it is let go."""

    def __init__(self, gateway: RunningGateway) -> None:
        file = gateway.settings.database_url.removeprefix("sqlite:///")
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)

    def before(self, answer: Callable[[Said], Any]) -> Callable[[Said], Any]:
        """Answers so, with the lock taken first."""

        def locked(said: Said) -> Any:
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN EXCLUSIVE")
            return answer(said)

        return locked

    def let_go(self) -> None:
        """The database works again."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Let go for good."""
        self._connection.close()
