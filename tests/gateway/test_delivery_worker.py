"""The worker delivers what is due, says what came of it, and never loses or doubles a notice."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timezone

import anyio
import pytest

from bot.database.audit_log import AuditAction
from bot.database.engine import Database, DatabaseUnavailableError
from bot.gateway.log_events import JsonFormatter, LogEvent
from bot.intake.actors import Actor
from bot.intake.outbox import SinkName
from bot.intake.transitions import Move
from tests.gateway.delivery import BUSY, GONE, Clock, Desk, FakeSink, quick
from tests.intake.notices import EMAIL, WEBHOOK, new_record


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Logged:
    """What the gateway logged."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def lines(self) -> list[dict[str, object]]:
        """Each line, except that a sink is not configured."""
        records = [one for one in self._caplog.records if one.name == "bot.gateway"]
        lines = [json.loads(JsonFormatter().format(one)) for one in records]
        return [line for line in lines if line["event"] != LogEvent.NOTICES_SKIPPED.value]

    def events(self) -> list[object]:
        return [line["event"] for line in self.lines()]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Logged]:
    caplog.set_level(logging.INFO, logger="bot.gateway")
    found = Logged(caplog)
    yield found
    assert "hush" not in json.dumps(found.lines())


def both() -> tuple[FakeSink, FakeSink]:
    return FakeSink(EMAIL), FakeSink(WEBHOOK)


def test_a_notice_goes_to_every_sink_and_the_record_is_notified(
    database: Database, clock: Clock, logged: Logged
) -> None:
    email, webhook = both()
    desk = Desk(database, [email, webhook], now=clock)
    record_id = new_record(database)

    assert desk.round() == 2
    assert desk.round() == 0

    assert len(email.keys) == len(webhook.keys) == 1
    assert desk.state(record_id) == "notified"
    (reference,) = set(desk.audited(AuditAction.DELIVERED))
    assert len(desk.audited(AuditAction.DELIVERED)) == 2
    assert desk.audited(AuditAction.RECORD_CHANGED) == [reference]
    assert desk.counted(EMAIL, "delivered") == desk.counted(WEBHOOK, "delivered") == 1
    assert desk.metric("assistant_outbox_waiting") == 0
    assert desk.metric("assistant_outbox_oldest_waiting_seconds") == 0
    assert logged.events() == ["notice_delivered"] * 2
    assert reference not in json.dumps(logged.lines())


def test_a_record_that_somebody_has_claimed_meanwhile_stays_claimed(
    database: Database, clock: Clock
) -> None:
    desk = Desk(database, [FakeSink()], now=clock)
    record_id = new_record(database)
    (record,) = desk.records.queue()
    with database.writing() as connection:
        connection.exec_driver_sql(
            "insert into users (id, name, shown_name, password_hash, role, created_at)"
            " values ('d', 'dana', 'Dana', 'x', 'agent', '2026-07-01 12:00:00')"
        )
    dana = Actor("d", "user:dana")
    desk.records.move(record.reference, Move.CLAIM, version=record.version, actor=dana)

    desk.round()

    assert desk.state(record_id) == "claimed"
    assert desk.counted(EMAIL, "delivered") == 1


def test_what_is_erased_meanwhile_is_no_error(database: Database, clock: Clock) -> None:
    class Erasing(FakeSink):
        async def send(self, notice: object) -> None:
            with database.writing() as connection:
                connection.exec_driver_sql("delete from intake_records")

    desk = Desk(database, [Erasing()], now=clock)
    new_record(database)

    assert desk.round() == 1
    assert desk.audited(AuditAction.DELIVERED) == []
    assert desk.counted(EMAIL, "delivered") == 0


def test_what_fails_is_tried_on_schedule_with_one_key_and_then_given_up(
    database: Database, clock: Clock, logged: Logged
) -> None:
    sink = FakeSink.failing(BUSY, 8)
    desk = Desk(database, [sink], now=clock)
    new_record(database)
    assert desk.round() == 1
    for pause in (5, 60, 300, 1800, 7200, 28800, 86400):
        clock.wait(pause - 1)
        assert desk.round() == 0
        clock.wait(1)
        assert desk.round() == 1
    clock.wait(999_999)

    assert desk.round() == 0
    assert len(sink.keys) == 8
    assert len(set(sink.keys)) == 1
    (dead,) = desk.store.dead(10)
    assert (dead.id, dead.attempts, dead.failure) == (sink.keys[0], 8, "http_status 503")
    assert desk.audited(AuditAction.DELIVERY_DEAD) == [dead.reference]
    assert desk.counted(EMAIL, "failed") == 7
    assert desk.counted(EMAIL, "dead") == desk.metric("assistant_outbox_dead") == 1
    assert logged.events() == ["notice_failed"] * 7 + ["notice_dead"]
    last = logged.lines()[-1]
    assert (last["reason"], last["code"], last["attempt"]) == ("http_status", 503, 8)


def test_what_is_refused_for_good_is_given_up_at_once_and_can_be_retried(
    database: Database, clock: Clock
) -> None:
    sink = FakeSink.failing(GONE, 1)
    desk = Desk(database, [sink], now=clock)
    record_id = new_record(database)
    desk.round()
    (dead,) = desk.store.dead(10)
    assert desk.state(record_id) == "new"

    desk.store.retry(dead.id, actor=Actor("d", "user:dana"), now=clock())
    desk.round()

    assert sink.keys == [dead.id] * 2
    assert desk.state(record_id) == "notified"
    assert desk.metric("assistant_outbox_dead") == 0


def test_the_gauges_show_what_waits_and_since_when(database: Database) -> None:
    desk = Desk(database, [FakeSink.failing(BUSY, 1)])
    new_record(database, now=datetime.now(timezone.utc))
    desk.round()

    assert desk.metric("assistant_outbox_waiting") == 1
    assert 0 <= desk.metric("assistant_outbox_oldest_waiting_seconds") < 60


def test_an_attempt_that_takes_too_long_is_cut_short_and_delays_no_other_sink(
    database: Database,
) -> None:
    slow, quick_one = both()
    slow.answers.append(60.0)
    desk = Desk(database, [slow, quick_one], limits=quick(seconds=0.3))
    new_record(database)

    async def story() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run)
                while desk.counted(EMAIL, "delivered") < 1:
                    await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()

    anyio.run(story)

    assert slow.keys == [slow.keys[0]] * 2
    assert desk.counted(EMAIL, "failed") == 1
    assert len(quick_one.keys) == 1


def test_an_error_of_ours_is_tried_again_and_its_text_is_not_logged(
    database: Database, clock: Clock, logged: Logged
) -> None:
    sink = FakeSink.failing(RuntimeError("hush"), 1)
    desk = Desk(database, [sink], now=clock)
    new_record(database)

    desk.round()
    clock.wait(5)
    desk.round()

    assert len(set(sink.keys)) == 1
    assert logged.events() == ["delivery_failed", "notice_failed", "notice_delivered"]
    assert logged.lines()[0]["errors"] == ["RuntimeError"]


class Unavailable(DatabaseUnavailableError):
    """The database says no."""

    def __init__(self) -> None:
        super().__init__(RuntimeError("hush"))


def failing(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, times: int) -> list[int]:
    """Make a method fail so many times; counts the calls."""
    real, calls = getattr(owner, name), []

    def fail(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) <= times:
            raise Unavailable
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, fail)
    return calls


@pytest.mark.parametrize("step", ["notified", "delivered"])
def test_what_was_taken_is_written_down_as_soon_as_the_database_works_again(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    sink = FakeSink()
    desk = Desk(database, [sink], limits=quick())
    record_id = new_record(database, now=datetime.now(timezone.utc))
    owner = desk.records if step == "notified" else desk.store
    calls = failing(monkeypatch, owner, step, times=2)

    desk.round()

    assert len(calls) == 3
    assert len(sink.keys) == 1
    assert desk.state(record_id) == "notified"
    assert desk.counted(EMAIL, "delivered") == 1


def test_what_cannot_be_written_down_is_sent_again_with_the_same_key(
    database: Database, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    sink = FakeSink()
    desk = Desk(database, [sink], limits=quick(settle_seconds=0.1, lease_seconds=1))
    new_record(database, now=datetime.now(timezone.utc))
    with monkeypatch.context() as broken:
        failing(broken, desk.store, "delivered", times=999)
        desk.round()
    assert "notice_not_settled" in logged.events()
    assert desk.round() == 0

    threading.Event().wait(1.05)

    assert desk.round() == 1
    assert sink.keys == [sink.keys[0]] * 2
    assert len(desk.audited(AuditAction.DELIVERED)) == 1


def test_a_record_that_cannot_be_moved_does_not_make_its_notice_go_out_for_ever(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    def broken(record_id: str) -> bool:
        raise RuntimeError("hush")

    sink = FakeSink()
    desk = Desk(database, [sink], now=clock)
    monkeypatch.setattr(desk.records, "notified", broken)
    new_record(database)

    desk.round()

    assert desk.notices("delivered") == 1
    assert logged.events() == ["delivery_failed", "notice_delivered"]


def test_a_stop_while_a_notice_is_sent_leaves_it_for_the_next_start(database: Database) -> None:
    sink = FakeSink()
    sink.answers.append(60.0)
    desk = Desk(database, [sink], limits=quick(seconds=5, lease_seconds=0.5))
    new_record(database, now=datetime.now(timezone.utc))

    async def story() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run)
                while not sink.keys:
                    await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()

    anyio.run(story)
    assert desk.notices("waiting") == 1
    threading.Event().wait(0.6)

    assert desk.round() == 1
    assert sink.keys == [sink.keys[0]] * 2
    assert desk.counted(EMAIL, "delivered") == 1


def test_a_stop_just_after_a_notice_was_taken_still_writes_it_down(database: Database) -> None:
    class Stopping(FakeSink):
        async def send(self, notice: object) -> None:
            self.received.append(notice)  # type: ignore[arg-type]
            scope.cancel()

    sink = Stopping()
    desk = Desk(database, [sink])
    new_record(database)
    scope: anyio.CancelScope

    async def story() -> None:
        nonlocal scope
        with anyio.CancelScope() as scope:
            await desk.worker.run()

    anyio.run(story)

    assert len(sink.keys) == 1
    assert desk.notices("delivered") == 1


def test_it_wakes_when_asked(database: Database) -> None:
    sink = FakeSink()
    desk = Desk(database, [sink])

    async def story() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run)
                for count in (1, 2, 3):
                    await anyio.sleep(0.1)
                    await anyio.to_thread.run_sync(
                        lambda: new_record(database, now=datetime.now(timezone.utc))
                    )
                    desk.worker.ask_for_a_round()
                    while len(sink.keys) < count:
                        await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()

    anyio.run(story)


def test_it_wakes_when_the_next_attempt_is_due(database: Database) -> None:
    sink = FakeSink.failing(BUSY, 3)
    desk = Desk(database, [sink], limits=quick())
    new_record(database, now=datetime.now(timezone.utc))

    async def story() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run)
                while desk.counted(EMAIL, "delivered") < 1:
                    await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()

    anyio.run(story)
    assert sink.keys == [sink.keys[0]] * 4


@pytest.mark.parametrize("step", ["claim", "counts", "next_due"])
def test_it_outlives_a_database_that_cannot_be_used(
    database: Database, monkeypatch: pytest.MonkeyPatch, logged: Logged, step: str
) -> None:
    sink = FakeSink()
    desk = Desk(database, [sink], limits=quick())
    failing(monkeypatch, desk.store, step, times=2)
    new_record(database, now=datetime.now(timezone.utc))

    async def story() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run)
                while desk.counted(EMAIL, "delivered") < 1:
                    await anyio.sleep(0.01)
                await anyio.sleep(0.1)
                tasks.cancel_scope.cancel()

    anyio.run(story)
    assert "database_unavailable" in logged.events()


def test_a_round_outlives_a_database_that_cannot_be_used(
    database: Database, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    desk = Desk(database, [FakeSink()])
    failing(monkeypatch, desk.store, "claim", times=1)
    failing(monkeypatch, desk.store, "skip", times=1)

    assert desk.round() == 0
    assert logged.events() == ["database_unavailable"] * 2


def test_without_any_sink_it_says_so_once_and_skips(database: Database, logged: Logged) -> None:
    desk = Desk(database, [], limits=quick())
    record_id = new_record(database)

    async def story() -> None:
        with anyio.fail_after(10):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(desk.worker.run)
                while desk.counted(WEBHOOK, "skipped") < 1:
                    await anyio.sleep(0.01)
                desk.worker.ask_for_a_round()
                await anyio.sleep(0.1)
                tasks.cancel_scope.cancel()

    anyio.run(story)
    assert desk.notices("skipped") == len(SinkName)
    assert desk.state(record_id) == "new"
    assert logged.events() == ["no_notices"]


def test_a_sink_that_is_not_configured_is_skipped_and_the_other_is_not(
    database: Database, clock: Clock
) -> None:
    webhook = FakeSink(WEBHOOK)
    desk = Desk(database, [webhook], now=clock)
    record_id = new_record(database)

    desk.round()

    assert len(webhook.keys) == 1
    assert desk.counted(EMAIL, "skipped") == 1
    assert desk.state(record_id) == "notified"
