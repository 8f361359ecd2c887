"""What a process does not need it does not load: by accident that costs hundreds of megabytes."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("actions.replying_action", ["spacy", "tensorflow", "sklearn", "rasa"]),
        (
            "bot.gateway.server",
            ["spacy", "numpy", "tensorflow", "sklearn", "rasa", "rasa_sdk", "onnxruntime"],
        ),
        (
            "bot.commands.command_line",
            ["spacy", "tensorflow", "rasa", "sqlalchemy", "httpx", "matplotlib"],
        ),
    ],
)
def test_a_process_loads_only_what_it_needs(module: str, heavy: list[str]) -> None:
    look = f"import sys, {module}; print(*[name for name in {heavy!r} if sys.modules.get(name)])"
    looked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", look], capture_output=True, text=True, check=True
    )
    assert looked.stdout.split() == []
