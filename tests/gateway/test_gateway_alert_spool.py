"""Alerts that wait on disk: restarts, crashes, full and hanging disks, broken files."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.database.engine import Database
from bot.database.migrate import migrate
from bot.gateway.records import Submission, digest
from bot.gateway.store import ConversationStore
from bot.intake.alert_spool import AlertSpool
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply, ReplyKind
from tests.databases import CLINIC, VAULT
from tests.gateway.alerts import (
    NOBODY,
    alerts_of,
    counted,
    impatient_limits,
    is_crisis,
    locked,
    spooled,
    until_alerts,
    waiting,
)
from tests.gateway.harness import (
    CRISIS_TEXT,
    RunningGateway,
    StartGateway,
    limits_with,
    until,
)
from tests.intake.alerts import alert, no_space
from tests.ports import free_port


@pytest.fixture
def impatient(start: StartGateway) -> RunningGateway:
    """A gateway that waits only briefly for its database, and offers alerts to it often."""
    return start(impatient_limits())


def test_alerts_survive_a_restart(start: StartGateway, composer: ReplyComposer) -> None:
    gateway = start(impatient_limits())
    conversation = gateway.chat()
    with locked(gateway):
        assert is_crisis(conversation.say(CRISIS_TEXT, key="key-1234"), composer)
        gateway.stop()
        assert len(spooled(gateway)) == 1
    again = start(impatient_limits(), port=free_port())
    (found,) = alerts_of(again)
    assert (found.entry, spooled(again)) == ("vanish", [])
    conversation.http = again.http
    conversation.say(CRISIS_TEXT, key="key-1234")
    assert [one.id for one in until_alerts(again, 1)] == [found.id]


def test_a_message_that_a_crash_left_unanswered_raises_one_alert(start: StartGateway) -> None:
    first = start()
    first.stop()
    database = Database(first.settings.database_url, busy_seconds=2, connections=1)
    store = ConversationStore(database, VAULT, CLINIC)
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    token = "x" * 43
    store.open_session(digest(token), later, Reply(kind=ReplyKind.CHITCHAT, text="Hello."))
    conversation_id = store.conversation_of(digest(token))
    assert conversation_id
    submission = Submission(digest(token), digest("key-1234"), "b" * 64, text=CRISIS_TEXT)
    turn = store.accept(conversation_id, submission, expires_at=later, has_room=True).turn
    database.close()
    # Its alert had reached the disk already.
    spool = AlertSpool(first.settings.alerts_folder, 10)
    spool.hold(alert(id=turn.id, occurred_at=turn.received_at, entry="vanish"))
    spool.write()
    again = start(port=free_port())
    until(lambda: again.metric('assistant_replies_total{kind="crisis"}') == 1, what="the answer")
    (found,) = until_alerts(again, 1)
    assert (found.id, found.conversation_id) == (turn.id, conversation_id)
    assert found.occurred_at == turn.received_at
    assert counted(again, "stored") == 1


def test_neither_database_nor_disk_works(
    impatient: RunningGateway, composer: ReplyComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = impatient.chat()
    with monkeypatch.context() as full:
        full.setattr("bot.intake.alert_files.os.fsync", no_space)
        with locked(impatient):
            for times_before in range(3):
                assert is_crisis(conversation.say(CRISIS_TEXT), composer, times_before)
            time.sleep(0.3)
            assert (spooled(impatient), waiting(impatient)) == ([], 3)
            full.undo()
            until(lambda: len(spooled(impatient)) == 3, what="writing once there is room")
    until_alerts(impatient, 3)


def test_a_disk_that_hangs_does_not_delay_the_reply(
    start: StartGateway, composer: ReplyComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = start(impatient_limits().copy(update={"alerts": limits_with().alerts}))
    conversation = gateway.chat()
    monkeypatch.setattr("bot.intake.alert_files.os.fsync", lambda descriptor: time.sleep(3))
    with locked(gateway):
        began = time.monotonic()
        assert is_crisis(conversation.say(CRISIS_TEXT), composer)
        assert time.monotonic() - began < 0.5
    until_alerts(gateway, 1)


def test_no_more_wait_than_may(start: StartGateway, composer: ReplyComposer) -> None:
    limits = impatient_limits()
    few = limits.copy(update={"alerts": limits.alerts.copy(update={"most_waiting": 2})})
    gateway = start(few)
    conversation = gateway.chat()
    with locked(gateway):
        for times_before in range(4):
            assert is_crisis(conversation.say(CRISIS_TEXT), composer, times_before)
        time.sleep(0.8)  # Until every attempt to store one with its message has failed.
        assert (waiting(gateway), counted(gateway, "lost")) == (2, 2)
    until_alerts(gateway, 2)


def test_broken_files_do_not_stop_the_others(start: StartGateway) -> None:
    gateway = start()
    gateway.stop()
    spool = AlertSpool(gateway.settings.alerts_folder, 10)
    spool.hold(alert(1))
    spool.write()
    broken = gateway.settings.alerts_folder / "0.json"
    broken.write_text("{")
    again = start(port=free_port())
    assert alerts_of(again) == (alert(1),)
    assert broken.with_name("0.json.broken").exists()


def test_upkeep_opens_a_database_that_was_not_there(
    start: StartGateway, tmp_path: Path, composer: ReplyComposer
) -> None:
    place = tmp_path / "late"
    place.write_bytes(b"")
    gateway = start(impatient_limits(), database_url=f"sqlite:///{place / 'assistant.db'}")
    headers = {**NOBODY, "Idempotency-Key": "key-1234"}
    assert is_crisis(
        gateway.http.post("/api/message", json={"text": CRISIS_TEXT}, headers=headers), composer
    )
    place.unlink()
    place.mkdir()
    database = Database(gateway.settings.database_url, busy_seconds=2, connections=1)
    migrate(database)
    database.close()
    until_alerts(gateway, 1)
