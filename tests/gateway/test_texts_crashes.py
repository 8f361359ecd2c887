"""kill -9 of the gateway at any step: every text that was acknowledged is answered, and once."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import pytest

from bot.database.engine import Database
from bot.database.migrate import migrate
from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.harness import until
from tests.gateway.texting import Kept, Texter, fields_of
from tests.gateway.texting_process import Step, serve
from tests.ports import free_port

# Forked from a process that has loaded everything once: a start takes no time.
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.gateway.texting_process"])

_PATIENCE = 60


@dataclass
class Clinic:
    """A gateway that is started again and again, and Twilio, which comes again after a failure."""

    folder: Path
    rasa: FakeRasa
    kept: Kept
    port: int = field(default_factory=free_port)
    processes: list[ForkServerProcess] = field(default_factory=list)

    def start(self, dies: Step | None = None) -> ForkServerProcess:
        process = _FORKING.Process(
            target=serve, args=(self.folder, self.port, self.rasa.port, dies), daemon=True
        )
        process.start()
        self.processes.append(process)
        until(lambda: self._is_up() or not process.is_alive(), _PATIENCE, "the start")
        return process

    def post(self, fields: dict[str, str]) -> int | None:
        """The status that Twilio gets; None if it gets none."""
        url = f"http://127.0.0.1:{self.port}"
        with httpx.Client(base_url=url, timeout=_PATIENCE) as http:
            try:
                return Texter(http, url).post(fields).status_code
            except httpx.HTTPError:
                return None

    def _is_up(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health/live").status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture
def clinic(tmp_path: Path, rasa: FakeRasa) -> Iterator[Clinic]:
    database = Database(f"sqlite:///{tmp_path / 'assistant.db'}", busy_seconds=5, connections=4)
    migrate(database)
    one = Clinic(tmp_path, rasa, Kept(database))
    yield one
    for process in one.processes:
        process.kill()
        process.join(_PATIENCE)
    database.close()


@pytest.mark.parametrize("step", Step)
def test_a_gateway_that_dies_at_this_step_answers_once(clinic: Clinic, step: Step) -> None:
    fields = fields_of("does it hurt?")
    dying = clinic.start(step)
    clinic.post(fields)
    dying.join(_PATIENCE)
    assert dying.exitcode == -signal.SIGKILL

    clinic.start()
    # After a failure of ours Twilio comes again with the same.
    assert clinic.post(fields) == 204
    clinic.kept.until_done(1, _PATIENCE)
    (reply,) = clinic.kept.replies()
    assert "You said: does it hurt?" in reply


def test_gateways_that_are_killed_at_any_moment_answer_every_text_once(clinic: Clinic) -> None:
    chance = random.Random(7)
    # Fewer than the limit of one number.
    texts = [f"question {number}" for number in range(18)]
    waiting = [fields_of(text) for text in texts]
    for _ in range(5):
        gateway = clinic.start()
        while waiting and chance.random() < 0.8:
            # Of what was not acknowledged, Twilio comes again with the same.
            if clinic.post(waiting[0]) != 204:
                break
            waiting.pop(0)
        time.sleep(chance.random() * 0.2)
        gateway.kill()
        gateway.join(_PATIENCE)
    clinic.start()
    while waiting:
        assert clinic.post(waiting.pop(0)) == 204
    clinic.kept.until_done(len(texts), _PATIENCE)

    replies = clinic.kept.replies()
    assert len(replies) == len(texts)
    for text, reply in zip(texts, replies, strict=True):
        assert f"You said: {text}" in reply
