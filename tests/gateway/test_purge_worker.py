"""The purge in the background: it says what it did, survives failures, and stops when told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import anyio
import pytest

from bot.database.engine import Database
from bot.database.schema import conversations, safety_alerts
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import load_limits
from bot.gateway.log_events import JsonFormatter
from bot.gateway.purge_worker import PurgeWorker, session_life
from bot.intake.purge import Purge
from bot.intake.retention import PurgePace, load_retention
from tests.intake.held_rows import conversation, count, safety_alert

LONG_AGO = datetime.now(timezone.utc) - timedelta(days=400)
PACE = PurgePace(every_minutes=60, retry_minutes=0.001, batch=2)


def worker_on(database: Database, pace: PurgePace = PACE) -> PurgeWorker:
    retention = load_retention().copy(update={"purge": pace})
    purge = Purge(database, retention, desk=session_life(load_limits().desk))
    return PurgeWorker(purge, DatabaseThreads(2), pace)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What was logged, as it is written."""
    lines: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(JsonFormatter().format(record))

    logger, kept = logging.getLogger("bot.gateway"), Keep()
    logger.addHandler(kept)
    with caplog.at_level(logging.INFO, logger="bot.gateway"):
        yield lines
    logger.removeHandler(kept)


def test_a_round_deletes_and_says_how_much(database: Database, told: list[str]) -> None:
    for _ in range(3):
        safety_alert(database, LONG_AGO)
    conversation(database, LONG_AGO)
    assert anyio.run(worker_on(database).round)
    assert count(database, safety_alerts) == count(database, conversations) == 0
    logged = [json.loads(line) for line in told]
    assert [(line["event"], line["kind"], line["count"]) for line in logged] == [
        ("purged", "conversations", 1),
        ("purged", "safety_alerts", 3),
    ]


def test_a_round_with_nothing_to_do_says_nothing(database: Database, told: list[str]) -> None:
    assert anyio.run(worker_on(database).round)
    assert told == []


def test_a_locked_database_is_logged_and_what_was_done_is_counted(
    database: Database, url: str, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("a lock on PostgreSQL is tried in tests/intake/test_purge.py")
    for _ in range(3):
        conversation(database, LONG_AGO)
    impatient = Database(url, busy_seconds=0.1, connections=2)
    worker = worker_on(impatient)

    whole = Purge.batches

    def locked_after_one(purge: Purge, now: datetime) -> Iterator[object]:
        batches = whole(purge, now)
        yield next(batches)
        with database.writing():
            yield next(batches)

    with monkeypatch.context() as locking:
        locking.setattr(Purge, "batches", locked_after_one)
        assert not anyio.run(worker.round)
    assert [json.loads(line)["event"] for line in told] == ["database_unavailable", "purged"]
    assert count(database, conversations) == 1
    assert anyio.run(worker_on(impatient).round)
    assert count(database, conversations) == 0
    impatient.close()


def test_any_failure_is_survived_and_never_quoted(
    database: Database, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("zebrafinch")

    monkeypatch.setattr("bot.intake.purge.delete_conversations", broken)
    conversation(database, LONG_AGO)
    assert not anyio.run(worker_on(database).round)
    (line,) = told
    assert json.loads(line)["event"] == "purge_failed"
    assert "zebrafinch" not in line


def test_it_runs_at_start_and_sooner_after_a_failure(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = worker_on(database)
    results = iter([False, False, True])
    rounds: list[bool] = []

    async def round() -> bool:
        rounds.append(next(results))
        return rounds[-1]

    monkeypatch.setattr(worker, "round", round)

    async def story() -> None:
        with anyio.move_on_after(1):
            await worker.run()

    anyio.run(story)
    # The third one succeeded: the next is due in an hour.
    assert rounds == [False, False, True]


def test_it_stops_between_batches(database: Database) -> None:
    for _ in range(6):
        safety_alert(database, LONG_AGO)
    worker = worker_on(database)

    async def story() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run)
            while count(database, safety_alerts) == 6:
                await anyio.sleep(0)
            tasks.cancel_scope.cancel()

    anyio.run(story)
    assert count(database, safety_alerts) % 2 == 0
