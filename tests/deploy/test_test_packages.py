"""`make test` installs what its tests drive where it may, and says what is missing where not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

TEST_PACKAGES = Path(__file__).parents[2] / "deploy" / "test_packages.sh"
BASH = shutil.which("bash") or "/bin/bash"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A PATH with a PostgreSQL server, and an apt-get that only notes what it is asked."""
    put(tmp_path / "postgres", "exit 0")
    put(tmp_path / "apt-get", f'echo "$*" >> "{tmp_path}/asked"')
    return tmp_path


def put(path: Path, script: str) -> None:
    path.write_text(f"#!{BASH}\n{script}\n")
    path.chmod(0o755)


def run(programs: Path, user: int) -> subprocess.CompletedProcess[str]:
    put(programs / "id", f"echo {user}")
    return subprocess.run(
        [BASH, TEST_PACKAGES],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_done_when_all_is_there(programs: Path) -> None:
    put(programs / "chromium", "exit 0")

    result = run(programs, user=0)

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert not (programs / "asked").exists()


def test_root_gets_what_is_missing(programs: Path) -> None:
    result = run(programs, user=0)

    assert result.returncode == 0
    assert "installing for the tests: chromium" in result.stdout
    asked = (programs / "asked").read_text().splitlines()
    assert asked[0].endswith("update")
    assert asked[1].endswith("install --no-install-recommends chromium")


def test_a_failed_installation_fails(programs: Path) -> None:
    put(programs / "apt-get", "exit 100")

    assert run(programs, user=0).returncode != 0


def test_others_are_told_in_one_line(programs: Path) -> None:
    result = run(programs, user=1000)

    assert result.returncode == 0
    assert len(result.stderr.splitlines()) == 1
    assert "apt-get install chromium" in result.stderr
    assert not (programs / "asked").exists()
