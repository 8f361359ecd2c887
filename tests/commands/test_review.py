"""`review`: the files, the audit, and every way in which it cannot be done."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bot.commands.command_line import main
from bot.database.engine import Database
from bot.review import report
from tests.databases import DATA_KEY, INDEX_KEY
from tests.intake.records import audited
from tests.review.talks import NOON, NOT_COVERED, OUT_OF_SCOPE, SMALL_TALK, Talk

NAME = "review-2026-11-01-2026-11-30"
NOVEMBER = ["review", "--since", "2026-11-01", "--until", "2026-11-30", "--out"]


@pytest.fixture
def database(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the command uses, and its keys."""
    monkeypatch.setenv("BOT_VAR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("LOOPBACK_SECRET", "s" * 32)
    monkeypatch.setenv("DATA_KEYS", DATA_KEY)
    monkeypatch.setenv("INDEX_KEY", INDEX_KEY)
    # The answers' own questions are enough to be near to, and quicker to read.
    monkeypatch.setattr(report, "read_utterances", list)
    opened = Database(url, busy_seconds=2, connections=1)
    yield opened
    opened.close()


def table(folder: Path, name: str = NAME) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_questions_are_listed_redacted_and_the_audit_knows(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (
        "my name is Maria Lopez, what does a visit cost?",
        "how much does a visit cost, call 212-555-0142",
    ):
        Talk(database).said(text, NOT_COVERED)
    Talk(database).said("who won the football game", OUT_OF_SCOPE)
    Talk(database).said("thanks", SMALL_TALK)

    assert main([*NOVEMBER, str(tmp_path / "out")]) == 0

    first, second = table(tmp_path / "out")
    assert (first["count"], first["people"], first["not_covered"]) == ("2", "2", "2")
    assert first["percent_of_questions"] == "50.0"
    assert (second["count"], second["out_of_scope"]) == ("1", "1")
    files = [tmp_path / "out" / f"{NAME}.{ending}" for ending in ("html", "csv")]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_text(encoding="utf-8")
        assert "cost" in content
        assert not [told for told in ("Maria", "Lopez", "0142") if told in content]
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
    assert "3 of 4 questions, in 2 groups" in capsys.readouterr().out
    (told,) = audited(database)
    assert (told.actor, told.action.value) == ("command line", "exported")
    assert told.detail == {
        "kind": "review",
        "count": "3",
        "first": "2026-11-01",
        "last": "2026-11-30",
    }


def test_groups_of_few_people_can_be_left_out(database: Database, tmp_path: Path) -> None:
    for _ in range(2):
        Talk(database).said("what does a visit cost?", NOT_COVERED)
    alone = Talk(database)
    alone.said("who won the football game", OUT_OF_SCOPE)
    alone.said("who won the football game", OUT_OF_SCOPE)

    assert main([*NOVEMBER, str(tmp_path), "--people", "2"]) == 0

    assert [row["example_1"] for row in table(tmp_path)] == ["what does a visit cost?"]
    assert "2 more are left out" in (tmp_path / f"{NAME}.html").read_text(encoding="utf-8")


def test_an_empty_period_says_so(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "--days", "1", "--until", "2026-11-09", "--out", str(tmp_path)]) == 0

    assert "2026-11-09 to 2026-11-09: nothing to list" in capsys.readouterr().out
    assert table(tmp_path, "review-2026-11-09-2026-11-09") == []


def test_without_a_period_it_is_the_last_thirty_days(database: Database, tmp_path: Path) -> None:
    Talk(database, datetime.now(timezone.utc)).said("what does a visit cost?", NOT_COVERED)

    assert main(["review", "--out", str(tmp_path)]) == 0

    (file,) = tmp_path.glob("review-*.csv")
    *_, first, last = file.stem.removeprefix("review-")[:10], file.stem[-10:]
    assert (datetime.fromisoformat(last) - datetime.fromisoformat(first)).days == 29
    assert len(table(tmp_path, file.stem)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--since", "yesterday"], "a day is written as"),
        (["--until", "2026-13-01"], "a day is written as"),
        (["--days", "0"], "whole number"),
        (["--days", "٣"], "whole number"),
        (["--people", "-1"], "whole number"),
        (["--days", "999999999"], "too many"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "before it begins"),
        (["--since", "2026-11-02", "--days", "3"], "not allowed"),
    ],
)
def test_a_wrong_period_is_refused(
    wrong: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BOT_VAR", str(tmp_path))
    out = tmp_path / "out"

    try:
        code = main(["review", *wrong, "--out", str(out)])
    except SystemExit as stopped:
        code = int(stopped.code or 0)

    assert code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not out.exists()


def test_a_file_that_is_there_is_not_overwritten(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Talk(database).said("what does a visit cost?", NOT_COVERED)
    (tmp_path / f"{NAME}.csv").write_text("mine")

    assert main([*NOVEMBER, str(tmp_path)]) == 2

    assert "is not overwritten" in capsys.readouterr().err
    assert (tmp_path / f"{NAME}.csv").read_text() == "mine"
    assert not (tmp_path / f"{NAME}.html").exists()
    assert audited(database) == ()


def test_a_folder_that_cannot_be_made_is_named(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert main([*NOVEMBER, str(tmp_path / "file" / "out")]) == 2

    assert "cannot be made" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATA_KEYS", "x"), ("DATABASE_URL", "sqlite:////dev/null/store.db"), ("CLINIC_FILE", "none")],
)
def test_what_it_needs_is_named_and_no_file_is_left(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
) -> None:
    Talk(database, NOON).said("what does a visit cost?", NOT_COVERED)
    monkeypatch.setenv(variable, value)
    out = tmp_path / "out"

    assert main([*NOVEMBER, str(out)]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not out.exists() or not list(out.iterdir())


def test_a_missing_encoder_is_one_line(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from bot.review import vectors

    other = tmp_path / "config.yml"
    other.write_text(
        "pipeline: [{name: x, network_sha256: abc, tokenizer_sha256: abc}]", encoding="utf-8"
    )
    monkeypatch.setattr(vectors.configured_encoder, "__defaults__", (other,))

    assert main([*NOVEMBER, str(tmp_path / "out")]) == 2

    assert "is not the file this was tested with" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []
