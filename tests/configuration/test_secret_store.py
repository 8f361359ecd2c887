"""Secrets: made once, kept private, never said."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.configuration.secret_store import (
    DATA_KEYS,
    SECRET_NAMES,
    SecretError,
    missing_secrets,
    new_data_key,
    read_secrets,
    rewrite_secret,
)
from bot.database.vault import Vault

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


def test_what_is_made_seals(file: Path) -> None:
    made = read_secrets(file, {}, create=True)
    vault = Vault.from_secrets(made)

    assert vault.open(vault.seal("said")) == "said"
    assert Fernet(made[DATA_KEYS]).decrypt(Fernet(made[DATA_KEYS]).encrypt(b"said")) == b"said"
    assert len({*made.values(), new_data_key(), new_data_key()}) == len(made) + 2


def test_one_secret_is_rewritten_and_the_others_stay(file: Path) -> None:
    made = read_secrets(file, {}, create=True)

    assert rewrite_secret(file, DATA_KEYS, lambda keys: f"new {keys}") == f"new {made[DATA_KEYS]}"
    assert read_secrets(file, {}, create=False) == {**made, DATA_KEYS: f"new {made[DATA_KEYS]}"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_secret_that_is_not_there_is_rewritten_from_nothing(file: Path) -> None:
    write(file, "OTHER=kept\n")

    assert rewrite_secret(file, DATA_KEYS, lambda keys: f"<{keys}>") == "<>"
    assert file.read_text() == f"OTHER=kept\n{DATA_KEYS}=<>\n"


def test_a_rewrite_that_fails_changes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file, f"{DATA_KEYS}=hush\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.configuration.secret_store.os.fsync", full)
    with pytest.raises(SecretError, match="cannot be written: No space left") as caught:
        rewrite_secret(file, DATA_KEYS, lambda keys: f"new {keys}")
    assert "hush" not in str(caught.value)
    assert file.read_text() == f"{DATA_KEYS}=hush\n"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_without_its_folder_nothing_is_rewritten(file: Path) -> None:
    with pytest.raises(SecretError, match="cannot be written"):
        rewrite_secret(file, DATA_KEYS, lambda keys: "new")


def test_many_rewrites_at_once_all_count(file: Path) -> None:
    write(file, f"{DATA_KEYS}=0\n")
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda _: rewrite_secret(file, DATA_KEYS, lambda count: str(int(count) + 1)),
                range(40),
            )
        )

    assert file.read_text() == f"{DATA_KEYS}=40\n"


def test_the_environment_wins_and_is_not_written_down(file: Path) -> None:
    write(file, f"{NAME}=stored\n")

    assert read_secrets(file, {NAME: "given"}, create=True)[NAME] == "given"
    assert file.read_text().splitlines()[0] == f"{NAME}=stored"
    assert "given" not in file.read_text()


def test_an_empty_value_counts_as_missing(file: Path) -> None:
    write(file, f"{NAME}=\n")

    assert missing_secrets(file, {NAME: ""}) == SECRET_NAMES


def test_what_else_the_file_holds_is_kept(file: Path) -> None:
    write(file, "OTHER=kept\n")

    made = read_secrets(file, {}, create=True)

    assert file.read_text().splitlines() == [
        "OTHER=kept",
        *(f"{name}={value}" for name, value in made.items()),
    ]


def test_nothing_is_made_unless_asked(file: Path) -> None:
    with pytest.raises(SecretError, match=NAME):
        read_secrets(file, {}, create=False)
    assert missing_secrets(file, {}) == SECRET_NAMES
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
