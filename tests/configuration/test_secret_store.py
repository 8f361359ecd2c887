"""Secrets: made once, kept private, never said."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from bot.configuration.secret_store import (
    SECRET_NAMES,
    SecretError,
    missing_secrets,
    read_secrets,
)

NAME = SECRET_NAMES[0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "secrets.env"


def write(file: Path, text: str, mode: int = 0o600) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(mode)


def test_they_are_made_once_and_private(file: Path) -> None:
    old_mask = os.umask(0)
    try:
        made = read_secrets(file, {}, create=True)
    finally:
        os.umask(old_mask)

    assert set(made) == set(SECRET_NAMES)
    assert all(len(value) >= 32 for value in made.values())
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert read_secrets(file, {}, create=True) == made
    assert read_secrets(file, {}, create=False) == made
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_environment_wins_and_is_not_written_down(file: Path) -> None:
    write(file, f"{NAME}=stored\n")

    assert read_secrets(file, {NAME: "given"}, create=True)[NAME] == "given"
    assert file.read_text() == f"{NAME}=stored\n"


def test_an_empty_value_counts_as_missing(file: Path) -> None:
    write(file, f"{NAME}=\n")

    assert missing_secrets(file, {NAME: ""}) == (NAME,)


def test_what_else_the_file_holds_is_kept(file: Path) -> None:
    write(file, "OTHER=kept\n")

    made = read_secrets(file, {}, create=True)

    assert file.read_text().splitlines() == ["OTHER=kept", f"{NAME}={made[NAME]}"]


def test_nothing_is_made_unless_asked(file: Path) -> None:
    with pytest.raises(SecretError, match=NAME):
        read_secrets(file, {}, create=False)
    assert missing_secrets(file, {}) == (NAME,)
    assert not file.parent.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(file: Path, mode: int) -> None:
    write(file, f"{NAME}=hush\n", mode)

    with pytest.raises(SecretError, match="chmod 600") as caught:
        read_secrets(file, {}, create=True)
    assert "hush" not in str(caught.value)


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    write(file, "")
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SecretError, match="not UTF-8"):
        read_secrets(file, {}, create=True)


def test_a_folder_in_its_place_is_refused(file: Path) -> None:
    file.mkdir(parents=True)

    with pytest.raises(SecretError, match="cannot be read"):
        read_secrets(file, {}, create=True)


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(SecretError, match="cannot be"):
        read_secrets(tmp_path / "file" / "secrets.env", {}, create=True)


def test_processes_that_start_together_agree(file: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        made = pool.map(made_by_one_process, [file] * 8)

    assert len(set(made)) == 1


def made_by_one_process(file: Path) -> str:
    return read_secrets(file, {}, create=True)[NAME]
