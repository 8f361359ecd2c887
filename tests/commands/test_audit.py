"""`audit verify`: what it prints, what it finds, and what cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from bot.commands.command_line import main
from bot.database import audit_log
from bot.database.audit_log import FIRST_DIGEST, AuditAction
from bot.database.engine import Database
from bot.database.schema import audit
from tests.databases import with_tables


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the command uses."""
    monkeypatch.setenv("BOT_VAR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    url = with_tables(tmp_path / "assistant.db")
    opened = Database(url, busy_seconds=2, connections=1)
    yield opened
    opened.close()


def add(database: Database, count: int) -> str:
    """More rows; the last digest."""
    with database.writing() as connection:
        for _ in range(count):
            audit_log.append(connection, actor="system", action=AuditAction.PURGED)
        return audit_log.verify(connection).last_digest


def test_a_sound_audit_is_counted(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == f"0 rows, unchanged\nlast digest {FIRST_DIGEST}\n"
    digest = add(database, 3)
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == f"3 rows, unchanged\nlast digest {digest}\n"


def test_a_broken_audit_says_where(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    add(database, 3)
    with database.writing() as connection:
        connection.execute(update(audit).where(audit.c.position == 2).values(actor="patient"))
    assert main(["audit", "verify"]) == 1
    assert "broken at row 2" in capsys.readouterr().out


def test_what_was_noted_earlier_is_still_there(database: Database) -> None:
    noted = add(database, 2)
    add(database, 3)
    assert main(["audit", "verify", "--expect", noted.upper()]) == 0
    assert main(["audit", "verify", "--expect", noted, "--expect-count", "2"]) == 0
    assert main(["audit", "verify", "--expect-count", "5"]) == 0
    assert main(["audit", "verify", "--expect", FIRST_DIGEST, "--expect-count", "0"]) == 0


def test_rows_cut_off_at_the_end_show_by_what_was_noted(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = add(database, 5)
    with database.writing() as connection:
        connection.execute(delete(audit).where(audit.c.position > 3))
    assert main(["audit", "verify"]) == 0
    capsys.readouterr()
    assert main(["audit", "verify", "--expect-count", "5"]) == 1
    assert "there were 5 rows" in capsys.readouterr().out
    assert main(["audit", "verify", "--expect", noted]) == 1
    assert "not where it was" in capsys.readouterr().out
    # Filled up again, the number alone is right.
    add(database, 2)
    assert main(["audit", "verify", "--expect-count", "5"]) == 0
    assert main(["audit", "verify", "--expect", noted, "--expect-count", "5"]) == 1


def test_a_digest_at_another_row_is_not_what_was_noted(database: Database) -> None:
    noted = add(database, 2)
    add(database, 1)
    assert main(["audit", "verify", "--expect", noted, "--expect-count", "3"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--expect", "f" * 63],
        ["--expect", "g" * 64],
        ["--expect", ""],
        ["--expect-count", "-1"],
        ["--expect-count", "two"],
        ["--expect-count", "9" * 13],
        ["more"],
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: list[str], database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["audit", "verify", *arguments])
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)


@pytest.mark.parametrize("url", ["sqlite:////proc/no/such.db", "mysql://x"])
def test_a_database_that_cannot_be_used_is_one_line(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert main(["audit", "verify"]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
