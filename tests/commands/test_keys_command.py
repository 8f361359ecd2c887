"""`keys rotate` as an operator runs it: whole, killed half-way, and refused."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from bot.commands.command_line import main
from bot.configuration.secret_store import DATA_KEYS, SECRET_NAMES
from bot.database.audit_log import AuditAction, entries, verify
from bot.database.engine import Database
from bot.database.schema import intake_entries
from tests.database.filled import INDEX_KEY, VALUES, everything, fill, opened, vault
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]
OLD, OWN, LOST = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def file(
    tmp_path: Path, url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The secrets file of an installation whose database holds what was sealed with OLD."""
    fill(database, vault(OLD))
    for name in SECRET_NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", url)
    for name, port in zip(("PORT", "RASA_PORT", "ACTION_PORT"), free_ports(3), strict=True):
        monkeypatch.setenv(name, str(port))
    (tmp_path / "var").mkdir()
    made = tmp_path / "var" / "secrets.env"
    made.write_text(f"LOOPBACK_SECRET=hush\nDATA_KEYS={OLD}\nINDEX_KEY={INDEX_KEY}\nOTHER=kept\n")
    made.chmod(0o600)
    yield made
    with database.reading() as connection:
        assert verify(connection).is_sound


def stored(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def keys_in(file: Path) -> list[str]:
    return stored(file)[DATA_KEYS].split()


def audited(database: Database) -> list[tuple[str, dict[str, str]]]:
    with database.reading() as connection:
        found = entries(connection)
    assert all(entry.action is AuditAction.KEYS_ROTATED for entry in found)
    return [(entry.actor, dict(entry.detail)) for entry in found]


def assert_no_key_is_said(said: pytest.CaptureResult[str], file: Path) -> None:
    for key in (OLD, OWN, LOST, *keys_in(file)):
        assert key.rstrip("=") not in said.out + said.err


def test_everything_gets_a_new_key_and_the_old_one_goes(
    file: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    before, others = opened(database, vault(OLD)), stored(file)
    assert main(["keys", "rotate"]) == 0
    said = capsys.readouterr()
    (new,) = keys_in(file)
    assert new != OLD
    assert {**stored(file), DATA_KEYS: OLD} == others
    assert opened(database, vault(new)) == before
    assert audited(database) == [
        ("command line", {"resealed": str(VALUES), "unreadable": "0"}),
    ]
    assert "start the assistant again" in said.out
    assert "resealing" in said.err
    assert_no_key_is_said(said, file)


def test_what_was_stored_unsealed_is_sealed(
    file: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.writing() as connection:
        connection.execute(update(intake_entries).values(sealed_text="in the clear"))
    assert main(["keys", "rotate"]) == 0
    assert "in the clear" not in str(everything(database))
    assert opened(database, vault(*keys_in(file)))["intake_entries"] == [["in the clear"]]


#: It is killed just after the first call of one of these.
KILLED_AFTER = (
    "bot.configuration.secret_store._write_file",
    "bot.database.resealing.Resealing._write",
    "bot.database.audit_log.append",
    "bot.database.engine.Database.flush_deletions",
)
_RUN = """
import importlib, os, signal, sys
where, _, name = sys.argv[1].rpartition(".")
try:
    holder = importlib.import_module(where)
except ModuleNotFoundError:
    where, _, owner = where.rpartition(".")
    holder = getattr(importlib.import_module(where), owner)
whole = getattr(holder, name)
def killed(*arguments, **named):
    whole(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(holder, name, killed)
from bot.commands.command_line import main
main(["keys", "rotate"])
"""


@pytest.mark.parametrize("place", KILLED_AFTER)
def test_killed_half_way_it_goes_on_when_run_again(
    file: Path, database: Database, place: str
) -> None:
    before = opened(database, vault(OLD))
    killed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN, place],
        cwd=ROOT,
        env=os.environ,
        check=False,
        timeout=120,
    )
    assert killed.returncode == -signal.SIGKILL
    # Whatever is started now opens everything.
    new, old = keys_in(file)
    assert old == OLD
    assert opened(database, vault(new, old)) == before
    assert main(["keys", "rotate"]) == 0
    assert keys_in(file) == [new]
    assert opened(database, vault(new)) == before
    assert audited(database)


def test_keys_that_an_operator_put_first_are_used(file: Path, database: Database) -> None:
    before = opened(database, vault(OLD))
    file.write_text(file.read_text().replace(OLD, f"{OWN} {OLD}"))
    assert main(["keys", "rotate"]) == 0
    assert keys_in(file) == [OWN]
    assert opened(database, vault(OWN)) == before


def test_with_keys_of_the_environment_it_only_reseals(
    file: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before, kept = opened(database, vault(OLD)), file.read_text()
    monkeypatch.setenv(DATA_KEYS, f"{OWN} {OLD}")
    assert main(["keys", "rotate"]) == 0
    said = capsys.readouterr()
    assert file.read_text() == kept
    assert opened(database, vault(OWN)) == before
    assert len([line for line in said.out.splitlines() if "must be put first there" in line]) == 1
    assert_no_key_is_said(said, file)


def test_what_no_key_opens_is_counted_and_stays(
    file: Path, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = vault(LOST).seal("lost")
    with database.writing() as connection:
        connection.execute(update(intake_entries).values(sealed_text=lost))
    assert main(["keys", "rotate"]) == 1
    assert "no key opens 1 of the values" in capsys.readouterr().err
    assert everything(database)["intake_entries"] == [(lost,)]
    assert audited(database)[0][1] == {"resealed": str(VALUES - 1), "unreadable": "1"}
    assert len(keys_in(file)) == 1


@pytest.mark.parametrize("name", ["PORT", "RASA_PORT", "ACTION_PORT"])
def test_beside_a_running_assistant_nothing_is_changed(
    file: Path, database: Database, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    kept, rows = file.read_text(), everything(database)
    with socket.create_server(("127.0.0.1", int(os.environ[name]))):
        assert main(["keys", "rotate"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "stop the assistant first" in line
    assert (file.read_text(), everything(database)) == (kept, rows)


def test_an_assistant_started_meanwhile_keeps_its_key(
    file: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started: list[socket.socket] = []
    flush = Database.flush_deletions

    def start(self: Database) -> None:
        started.append(socket.create_server(("127.0.0.1", int(os.environ["PORT"]))))
        flush(self)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Database, "flush_deletions", start)
        assert main(["keys", "rotate"]) == 1
    started[0].close()
    said = capsys.readouterr()
    assert "started meanwhile: the old key stays" in said.err
    new, old = keys_in(file)
    assert old == OLD
    # With the old key alone it goes on sealing.
    with database.writing() as connection:
        connection.execute(update(intake_entries).values(sealed_text=vault(OLD).seal("late")))
    assert main(["keys", "rotate"]) == 0
    assert keys_in(file) == [new]
    assert opened(database, vault(new))["intake_entries"] == [["late"]]


def test_a_second_rotation_that_has_begun_keeps_its_keys(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = Database.flush_deletions

    def begin(self: Database) -> None:
        flush(self)
        file.write_text(file.read_text().replace("DATA_KEYS=", f"DATA_KEYS={OWN} "))

    monkeypatch.setattr(Database, "flush_deletions", begin)
    assert main(["keys", "rotate"]) == 0
    assert keys_in(file)[0] == OWN
    assert len(keys_in(file)) == 3


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ("DATA_KEYS=hush", "missing secrets: LOOPBACK_SECRET, INDEX_KEY"),
        (
            f"LOOPBACK_SECRET=x\nINDEX_KEY={INDEX_KEY}\nDATA_KEYS=hush",
            "DATA_KEYS cannot be used: a data key is not 32 bytes long",
        ),
    ],
)
def test_unusable_secrets_change_nothing(
    file: Path,
    database: Database,
    capsys: pytest.CaptureFixture[str],
    secrets: str,
    said: str,
) -> None:
    rows = everything(database)
    file.write_text(secrets)
    assert main(["keys", "rotate"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert "hush" not in line
    assert (file.read_text(), everything(database)) == (secrets, rows)


def test_a_database_that_cannot_be_used_leaves_the_keys(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = file.read_text()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}/no/such.db")
    assert main(["keys", "rotate"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "the database cannot be used" in line
    assert file.read_text() == kept
