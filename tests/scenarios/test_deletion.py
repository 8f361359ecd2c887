"""A deleted conversation is gone everywhere: from the interface, our database and Rasa's."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

from tests.conftest import OpenConversation
from tests.scenarios.running_product import RunningProduct, until


def test_a_deleted_conversation_is_gone(
    product: RunningProduct, converse: OpenConversation
) -> None:
    databases = [product.var / "assistant.db", product.var / "tracker.db"]
    canary = f"zebrafinch{uuid.uuid4().hex}"
    deleted, other = converse(), converse()
    deleted.ask(f"What is migraine aura? {canary}")
    other.ask("Is Botox used for migraine?")
    # Ours seals what was said; Rasa's store does not.
    assert [_holds(database, canary) for database in databases] == [False, True]

    token = {"Authorization": f"Bearer {deleted.token}"}
    assert deleted.http.delete("/api/session", headers=token).status_code == 204
    assert deleted.http.get("/api/history", headers=token).status_code == 401
    assert deleted.post({"text": "tell me more"}).status_code == 401
    for database in databases:
        _wait_until_gone(database, canary)
    assert len(other.history()) == 3


def _wait_until_gone(database: Path, word: str) -> None:
    until(lambda: not _holds(database, word), 60, f"the deletion in {database.name}")


def _holds(database: Path, word: str) -> bool:
    """Whether any row of any table holds the word."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return any(
            word in str(row)
            for (table,) in tables.fetchall()
            for row in connection.execute(f'SELECT * FROM "{table}"')
        )
