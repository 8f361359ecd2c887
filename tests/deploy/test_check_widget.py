"""`make test` proves that the committed widget is what its source builds; CI never skips it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
BASH = shutil.which("bash") or "/bin/bash"

#: What the scripts use of the system besides Node.
_PROGRAMS = ("bash", "dirname", "mktemp", "rm", "grep", "cmp")

#: Notes what it is asked, and builds what stands in `source`.
_NPM = """
echo "npm $*" >> "$ROOT/asked"
case "$*" in
    ci*) mkdir -p node_modules; touch node_modules/.package-lock.json ;;
    *build*) while [ "$1" != --outDir ]; do shift; done; cp "$ROOT/source" "$2/widget.js" ;;
    *check*) exit "$(cat "$ROOT/check")" ;;
esac
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a widget that is what its source builds, and a machine with Node."""
    for folder in ("deploy", "widget", "bot/gateway/pages", "programs", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("check_widget.sh", "widget_packages.sh"):
        shutil.copy(DEPLOY / name, tmp_path / "deploy")
    for name in (*_PROGRAMS, "mkdir", "touch", "cp", "cat"):
        program = shutil.which(name)
        assert program, name
        (tmp_path / "programs" / name).symlink_to(program)
    (tmp_path / "widget" / "package-lock.json").write_text('{"packages": {}}')
    (tmp_path / "bot/gateway/pages/widget.js").write_text("built")
    (tmp_path / "source").write_text("built")
    (tmp_path / "check").write_text("0")
    put(tmp_path / "programs" / "node", "echo v20.19.2")
    put(tmp_path / "programs" / "npm", _NPM)
    put(tmp_path / ".venv/bin/python", 'echo "asked for the size: $*"')
    return tmp_path


def put(path: Path, script: str) -> None:
    path.write_text(f"#!{BASH}\n{script}\n")
    path.chmod(0o755)


def run(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BASH, str(root / "deploy" / "check_widget.sh")],
        env={"PATH": str(root / "programs"), "ROOT": str(root), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def asked(root: Path) -> list[str]:
    return (root / "asked").read_text().splitlines()


def test_a_widget_that_is_what_its_source_builds_passes_and_its_size_is_said(root: Path) -> None:
    result = run(root, CI="true")

    assert (result.returncode, result.stderr) == (0, "")
    assert "asked for the size: -m bot widget size" in result.stdout
    install, check, build = asked(root)
    assert "--ignore-scripts" in install
    assert "check" in check
    assert "build" in build


def test_packages_that_are_there_are_not_installed_again(root: Path) -> None:
    run(root)
    run(root)

    assert [line.split()[1] for line in asked(root)].count("ci") == 1


def test_another_byte_fails(root: Path) -> None:
    (root / "source").write_text("bu1lt")

    result = run(root)

    assert result.returncode != 0
    assert "run make widget" in result.stderr


def test_a_missing_file_fails(root: Path) -> None:
    (root / "bot/gateway/pages/widget.js").unlink()

    assert run(root).returncode != 0


def test_a_failed_check_of_the_source_fails(root: Path) -> None:
    (root / "check").write_text("1")

    result = run(root)

    assert result.returncode != 0
    assert "size" not in result.stdout


def test_too_large_fails(root: Path) -> None:
    put(root / ".venv/bin/python", "exit 1")

    assert run(root).returncode == 1


def test_an_address_in_the_lock_fails(root: Path) -> None:
    lock = '{"packages": {"a": {"resolved": "https://registry.example/a.tgz"}}}'
    (root / "widget" / "package-lock.json").write_text(lock)

    result = run(root)

    assert result.returncode == 1
    assert "--omit-lockfile-registry-resolved" in result.stderr


@pytest.mark.parametrize("lacks", ["node", "npm", "a new node"])
def test_without_node_it_is_skipped_here_and_fails_in_ci(root: Path, lacks: str) -> None:
    if lacks == "a new node":
        put(root / "programs" / "node", "echo v18.20.4")
    else:
        (root / "programs" / lacks).unlink()

    for environment, code in (({}, 0), ({"CI": "false"}, 0), ({"CI": "true"}, 1)):
        result = run(root, **environment)
        assert result.returncode == code
        assert len(result.stderr.splitlines()) == 1
        assert "not checked" in result.stderr
    assert not (root / "asked").exists()
