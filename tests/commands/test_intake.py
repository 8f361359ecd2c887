"""`intake list` and `intake show`: what they print, whom they tell, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.commands.command_line import main
from bot.database.engine import Database
from bot.intake.alert_store import AlertStore
from bot.intake.records import Urgency
from bot.intake.transitions import Move
from tests.databases import CLINIC, DATA_KEY, INDEX_KEY, VAULT, with_tables
from tests.intake.alerts import alert
from tests.intake.records import EMAIL, NOW, WORDS, add, asked, audited, records_of, staff

FUTURE = datetime(2100, 1, 4, 12, tzinfo=timezone.utc)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the command uses, and its keys."""
    monkeypatch.setenv("BOT_VAR", str(tmp_path))
    for name in ("DATABASE_URL", "CLINIC_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOOPBACK_SECRET", "s" * 32)
    monkeypatch.setenv("DATA_KEYS", DATA_KEY)
    monkeypatch.setenv("INDEX_KEY", INDEX_KEY)
    url = with_tables(tmp_path / "assistant.db")
    opened = Database(url, busy_seconds=2, connections=1)
    yield opened
    opened.close()


def test_the_list_is_in_the_order_of_the_queue(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    dana = staff(database, "dana")
    late = add(database).reference
    grave = add(database, asked(contact=EMAIL), urgency=Urgency.URGENT, now=FUTURE).reference
    records_of(database).move(grave, Move.CLAIM, version=1, actor=dana)

    assert main(["intake", "list"]) == 0

    title, first, second = capsys.readouterr().out.splitlines()
    assert title.split()[0] == "reference"
    assert first.split()[:3] == [grave, "urgent", "claimed"]
    assert first.endswith(" Dana")
    assert "overdue" not in first
    assert second.split()[:3] == [late, "routine", "new"]
    assert "2026-07-02 11:00 EDT overdue" in second
    assert len(audited(database)) == 3


def test_closed_records_are_listed_when_asked_for(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    dana = staff(database, "dana")
    closed = add(database).reference
    records_of(database).move(closed, Move.WITHDRAW, version=1, actor=dana)
    still = add(database, asked(contact=EMAIL)).reference

    assert main(["intake", "list", "--closed"]) == 0

    said = capsys.readouterr().out
    assert closed in said
    assert still not in said
    # What is closed is not overdue.
    assert "overdue" not in said


def test_the_list_says_nothing_that_a_patient_told(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    add(database)
    add(database, asked(contact=EMAIL))
    AlertStore(database, VAULT, CLINIC).add([alert(1)])

    main(["intake", "list"])

    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 4
    assert not any(word in said.out + said.err for word in WORDS)


def test_a_record_is_shown_and_the_audit_told(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    dana = staff(database, "dana")
    reference = add(database).reference
    add(database, asked(reason="and now dizzy"), now=NOW + timedelta(hours=1))
    records_of(database).add_note(reference, "Left a message.\nAgain.", actor=dana)

    assert main(["intake", "show", reference.lower().replace("-", " ")]) == 0

    said = capsys.readouterr().out
    facts = dict(line.split(":", 1) for line in said.split("\n\n")[0].splitlines())
    shown = {name: value.strip() for name, value in facts.items()}
    assert shown["Reference"] == reference
    assert shown["Name"] == "Rosalind"
    assert shown["Contact"] == "+12125550142 (phone)"
    assert shown["Reason"] == "throbbing behind my left eye"
    assert shown["Due"] == "2026-07-02 11:00 EDT overdue"
    assert shown["Consent"] == "2026-01, 2026-07-01 10:59 EDT"
    assert "    Reason: and now dizzy\n" in said
    assert ", note, Dana\n    Left a message.\n    Again.\n" in said
    row = audited(database)[-1]
    assert (row.actor, row.action, row.subject) == ("command line", "record_viewed", reference)


def test_a_record_of_an_alert_has_no_contact_to_show(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    AlertStore(database, VAULT, CLINIC).add([alert(1)])
    (record,) = records_of(database).queue()

    assert main(["intake", "show", record.reference]) == 0

    said = capsys.readouterr().out
    assert "Contact:" not in said
    assert "Told of thoughts of suicide or self-harm (level 4" in said


def test_a_terminal_gets_no_orders_from_a_patient(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "\x1b]0;owned\x07 one\nState: resolved\r\u202eback\u2028\ud800"
    reference = add(database, asked(name="\x1b[2J", reason=hostile)).reference
    add(database, asked(reason=hostile))

    assert main(["intake", "show", reference]) == 0

    said = capsys.readouterr().out
    assert all(character.isprintable() or character == "\n" for character in said)
    assert "\\u001b]0;owned\\u0007 one" in said
    assert not any(line.startswith("State: resolved") for line in said.splitlines())


@pytest.mark.parametrize("reference", ["2222-2222", "no", "", "Rosalind"])
def test_what_is_not_there_is_one_line(
    reference: str, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["intake", "show", reference]) == 2

    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert "Rosalind" not in said.err
    assert audited(database) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATA_KEYS", None),
        ("DATA_KEYS", "no key"),
        ("INDEX_KEY", "short"),
        ("DATABASE_URL", "sqlite:////proc/no/such.db"),
        ("CLINIC_FILE", "/no/such.yml"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    name: str,
    value: str | None,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    for arguments in (["list"], ["show", "2222-2222"]):
        assert main(["intake", *arguments]) == 2
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert "no key" not in said.err.replace("there is no key", "")


def test_another_key_opens_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = add(database).reference
    monkeypatch.setenv("DATA_KEYS", DATA_KEY[::-1][1:] + "=")

    assert main(["intake", "show", reference]) == 2

    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert len(audited(database)) == 1
