"""`users`: the first person of the desk is made here, and no password is an argument."""

from __future__ import annotations

import argparse
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.commands import users
from bot.database.engine import Database
from bot.intake.staff import Role, StaffStore

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "BOT_VAR": str(tmp_path / "var"), "DATABASE_URL": ""}


def bot(
    place: dict[str, str], *arguments: str, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "users", *arguments],
        cwd=ROOT,
        env=place,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def staff(place: dict[str, str]) -> StaffStore:
    file = Path(place["BOT_VAR"]) / "assistant.db"
    return StaffStore(Database(f"sqlite:///{file}", busy_seconds=2, connections=1))


def test_people_are_added_changed_and_listed(place: dict[str, str]) -> None:
    listed = bot(place, "list")
    assert listed.stdout == "nobody yet: python -m bot users add NAME --role admin\n"
    added = bot(place, "add", "Dana", "--role", "admin", typed=f"{PASSWORD}\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert added.stdout == "dana can sign in as admin; patients see the name Dana\n"
    assert PASSWORD not in added.stdout
    shown = ["--shown-name", "Sam L."]
    assert bot(place, "add", "sam", "--role", "agent", *shown, typed=PASSWORD).returncode == 0
    people = staff(place)
    assert people.authenticate("dana", PASSWORD) is not None
    assert bot(place, "password", "dana", typed="another one, as long\n").returncode == 0
    assert people.authenticate("dana", "another one, as long") is not None
    assert bot(place, "disable", "dana").returncode == 0
    assert people.authenticate("dana", "another one, as long") is None
    assert [line.split() for line in bot(place, "list").stdout.splitlines()] == [
        ["dana", "admin", "disabled", "Dana"],
        ["sam", "agent", "Sam", "L."],
    ]


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (["add", "Da na", "--role", "admin"], PASSWORD, "a name is 1 to 64 of a-z"),
        (["add", "dana", "--role", "admin"], "short", "at least 12 characters"),
        (["add", "dana", "--role", "admin"], "", "standard input must hold the password"),
        (["add", "dana", "--role", "admin"], f"{PASSWORD}\n{PASSWORD}", "on one line"),
        (["add", "dana", "--role", "king"], PASSWORD, "invalid choice"),
        (["add", "dana"], PASSWORD, "--role"),
        (["password", "nobody"], PASSWORD, "nobody of this name"),
        (["disable", "nobody"], "", "nobody of this name"),
        ([], "", "COMMAND"),
    ],
)
def test_bad_input_gets_one_line(
    place: dict[str, str], arguments: list[str], typed: str, says: str
) -> None:
    result = bot(place, *arguments, typed=typed)
    assert result.returncode == 2
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert PASSWORD not in result.stderr


def test_help_says_how_a_password_is_given(place: dict[str, str]) -> None:
    for arguments in (["--help"], ["add", "--help"], ["password", "--help"]):
        assert bot(place, *arguments).returncode == 0
    assert "standard input" in " ".join(bot(place, "add", "--help").stdout.split())


def test_a_database_that_cannot_be_used(place: dict[str, str]) -> None:
    result = bot({**place, "DATABASE_URL": "sqlite:////proc/none/x.db"}, "list")
    assert result.returncode == 2
    assert "the database cannot be used" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("again", [PASSWORD, "another"])
def test_on_a_terminal_it_is_typed_twice_and_not_shown(place: dict[str, str], again: str) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "bot", "users", "add", "dana", "--role", "viewer"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=place,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        # A terminal of its own, from which getpass reads.
        preexec_fn=lambda: (os.setsid(), _make_controlling()),
    )
    os.close(slave)
    shown = _answer(master, {"Password: ": PASSWORD, "The same again: ": again})
    code = process.wait(60)
    os.close(master)
    assert PASSWORD not in shown
    if again == PASSWORD:
        assert (code, "dana can sign in as viewer" in shown) == (0, True)
    else:
        assert (code, "the two passwords are not the same" in shown) == (2, True)


def test_the_roles_of_the_command_are_the_roles() -> None:
    parser = argparse.ArgumentParser()
    users.add_parser(parser.add_subparsers())
    for role in Role:
        chosen = parser.parse_args(["users", "add", "dana", "--role", role.value])
        assert chosen.role == role.value


def _make_controlling() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _answer(master: int, answers: dict[str, str]) -> str:
    """What the terminal shows, while each question gets its answer."""
    shown, left, end = "", dict(answers), time.monotonic() + 30
    while time.monotonic() < end:
        if not select.select([master], [], [], 0.1)[0]:
            continue
        try:
            read = os.read(master, 4096)
        except OSError:
            return shown
        if not read:
            return shown
        shown += read.decode()
        for question in [question for question in left if question in shown]:
            os.write(master, f"{left.pop(question)}\n".encode())
    raise AssertionError("the command did not end")
