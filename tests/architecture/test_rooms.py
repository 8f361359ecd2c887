"""DESIGN's rooms: imports point downwards only, and only two rooms know Rasa."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("bot", "actions"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    return tmp_path


def test_the_rooms_are_kept() -> None:
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("bot/content/page.py", "import bot.replies.reply", "Rooms import downwards only"),
        ("bot/gateway/errors.py", "import bot.nlu", "Rooms import downwards only"),
        ("bot/intake/alert_store.py", "import bot.gateway", "Rooms import downwards only"),
        ("bot/replies/reply.py", "import bot.intake", "Rooms import downwards only"),
        ("bot/intake/alert_spool.py", "import rasa", "Only actions/ and bot/nlu/ know Rasa"),
        ("bot/supervisor/ports.py", "import bot.commands", "Rooms import downwards only"),
        ("bot/replies/reply.py", "import rasa", "Only actions/ and bot/nlu/ know Rasa"),
        ("bot/gateway/errors.py", "import rasa_sdk", "Only actions/ and bot/nlu/ know Rasa"),
        ("bot/nlu/decision.py", "import bot.evaluation", "Rooms import downwards only"),
        ("bot/evaluation/outcomes.py", "import rasa", "Only actions/ and bot/nlu/ know Rasa"),
        ("bot/nlu/decision.py", "import actions", "Nothing imports the actions"),
    ],
)
def test_a_bad_import_is_found(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    result = lint(copy)

    assert result.returncode == 1
    broken = [shown for shown in result.stdout.splitlines() if "BROKEN" in shown]
    assert len(broken) == 1
    assert broken[0].startswith(contract)


def test_a_new_room_must_be_given_its_place(copy: Path) -> None:
    (copy / "bot" / "attic").mkdir()
    (copy / "bot" / "attic" / "__init__.py").write_text("")

    result = lint(copy)

    assert result.returncode == 1
    assert "attic" in result.stdout + result.stderr
