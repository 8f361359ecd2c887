"""`privacy export`, `erase` and `purge`, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import io
import json
import os
import stat
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from bot.commands import own_database
from bot.commands.command_line import main
from bot.configuration.secret_store import SECRET_NAMES
from bot.configuration.settings import Settings
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.migrate import migrate
from bot.database.schema import (
    conversations,
    intake_entries,
    intake_records,
    metadata,
    outbox,
    safety_alerts,
    turns,
)
from bot.intake.records import RecordState
from bot.intake.references import new_reference
from bot.replies.intake_request import Contact, ContactKind
from tests.commands.patient_story import CANARIES, Story, said, told, unsealed
from tests.databases import DATA_KEY, INDEX_KEY
from tests.intake.held_rows import count, ids
from tests.intake.records import EMAIL, NOW, PHONE, WORDS, add, asked, audited

#: Longer ago than anything is kept.
PAST = datetime(2020, 1, 1, tzinfo=timezone.utc)

#: Spellings of the same telephone number.
SPELLINGS = ("+12125550142", "(212) 555-0142", "212.555.0142", "1 212 555 0142")


@pytest.fixture
def settings(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An installation on the test's database."""
    for name in SECRET_NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr(own_database, "_BUSY_SECONDS", 1.0)
    (tmp_path / "var").mkdir(mode=0o700)
    secrets = tmp_path / "var" / "secrets.env"
    secrets.write_text(f"LOOPBACK_SECRET=x\nDATA_KEYS={DATA_KEY}\nINDEX_KEY={INDEX_KEY}\n")
    secrets.chmod(0o600)
    yield Settings.from_environment(os.environ)


@pytest.fixture
def story(database: Database, settings: Settings) -> Story:
    return told(database, settings)


@pytest.fixture
def other(database: Database, settings: Settings, story: Story) -> Story:
    """Somebody else's."""
    return told(database, settings, contact=EMAIL, words="my bullfinch", name="Ben", reason="sleep")


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))


def left(database: Database) -> dict[str, list[Any]]:
    """Every row of every table but the audit and what only checks write."""
    with database.reading() as connection:
        return {
            table.name: sorted(map(str, connection.execute(table.select())))
            for table in metadata.sorted_tables
            if table.name not in ("audit", "users")
        }


def test_an_export_holds_everything_and_nothing_of_others(
    database: Database,
    story: Story,
    other: Story,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(monkeypatch, "212-555-0142\n")
    assert main(["privacy", "export", "--contact", "-"]) == 0
    said = capsys.readouterr()
    held = json.loads(said.out)
    assert held["about"] == {"contact": PHONE.value}
    (record,) = held["records"]
    assert record["reference"] == story.receipt.reference
    assert (record["name"], record["contact"]) == ("Rosalind", PHONE.value)
    assert record["reason"] == "throbbing behind my left eye"
    assert [entry["kind"] for entry in record["entries"]][-1] == "note"
    assert record["entries"][-1]["text"] == "likes marzipan"
    assert {notice["sink"] for notice in record["notices"]} == {"email", "webhook"}
    assert {"record_created", "note_added"} <= {row["action"] for row in record["audit"]}
    (talk,) = held["conversations"]
    assert talk["id"] == story.conversation_id
    assert [turn["text"] for turn in talk["turns"]][:2] == [None, "my zebrafinch"]
    assert talk["turns"][1]["replies"][0]["text"] == "About the heliotrope."
    assert talk["turns"][1]["replies"][0]["buttons"] == ["More of it"]
    assert talk["rasa_events"] == [{"event": "user", "text": "my zebrafinch"}]
    (opinion,) = talk["feedback"]
    assert (opinion["topic"], opinion["helpful"]) == ("relief", False)
    assert opinion["comment"] == "not a word on marzipan"
    assert [found["conversation_id"] for found in held["alerts"]] == [story.conversation_id]
    assert "bullfinch" not in said.out
    assert "sealed1:" not in said.out
    assert other.receipt.reference not in said.out
    assert said.err == ""


def test_the_audit_tells_of_an_export(
    database: Database, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "export", "--reference", story.receipt.reference.lower()]) == 0
    told_of = audited(database, story.receipt.reference)[-1]
    assert (told_of.actor, told_of.action) == ("command line", AuditAction.EXPORTED)
    assert told_of.detail == {}
    assert json.loads(capsys.readouterr().out)["about"] == {"reference": story.receipt.reference}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_is_found_in_any_usual_spelling(
    story: Story, spelling: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "export", "--contact", spelling]) == 0
    assert json.loads(capsys.readouterr().out)["records"]


def test_an_address_is_found_whatever_its_capitals(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    told(database, settings, contact=EMAIL)
    assert main(["privacy", "export", "--contact", EMAIL.value.upper()]) == 0
    assert json.loads(capsys.readouterr().out)["records"]


def test_a_second_conversation_of_the_same_record_is_found(
    database: Database, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """The request made there was added to the open record, which links to the first one only."""
    asking = said(database, "my goldfinch, please call me", "another token")
    receipt = add(database, conversation_id=asking.conversation_id, request_id=asking.id)
    for reference in (story.receipt.reference, receipt.reference):
        assert main(["privacy", "export", "--reference", reference]) == 0
        held = json.loads(capsys.readouterr().out)
        found = {talk["id"] for talk in held["conversations"]}
        assert found == {story.conversation_id, asking.conversation_id}
        references = {entry["reference"] for entry in held["records"][0]["entries"]}
        assert references == {None, receipt.reference}
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    assert count(database, conversations) == count(database, intake_records) == 0
    capsys.readouterr()
    assert main(["privacy", "erase", "--reference", receipt.reference, "--yes"]) == 1
    assert "it was erased on 2" in capsys.readouterr().err


def test_every_hop_is_followed(
    database: Database, story: Story, other: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """One contact, another conversation, its other record, and who named the contact of that."""
    second, third = (said(database, f"my {bird}", bird) for bird in ("goldfinch", "linnet"))
    add(database, conversation_id=second.conversation_id, request_id=second.id, now=NOW)
    further = Contact(kind=ContactKind.PHONE, value="+12125550177")
    own = said(database, "my goldfinch again", "goldfinch")
    add(
        database,
        asked(contact=further),
        conversation_id=own.conversation_id,
        request_id=own.id,
        now=NOW + timedelta(days=3),
    )
    add(database, asked(contact=further), conversation_id=third.conversation_id, now=NOW)
    assert main(["privacy", "export", "--contact", PHONE.value]) == 0
    held = json.loads(capsys.readouterr().out)
    assert {talk["id"] for talk in held["conversations"]} == {
        story.conversation_id,
        second.conversation_id,
        third.conversation_id,
    }
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    assert ids(database, conversations) == {other.conversation_id}


def test_every_record_of_a_conversation_is_found(
    database: Database, settings: Settings, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    """A danger told of in another conversation made a record there, which got the contact too."""
    second = told(database, settings, words="my goldfinch")
    for named in (story, second):
        assert main(["privacy", "export", "--reference", named.receipt.reference]) == 0
        held = json.loads(capsys.readouterr().out)
        assert named.conversation_id in {talk["id"] for talk in held["conversations"]}
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    assert count(database, conversations) == count(database, intake_records) == 0


def test_a_file_is_private_and_whole(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "held.json"
    before = os.umask(0)
    try:
        assert main(["privacy", "export", "--contact", PHONE.value, "--out", str(out)]) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert json.loads(out.read_text())["records"]
    said = capsys.readouterr()
    assert said.out == ""
    assert not any(word in said.err for word in WORDS)


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("else")])
def test_what_is_there_is_never_overwritten(
    database: Database,
    story: Story,
    tmp_path: Path,
    make: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "held.json"
    make(out)
    audit = len(audited(database))
    assert main(["privacy", "export", "--contact", PHONE.value, "--out", str(out)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert out.is_symlink() or out.exists()
    assert not (tmp_path / "else").exists()
    assert len(audited(database)) == audit


def test_a_file_that_cannot_be_written_whole_is_removed(
    story: Story,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    out = tmp_path / "held.json"
    assert main(["privacy", "export", "--contact", PHONE.value, "--out", str(out)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_is_not_there_is_named(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "held.json"
    assert main(["privacy", "export", "--contact", PHONE.value, "--out", str(out)]) == 2
    assert "cannot be made" in capsys.readouterr().err


def test_nothing_held_is_said_and_leaves_no_file(
    database: Database, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "held.json"
    contact = ["--contact", "212 555 0199"]
    assert main(["privacy", "export", *contact, "--out", str(out)]) == 1
    assert main(["privacy", "export", *contact]) == 1
    said = capsys.readouterr()
    assert (said.out, out.exists()) == ("", False)
    assert said.err.splitlines() == ["nothing is held about this contact"] * 2
    assert audited(database) == ()


def test_without_the_key_nothing_is_exported(
    database: Database,
    story: Story,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_KEYS", "B" * 43)
    out = tmp_path / "held.json"
    audit = len(audited(database))
    assert main(["privacy", "export", "--contact", PHONE.value, "--out", str(out)]) == 2
    assert "cannot be opened" in capsys.readouterr().err
    assert not out.exists()
    assert len(audited(database)) == audit


def test_when_rasas_store_cannot_be_read_nothing_is_exported(
    database: Database,
    settings: Settings,
    story: Story,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if settings.tracker_url.startswith("sqlite"):
        Path(settings.tracker_url.removeprefix("sqlite:///")).write_bytes(b"zebrafinch" * 500)
    else:
        with database.writing() as connection:
            connection.execute(text("ALTER TABLE events RENAME COLUMN data TO zebrafinch"))
    assert main(["privacy", "export", "--contact", PHONE.value]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Rasa's tracker store cannot be read" in said.err
    assert "zebrafinch" not in said.err


def test_a_store_that_rasa_has_not_made_yet_holds_nothing(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str], story: Story
) -> None:
    if settings.tracker_url.startswith("sqlite"):
        tracker = Path(settings.tracker_url.removeprefix("sqlite:///"))
        tracker.unlink()
    else:
        with database.writing() as connection:
            connection.execute(text("DROP TABLE events"))
    assert main(["privacy", "export", "--contact", PHONE.value]) == 0
    (talk,) = json.loads(capsys.readouterr().out)["conversations"]
    assert talk["rasa_events"] == []
    if settings.tracker_url.startswith("sqlite"):
        assert not tracker.exists()


@pytest.mark.parametrize("verb", ["export", "erase"])
@pytest.mark.parametrize(
    "line", ["", "\n", "hello\n", "1\n", "a@\n2125550142\n", "911911911911911911"]
)
def test_what_can_be_no_contact_is_refused_and_not_repeated(
    settings: Settings,
    verb: str,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed(monkeypatch, line)
    assert main(["privacy", verb, "--contact", "-"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert not line.strip() or line.strip() not in said.err


@pytest.mark.parametrize("reference", ["", "hello", "AAAA-AAAA", "2345-678", "'; DROP TABLE"])
def test_what_can_be_no_reference_is_refused(
    settings: Settings, reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "erase", "--yes", "--reference", reference]) == 2
    assert "XXXX-XXXX" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["--contact", "1", "--reference", "2"], ["--contact"], ["--reference"]]
)
def test_one_of_the_two_is_needed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["privacy", "erase", *arguments])
    assert ended.value.code == 2


@pytest.mark.parametrize("by", ["contact", "reference"])
def test_erasing_leaves_a_stub_and_nothing_else_of_the_person(
    database: Database,
    settings: Settings,
    by: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = told(database, settings, contact=EMAIL, words="my bullfinch", name="Ben", reason="sleep")
    before = left(database)
    story = told(database, settings)
    named = story.receipt.reference if by == "reference" else PHONE.value
    assert main(["privacy", "erase", f"--{by}", named, "--yes"]) == 0
    after = left(database)
    (alert,) = set(after.pop("safety_alerts")) - set(before.pop("safety_alerts"))
    assert story.conversation_id not in alert
    (forgetting,) = after.pop("forgettings")
    assert story.conversation_id in forgetting
    assert before.pop("forgettings") == []
    assert after == before
    stub = audited(database, story.receipt.reference)[-1]
    assert (stub.actor, stub.action) == ("command line", AuditAction.ERASED)
    assert stub.detail == {"entries": "3", "notices": "4", "conversations": "1", "texts": "0"}
    said = capsys.readouterr()
    assert story.receipt.reference in said.out
    assert "running gateway" in said.out
    assert not any(word in said.out + said.err for word in CANARIES)
    assert kept.receipt.reference not in said.out


def test_without_yes_nothing_is_erased(
    database: Database, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(database)
    assert main(["privacy", "erase", "--contact", PHONE.value]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "1 of the records still open" in said.err
    assert "add --yes" in said.err
    assert left(database) == before


def test_erasing_again_says_that_it_was_done(
    database: Database, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    after = left(database)
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 1
    assert main(["privacy", "erase", "--reference", story.receipt.reference, "--yes"]) == 1
    assert main(["privacy", "export", "--reference", story.receipt.reference]) == 1
    assert main(["privacy", "erase", "--reference", new_reference(), "--yes"]) == 1
    by_contact, *by_reference, unknown = capsys.readouterr().err.splitlines()
    assert by_contact == "nothing is held about this contact"
    assert all("it was erased on 2" in line for line in by_reference)
    assert "erased" not in unknown
    assert left(database) == after
    assert len([row for row in audited(database) if row.action is AuditAction.ERASED]) == 1


def test_by_reference_no_key_is_needed(
    database: Database, settings: Settings, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.secrets_file.unlink()
    assert main(["privacy", "erase", "--reference", story.receipt.reference, "--yes"]) == 0
    assert count(database, intake_records) == 0
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 2
    assert "missing secrets" in capsys.readouterr().err


def test_a_closed_record_and_one_without_a_conversation_are_erased_too(
    database: Database, story: Story
) -> None:
    with database.writing() as connection:
        connection.execute(
            update(intake_records).values(
                state=RecordState.RESOLVED.value, conversation_id=None, closed_at=PAST
            )
        )
        connection.execute(turns.delete())
        connection.execute(safety_alerts.delete())
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    assert count(database, intake_records) == count(database, intake_entries) == 0
    assert count(database, outbox) == 0
    # What was added links to the conversation by itself.
    assert ids(database, conversations) == set()


def test_no_trace_is_left_in_the_files(tmp_path: Path, settings: Settings, url: str) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("of PostgreSQL's files docs/privacy.md says what is left until a vacuum")
    # With a writer that stays open, as a running gateway's: the write-ahead log is kept.
    file = Path(url.removeprefix("sqlite:///"))
    database = Database(url, busy_seconds=2, connections=2)
    migrate(database)
    story = told(database, settings)
    unsealed(database, story)
    sealed = [
        value[40:120]
        for table in (turns, intake_records, intake_entries)
        for row in rows(database, table)
        for value in row
        if isinstance(value, str) and value.startswith("sealed1:")
    ]
    before = everything_beside(file)
    assert sealed
    assert all(value.encode() in before for value in sealed)
    assert b"zebrafinch" in before

    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0

    after = everything_beside(file)
    assert [word for word in CANARIES if word.encode() in after] == []
    assert [value for value in sealed if value.encode() in after] == []
    # Of the reference only the audit tells.
    assert story.receipt.reference.encode() in after
    database.close()


def test_a_reader_in_the_way_is_said(
    database: Database, story: Story, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps no write-ahead log that readers hold up")
    with database.reading() as connection:
        connection.execute(intake_records.select()).all()
        assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    assert "a reader is in the way" in capsys.readouterr().err
    assert count(database, intake_records) == 0


def test_a_locked_database_loses_nothing_and_the_command_can_be_run_again(
    database: Database, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(database)
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE intake_records IN ACCESS EXCLUSIVE MODE"))
        assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 2
    said = capsys.readouterr()
    assert "the database cannot be used" in said.err
    assert len(said.err.splitlines()) == 1
    assert left(database) == before
    assert main(["privacy", "erase", "--contact", PHONE.value, "--yes"]) == 0
    assert count(database, intake_records) == 0


def test_a_failure_half_way_erases_nothing(
    database: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = left(database)

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken on purpose")

    with monkeypatch.context() as failing, pytest.raises(RuntimeError):
        failing.setattr("bot.intake.erasure.audit_log.append", broken)
        main(["privacy", "erase", "--contact", PHONE.value, "--yes"])
    assert left(database) == before


def test_several_who_erase_at_once_erase_once(
    database: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Alembic keeps its state in globals: only processes, not threads, may migrate at once.
    monkeypatch.setattr(own_database, "migrate", lambda opened: None)
    # They wait for each other, however busy the machine is with other tests.
    monkeypatch.setattr(own_database, "_BUSY_SECONDS", 120.0)
    codes: list[int] = []
    line = ["privacy", "erase", "--contact", PHONE.value, "--yes"]
    threads = [threading.Thread(target=lambda: codes.append(main(line))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 1, 1]
    assert len([row for row in audited(database) if row.action is AuditAction.ERASED]) == 1


def test_purging_by_hand(
    database: Database, story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["privacy", "purge"]) == 0
    assert capsys.readouterr().out == "0 deleted\n"
    with database.writing() as connection:
        connection.execute(
            update(intake_records).values(state="resolved", closed_at=PAST, changed_at=PAST)
        )
        connection.execute(update(conversations).values(started_at=PAST))
        connection.execute(update(turns).values(received_at=PAST, answered_at=PAST))
        connection.execute(update(outbox).values(state="delivered", delivered_at=PAST))
    assert main(["privacy", "purge"]) == 0
    said = capsys.readouterr()
    # The notices went with their record.
    assert said.out.splitlines() == ["conversations: 1", "closed_records: 1", "2 deleted"]
    assert {row.actor for row in audited(database)[-2:]} == {"command line"}


def test_a_retention_of_ones_own_is_read(
    database: Database,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "own.yml"
    own.write_text("days: {}\n")
    monkeypatch.setenv("RETENTION_FILE", str(own))
    assert main(["privacy", "purge"]) == 2
    assert "own.yml" in capsys.readouterr().err


def test_purging_a_locked_database_says_so(
    database: Database, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE"))
        assert main(["privacy", "purge"]) == 2
    assert "the database cannot be used" in capsys.readouterr().err


def rows(database: Database, table: Any) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(table.select()))


def everything_beside(file: Path) -> bytes:
    """The file and its side files: the write-ahead log and its index."""
    return b"".join(found.read_bytes() for found in file.parent.glob(f"{file.name}*"))
