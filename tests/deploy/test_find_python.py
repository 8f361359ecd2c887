"""The search for a Python 3.10, against folders made up for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FIND_PYTHON = Path(__file__).parents[2] / "deploy" / "find_python.sh"
BASH = shutil.which("bash") or "/bin/bash"


def search(machine: Path, **environment: str) -> str | None:
    """What is found on a machine that has nothing but `machine`."""
    result = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", f". '{FIND_PYTHON}'; find_python_3_10"],
        env={
            "PATH": f"{machine}/bin",
            "HOME": f"{machine}/home",
            "SYSTEM_ROOT": str(machine),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    assert (result.returncode == 0) == bool(result.stdout)
    return result.stdout.strip() or None


def put(path: Path, *, works: bool = True) -> Path:
    """A stand-in for an interpreter: one that is a complete 3.10, or one that is not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{BASH}\nexit {0 if works else 1}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    "place",
    [
        "bin/python3.10",
        "bin/python3",
        "bin/python",
        "home/.pyenv/versions/3.10.13/bin/python3.10",
        "home/.local/share/uv/python/cpython-3.10.22-linux/bin/python3.10",
        "usr/local/bin/python3.10",
        "opt/python3.10/bin/python3.10",
        "opt/python/3.10.4/bin/python3.10",
        "opt/pyenv/versions/3.10.1/bin/python3.10",
    ],
)
def test_it_is_found_in_the_usual_places(tmp_path: Path, place: str) -> None:
    python = put(tmp_path / place)

    assert search(tmp_path) == str(python)


def test_it_is_found_where_pyenv_root_says(tmp_path: Path) -> None:
    python = put(tmp_path / "elsewhere/versions/3.10.9/bin/python3.10")

    assert search(tmp_path) is None
    assert search(tmp_path, PYENV_ROOT=f"{tmp_path}/elsewhere") == str(python)


def test_a_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "bin/python3.10", works=False)
    put(tmp_path / "bin/python3", works=False)
    put(tmp_path / "home/.pyenv/versions/3.10.1/bin/python3.10", works=False)
    python = put(tmp_path / "home/.pyenv/versions/3.10.13/bin/python3.10")

    assert search(tmp_path) == str(python)


def test_other_versions_are_no_python_3_10(tmp_path: Path) -> None:
    put(tmp_path / "home/.pyenv/versions/3.11.7/bin/python3.11")
    put(tmp_path / "bin/python3", works=False)

    assert search(tmp_path) is None


def test_a_file_that_cannot_be_run_is_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "usr/local/bin/python3.10").chmod(0o644)

    assert search(tmp_path) is None


def test_the_one_that_is_named_is_taken_and_no_other(tmp_path: Path) -> None:
    put(tmp_path / "bin/python3.10")
    named = put(tmp_path / "named/python")
    broken = put(tmp_path / "broken/python", works=False)

    assert search(tmp_path, PYTHON310=str(named)) == str(named)
    assert search(tmp_path, PYTHON310=str(broken)) is None


def test_spaces_in_a_path_do_no_harm(tmp_path: Path) -> None:
    python = put(tmp_path / "my home/.pyenv/versions/3.10.13/bin/python3.10")

    assert search(tmp_path, HOME=f"{tmp_path}/my home") == str(python)


def test_an_interpreter_is_judged_by_its_own_word(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text(f'#!{BASH}\nexec "{sys.executable}" -c "${{2/(3, 10)/(3, 9)}}"\n')
    other.chmod(0o755)

    assert search(tmp_path, PYTHON310=sys.executable) == sys.executable
    assert search(tmp_path, PYTHON310=str(other)) is None
