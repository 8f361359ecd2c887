"""kill -9 of the worker at any step: every notice arrives at least once, always under one key."""

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

from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from tests.gateway.delivery import Desk
from tests.gateway.worker_process import Step, work
from tests.intake.mail_double import MailDouble, mail_double
from tests.intake.notices import new_record
from tests.intake.webhook_double import DROPPED, Answer, WebhookDouble, webhook_double

# Forked from a process that has loaded everything once: a start takes no time.
_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.gateway.worker_process"])

#: A start on a busy machine, and a lease that a dead worker leaves behind.
_PATIENCE = 60


@dataclass
class Clinic:
    """Who is told, and by whom."""

    url: str
    mail: MailDouble
    webhook: WebhookDouble
    desk: Desk

    def worker(self, dies: Step | None = None, lease: float = 1.0) -> ForkServerProcess:
        environment = {
            "NOTICE_EMAIL_TO": "desk@clinic.test",
            "NOTICE_EMAIL_FROM": "assistant@clinic.test",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "WEBHOOK_URL": f"http://127.0.0.1:{self.webhook.port}/hook",
            "ALLOW_PRIVATE_WEBHOOK": "1",
        }
        process = _FORKING.Process(
            target=work, args=(self.url, environment, dies, lease), daemon=True
        )
        process.start()
        return process

    def finish(self) -> None:
        """A worker that nobody kills."""
        worker = self.worker()
        worker.join(_PATIENCE)
        assert worker.exitcode == 0

    def check(self, records: list[str]) -> None:
        """Everything was delivered, and each sink can tell a second time from a second notice."""
        assert len(set(self.webhook.keys)) == len(set(self.mail.keys)) == len(records)
        bodies = {(one.key, one.body) for one in self.webhook.received}
        assert len(bodies) == len(records)
        assert self.desk.notices("delivered") == 2 * len(records)
        assert len(self.desk.audited(AuditAction.DELIVERED)) == 2 * len(records)
        assert {self.desk.state(one) for one in records} == {"notified"}


@pytest.fixture
def clinic(database: Database, url: str) -> Iterator[Clinic]:
    with mail_double() as mail, webhook_double() as webhook:
        yield Clinic(url, mail, webhook, Desk(database, []))


@pytest.mark.parametrize("step", Step)
def test_a_worker_that_dies_at_this_step_loses_nothing(clinic: Clinic, step: Step) -> None:
    # What the patient was told is stored is stored: committed before any worker is there.
    records = [new_record(clinic.desk.database, now=datetime.now(timezone.utc)) for _ in range(3)]

    for _ in range(2):
        dying = clinic.worker(step)
        dying.join(_PATIENCE)
        assert dying.exitcode == -signal.SIGKILL
    clinic.finish()

    clinic.check(records)


def test_workers_that_are_killed_at_any_moment_lose_nothing(clinic: Clinic) -> None:
    chance = random.Random(11)
    records = [new_record(clinic.desk.database, now=datetime.now(timezone.utc)) for _ in range(25)]
    for _ in range(60):
        slowly = Answer(200, drips=chance.randrange(3))
        clinic.webhook.answers.append(chance.choice([slowly, Answer(503), DROPPED]))
        clinic.mail.tell("DATA", chance.choice(["250 OK", "451 Later"]))

    for _ in range(6):
        worker = clinic.worker()
        seen = len(clinic.webhook.received) + len(clinic.mail.received)
        end = time.monotonic() + _PATIENCE
        # Not before it has begun, or the kill would meet nobody.
        while worker.is_alive() and time.monotonic() < end:
            if len(clinic.webhook.received) + len(clinic.mail.received) > seen:
                break
            time.sleep(0.001)
        time.sleep(chance.random() * 0.1)
        worker.kill()
        worker.join(_PATIENCE)
    clinic.finish()

    clinic.check(records)


def test_two_workers_at_once_share_the_work(clinic: Clinic) -> None:
    records = [new_record(clinic.desk.database, now=datetime.now(timezone.utc)) for _ in range(12)]

    # No attempt is cut short and no lease ends, however busy the machine is.
    workers = [clinic.worker(lease=_PATIENCE) for _ in range(2)]
    for worker in workers:
        worker.join(_PATIENCE)
        assert worker.exitcode == 0

    clinic.check(records)
    # Nobody died: nothing was sent twice.
    assert len(clinic.webhook.keys) == len(clinic.mail.keys) == len(records)
