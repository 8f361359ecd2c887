"""Log files stay within their bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.supervisor.bounded_log import BoundedLog


def test_a_full_file_gives_way_to_the_next(tmp_path: Path) -> None:
    file = tmp_path / "log" / "child.log"
    with BoundedLog(file, max_bytes=10, files=3) as log:
        for number in range(5):
            log.write(f"line {number}\n".encode())

    assert file.read_text() == "line 4\n"
    assert file.with_name("child.log.1").read_text() == "line 3\n"
    assert file.with_name("child.log.2").read_text() == "line 2\n"
    assert len(list(file.parent.iterdir())) == 3


def test_one_file_alone_is_bounded_too(tmp_path: Path) -> None:
    file = tmp_path / "child.log"
    with BoundedLog(file, max_bytes=10, files=1) as log:
        log.write(b"first\n")
        log.write(b"second\n")

    assert [path.name for path in tmp_path.iterdir()] == ["child.log"]
    assert file.read_bytes() == b"second\n"


def test_it_goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    file = tmp_path / "child.log"
    for line in (b"one\n", b"two\n"):
        with BoundedLog(file, max_bytes=100, files=2) as log:
            log.write(line)

    assert file.read_bytes() == b"one\ntwo\n"


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    with BoundedLog(tmp_path / "child.log", max_bytes=10, files=2):
        assert (tmp_path / "child.log").stat().st_mode & 0o777 == 0o600


def test_a_log_survives_a_rotation_that_fails(tmp_path: Path) -> None:
    file = tmp_path / "child.log"
    with BoundedLog(file, max_bytes=10, files=2) as log:
        log.write(b"line one\n")
        blocker = tmp_path / "child.log.1"
        blocker.mkdir()
        with pytest.raises(OSError):
            log.write(b"line two\n")
        blocker.rmdir()
        log.write(b"line three\n")

    assert file.read_bytes() == b"line three\n"
