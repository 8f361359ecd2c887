"""`feedback`: which wordings helped, and comments that are read with the audit's knowledge."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert

from bot.commands.command_line import main
from bot.database.engine import Database
from bot.database.schema import feedback
from bot.database.vault import Vault
from tests.databases import DATA_KEY, INDEX_KEY, VAULT
from tests.intake.records import audited


@pytest.fixture
def database(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the command uses, and its keys."""
    monkeypatch.setenv("BOT_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("LOOPBACK_SECRET", "s" * 32)
    monkeypatch.setenv("DATA_KEYS", DATA_KEY)
    monkeypatch.setenv("INDEX_KEY", INDEX_KEY)
    opened = Database(url, busy_seconds=2, connections=1)
    yield opened
    opened.close()


def judged(
    database: Database,
    topic: str,
    helpful: bool,
    comment: str | None = None,
    *,
    version: str = "0123456789ab",
    day: int = 1,
    vault: Vault = VAULT,
) -> None:
    with database.writing() as connection:
        connection.execute(
            insert(feedback).values(
                id=uuid.uuid4().hex,
                message_id=uuid.uuid4().hex,
                page="cramp",
                topic=topic,
                content_version=version,
                helpful=helpful,
                at=datetime(2026, 11, day, tzinfo=timezone.utc),
                sealed_comment=vault.seal(comment) if comment else None,
            )
        )


def test_what_most_often_did_not_help_comes_first(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for topic, helpful, version in (
        ("relief", True, "a" * 12),
        ("relief", False, "a" * 12),
        ("relief", True, "b" * 12),
        ("cause", False, "c" * 12),
        ("cause", False, "c" * 12),
    ):
        judged(database, topic, helpful, "not printed", version=version)

    assert main(["feedback"]) == 0

    title, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert title == ["yes", "no", "wording", "answer"]
    assert rows == [
        ["0", "2", "c" * 12, "cramp.cause"],
        ["1", "1", "a" * 12, "cramp.relief"],
        ["1", "0", "b" * 12, "cramp.relief"],
    ]
    assert audited(database) == ()


def test_comments_come_newest_first_and_the_audit_knows(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(database, "relief", False, "too short", day=1)
    judged(database, "cause", True, "good \x1b[2J\nfake line", day=2)
    judged(database, "cause", True)

    assert main(["feedback", "--comments"]) == 0

    said = capsys.readouterr().out
    assert said.index("2026-11-02 cramp.cause helped") < said.index(
        "2026-11-01 cramp.relief did not help\n    too short\n"
    )
    assert "good \\u001b[2J\\u000afake line" in said
    (told,) = audited(database)
    assert (told.actor, told.action.value) == ("command line", "exported")
    assert told.detail == {"kind": "feedback", "count": "2"}


def test_a_comment_that_no_key_opens_is_named_as_that(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Vault([Fernet.generate_key().decode()], INDEX_KEY)
    judged(database, "relief", False, "zebrafinch", vault=other)

    assert main(["feedback", "--comments"]) == 0

    assert "(no key opens it)" in capsys.readouterr().out


def test_nothing_said_is_nothing_printed(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feedback"]) == 0

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_keys_are_needed_for_comments_only(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(database, "relief", False, "too short")
    monkeypatch.setenv("DATA_KEYS", "x")

    assert main(["feedback"]) == 0
    assert main(["feedback", "--comments"]) == 2

    assert "DATA_KEYS" in capsys.readouterr().err
    assert audited(database) == ()
