"""What a process does not need it does not load: by accident that costs hundreds of megabytes."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("loading", "heavy"),
    [
        ("import actions.replying_action", ["spacy", "tensorflow", "sklearn", "rasa"]),
        (
            "import bot.gateway.__main__ as it; it.hide_tensorflow(); import bot.gateway.server",
            ["tensorflow", "sklearn", "rasa", "rasa_sdk", "onnxruntime", "matplotlib"],
        ),
        (
            "import bot.commands.command_line",
            ["spacy", "tensorflow", "rasa", "sqlalchemy", "httpx", "matplotlib"],
        ),
    ],
)
def test_a_process_loads_only_what_it_needs(loading: str, heavy: list[str]) -> None:
    look = f"{loading}; import sys; print(*[name for name in {heavy!r} if sys.modules.get(name)])"
    looked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", look], capture_output=True, text=True, check=True
    )
    assert looked.stdout.split() == []
