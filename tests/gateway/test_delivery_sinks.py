"""The worker with real sinks, against doubles that do everything wrong now and then."""

from __future__ import annotations

import random
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

import anyio
import pytest

from bot.configuration.settings import Settings, SettingsError
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.delivery_worker import DeliveryWorker, delivery_worker
from bot.gateway.metrics import Metrics
from bot.intake.outbox import OutboxStore
from bot.intake.record_store import RecordStore
from bot.intake.sinks.configured import configured_sinks
from tests.databases import CLINIC, VAULT
from tests.gateway.delivery import Clock, Desk, quick
from tests.intake.mail_double import DROPS, mail_double
from tests.intake.notices import NOON, WEBHOOK, new_record
from tests.intake.webhook_double import DROPPED, HANGING, TAKEN, Answer, webhook_double

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def environment(mail_port: int, webhook_port: int) -> dict[str, str]:
    return {
        "NOTICE_EMAIL_TO": "desk@clinic.test",
        "NOTICE_EMAIL_FROM": "assistant@clinic.test",
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "WEBHOOK_URL": f"http://127.0.0.1:{webhook_port}/hook",
        "ALLOW_PRIVATE_WEBHOOK": "1",
        "PUBLIC_URL": "https://chat.clinic.test",
    }


def test_whatever_the_other_side_does_every_notice_arrives_under_one_key(
    database: Database,
) -> None:
    chance = random.Random(7)
    trouble = [
        Answer(500),
        Answer(429, headers=(("Retry-After", "0"),)),
        Answer(302, headers=(("Location", "http://127.0.0.1:1/"),)),
        Answer(raw=b"what?"),
        DROPPED,
        HANGING,
    ]
    records = [new_record(database, now=datetime.now(timezone.utc)) for _ in range(12)]
    with ExitStack() as doubles:
        mail = doubles.enter_context(mail_double())
        webhook = doubles.enter_context(webhook_double())
        for _ in range(20):
            webhook.answers.append(chance.choice([*trouble, TAKEN]))
            mail.tell("DATA", chance.choice(["250 OK", "451 Later", DROPS]))
            mail.tell("RCPT", chance.choice(["250 OK", "450 Busy"]))
        settings = Settings.from_environment(environment(mail.port, webhook.port))
        limits = quick()
        sinks = configured_sinks(settings, {"WEBHOOK_SECRET": KEY}, limits.attempts)
        desk = Desk(database, sinks, limits=limits)

        async def story() -> None:
            with anyio.fail_after(60):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(desk.worker.run)
                    while (await anyio.to_thread.run_sync(desk.store.counts)).delivered < 24:
                        await anyio.sleep(0.05)
                    tasks.cancel_scope.cancel()

        anyio.run(story)

    assert len(set(webhook.keys)) == len(set(mail.keys)) == len(records)
    assert len(webhook.keys) > len(records)
    assert len(desk.audited(AuditAction.DELIVERED)) == 2 * len(records)
    assert {desk.state(one) for one in records} == {"notified"}
    assert desk.metric("assistant_outbox_dead") == 0


def test_a_webhook_that_is_gone_is_dead_at_once(database: Database) -> None:
    with webhook_double() as webhook:
        webhook.always = Answer(410)
        settings = Settings.from_environment(environment(1, webhook.port))
        sinks = configured_sinks(settings, {"WEBHOOK_SECRET": KEY}, quick().attempts)
        desk = Desk(database, [one for one in sinks if one.name is WEBHOOK], now=Clock())
        new_record(database)
        desk.round()

    (dead,) = desk.store.dead(10)
    assert dead.failure == "http_status 410"
    assert len(webhook.keys) == 1


def test_the_pause_that_a_webhook_asks_for_is_kept(database: Database) -> None:
    with webhook_double() as webhook:
        webhook.answers.append(Answer(429, headers=(("Retry-After", "3600"),)))
        settings = Settings.from_environment(environment(1, webhook.port))
        sinks = configured_sinks(settings, {"WEBHOOK_SECRET": KEY}, quick().attempts)
        clock = Clock(datetime.now(timezone.utc))
        desk = Desk(database, [one for one in sinks if one.name is WEBHOOK], now=clock)
        new_record(database, now=clock())
        desk.round()
        clock.wait(3599)
        assert desk.round() == 0
        clock.wait(1)
        assert desk.round() == 1


def made(database: Database, environment: dict[str, str], **secrets: str) -> DeliveryWorker:
    return delivery_worker(
        database,
        RecordStore(database, VAULT, CLINIC),
        Settings.from_environment(environment),
        secrets,
        DatabaseThreads(2),
        Metrics(),
    )


def test_the_worker_of_an_installation_is_made_of_its_settings(
    database: Database, tmp_path: Path
) -> None:
    with mail_double() as mail, webhook_double() as webhook:
        new_record(database, now=NOON)
        worker = made(database, environment(mail.port, webhook.port), WEBHOOK_SECRET=KEY)
        assert anyio.run(worker.round) == 2

    assert len(mail.received) == len(webhook.received) == 1
    assert OutboxStore(database).counts().delivered == 2


def test_a_webhook_without_a_key_stops_the_start(database: Database) -> None:
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        made(database, environment(1, 2))


def test_without_settings_there_is_a_worker_that_skips(database: Database) -> None:
    new_record(database)
    assert anyio.run(made(database, {}).round) == 0
    assert OutboxStore(database).counts().skipped == 2
