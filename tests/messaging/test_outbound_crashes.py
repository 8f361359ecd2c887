"""kill -9 of the worker at any step: every text reaches the provider exactly once."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from multiprocessing.context import ForkServerProcess

import pytest

from bot.database.engine import Database
from bot.twilio_double.faults import Fault, FaultKind, Moment
from tests.gateway.harness import until
from tests.messaging.outgoing import new_text, new_thread, rows
from tests.messaging.running_double import RunningDouble, running_double
from tests.messaging.text_worker_process import Step, work

# Forked from a process that has loaded everything once: a start takes no time.
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.messaging.text_worker_process"])

#: A start on a busy machine, and a lease that a dead worker leaves behind.
_PATIENCE = 60


@dataclass
class Scene:
    """Texts that wait, and who sends and takes them."""

    database: Database
    url: str
    twilio: RunningDouble

    def texts(self, numbers: int, each: int) -> list[str]:
        """So many texts to so many numbers, committed: no two say the same."""
        made = []
        for number in range(numbers):
            thread = new_thread(self.database, f"+1415555{number:04}")
            for place in range(each):
                made.append(f"number {number}, text {place}")
                new_text(self.database, thread, made[-1], now=datetime.now(timezone.utc))
        return made

    def worker(self, dies: Step | None = None, lease: float = 0.3) -> ForkServerProcess:
        process = _FORKING.Process(
            target=work, args=(self.url, self.twilio.url, dies, lease), daemon=True
        )
        process.start()
        return process

    def finish(self) -> None:
        """A worker that nobody kills."""
        worker = self.worker(lease=5.0)
        worker.join(_PATIENCE)
        assert worker.exitcode == 0

    def check(self, texts: list[str]) -> None:
        """Each was taken once, in the order of its number, and that is known."""
        taken = self.twilio.texts
        assert sorted(taken) == sorted(texts)
        for number in {text.partition(",")[0] for text in texts}:
            mine = [text for text in taken if text.startswith(f"{number},")]
            assert mine == [text for text in texts if text.startswith(f"{number},")]
        sids = {message.sid for message in self.twilio.double.exchange.sent()}
        assert {row.provider_id for row in rows(self.database)} == sids
        assert {row.state for row in rows(self.database)} == {"sent"}


@pytest.fixture
def scene(database: Database, url: str) -> Iterator[Scene]:
    with running_double() as twilio:
        yield Scene(database, url, twilio)


@pytest.mark.parametrize("step", Step)
def test_a_worker_that_dies_at_this_step_sends_nothing_twice(scene: Scene, step: Step) -> None:
    texts = scene.texts(numbers=2, each=2)
    if step in (Step.BEFORE_ASKING, Step.AFTER_ASKING):
        # It is asked about what an earlier worker has left in doubt.
        earlier = scene.worker(Step.AFTER_SENDING)
        earlier.join(_PATIENCE)
        assert earlier.exitcode == -signal.SIGKILL

    for _ in range(2):
        dying = scene.worker(step)
        dying.join(_PATIENCE)
        assert dying.exitcode == -signal.SIGKILL
    scene.finish()

    scene.check(texts)


def test_a_worker_that_dies_while_twilio_thinks_sends_nothing_twice(scene: Scene) -> None:
    texts = scene.texts(numbers=1, each=2)
    scene.twilio.double.faults.add(Fault(FaultKind.TIME_OUT, Moment.AFTER))

    worker = scene.worker(lease=2.0)
    until(lambda: len(scene.twilio.texts) == 1, _PATIENCE)
    worker.kill()
    worker.join(_PATIENCE)
    scene.finish()

    scene.check(texts)


def test_workers_that_are_killed_at_any_moment_send_nothing_twice(scene: Scene) -> None:
    chance = random.Random(7)
    texts = scene.texts(numbers=6, each=3)
    kinds = [FaultKind.SERVER, FaultKind.CUT, FaultKind.RATE_LIMITED, FaultKind.NOT_JSON]
    for _ in range(8):
        scene.twilio.double.faults.add(Fault(chance.choice(kinds), chance.choice(list(Moment))))

    for _ in range(4):
        worker = scene.worker()
        seen = len(scene.twilio.texts)
        end = time.monotonic() + _PATIENCE
        # Not before it has begun, or the kill would meet nobody.
        while worker.is_alive() and time.monotonic() < end and len(scene.twilio.texts) == seen:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.1)
        worker.kill()
        worker.join(_PATIENCE)
    scene.finish()

    # With faults the order may change, for a text that fails is passed after its first tries.
    assert sorted(scene.twilio.texts) == sorted(texts)
    assert {row.state for row in rows(scene.database)} == {"sent"}


def test_two_workers_at_once_share_the_work(scene: Scene) -> None:
    texts = scene.texts(numbers=10, each=3)

    # No attempt is cut short and no lease ends, however busy the machine is.
    workers = [scene.worker(lease=_PATIENCE) for _ in range(2)]
    for worker in workers:
        worker.join(_PATIENCE)
        assert worker.exitcode == 0

    scene.check(texts)
