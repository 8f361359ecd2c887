"""A file is replaced by one that was written to its end, or stays as it was."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.content.whole_file import replacing


def test_the_new_one_takes_the_place_of_the_old_one_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "some"
    file.write_text("old")
    with replacing(file) as fresh:
        fresh.write_text("new")
        assert file.read_text() == "old"
        assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_failure_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "some"
    file.write_text("old")
    with pytest.raises(RuntimeError, match="half"), replacing(file) as fresh:
        fresh.write_text("ne")
        raise RuntimeError("half")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_without_a_place_nothing_is_begun(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "gone" / "some"):
        pytest.fail("begun")
