"""The plain Rasa commands work at the root, as any Rasa user expects."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.supervisor.rasa_environment import rasa_environment
from tests.ports import free_ports
from tests.scenarios.curated import PAGES, source_line, text_of
from tests.scenarios.running_product import ROOT

_EXAMPLES = """\
version: "3.1"
nlu:
- intent: faq/migraine.aura
  examples: |
    - What is migraine aura?
    - what does aura mean with migraines
- intent: faq/migraine.botox
  examples: |
    - Is Botox used for migraine?
- intent: chitchat/thanks
  examples: |
    - thank you so much
- intent: not_covered
  examples: |
    - how much does ketamine treatment cost
"""

#: Where endpoints.yml expects the action server.
_ACTION_PORT = 5055

#: Three at once on two cores, each importing TensorFlow.
_SECONDS = 250


@dataclass
class Ended:
    """A command that has ended, and all that it printed."""

    exit_code: int
    output: str


class Commands:
    """Runs them side by side: each spends most of its time importing."""

    def __init__(self, reports: Path) -> None:
        self.reports = reports
        examples = reports / "examples.yml"
        examples.write_text(_EXAMPLES, encoding="utf-8")
        testing = ("test", "nlu", "--nlu", str(examples), "--out", str(reports))
        self._running = {
            "shell": _start("shell", "--port", str(free_ports(1)[0])),
            "data validate": _start("data", "validate"),
            "test nlu": _start(*testing),
        }
        self._ended: dict[str, Ended] = {}

    def ended(self, name: str, typed: str = "") -> Ended:
        """Type `typed`, and wait for the end."""
        if name not in self._ended:
            process = self._running[name]
            try:
                output, _ = process.communicate(typed, timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
            self._ended[name] = Ended(process.returncode, output)
        return self._ended[name]

    def stop(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.kill()
                process.communicate()


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "rasa"), *arguments],
        cwd=ROOT,
        env={**_environment(), "COLUMNS": "400"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def _environment() -> dict[str, str]:
    # A plain shell: nothing of this product's own settings, and no secret.
    kept = {
        name: os.environ[name] for name in ("HOME", "PATH", "LANG", "TMPDIR") if name in os.environ
    }
    return {**kept, **rasa_environment()}


@pytest.fixture(scope="module")
def action_server() -> Iterator[None]:
    """The action server where endpoints.yml says; if one is there already, that one."""
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", _ACTION_PORT)) == 0
    if taken:
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(_ACTION_PORT)],
        cwd=ROOT,
        env={**_environment(), "SANIC_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 120
        while not _is_well():
            assert time.monotonic() < end and process.poll() is None, "no action server"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _is_well() -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{_ACTION_PORT}/health").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def commands(action_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    running = Commands(tmp_path_factory.mktemp("rasa"))
    yield running
    running.stop()


def test_rasa_shell_answers_with_source_and_disclaimer(commands: Commands) -> None:
    ended = commands.ended("shell", "What is migraine aura?\n/stop\n")
    assert ended.exit_code == 0, ended.output[-3000:]
    shown = " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", ended.output).split())
    topic = "migraine.aura"
    for text in (text_of(f"short of {topic}"), source_line(topic), PAGES["migraine"]["disclaimer"]):
        assert text in shown, ended.output[-3000:]


def test_rasa_data_validate_finds_nothing_wrong(commands: Commands) -> None:
    ended = commands.ended("data validate")
    assert ended.exit_code == 0, ended.output[-3000:]


def test_rasa_test_nlu_reports_intents_and_topics(commands: Commands) -> None:
    ended = commands.ended("test nlu")
    assert ended.exit_code == 0, ended.output[-3000:]
    intents = _report(commands.reports / "intent_report.json")
    topics = _report(commands.reports / "response_selection_report.json")
    assert {"faq", "chitchat", "not_covered"} <= set(intents)
    assert {"faq/migraine.aura", "faq/migraine.botox", "chitchat/thanks"} <= set(topics)


def _report(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return found
