"""Alerts while something is broken: the reply comes all the same, and the alert is stored later."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from bot.gateway.limits import load_limits
from bot.gateway.records import digest
from bot.gateway.store import Completion, ConversationStore
from bot.intake.records import Urgency
from bot.intake.safety_alerts import AlertSource
from bot.replies.composer import ReplyComposer
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
from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    RunningGateway,
    StartGateway,
    limits_with,
    until,
)
from tests.gateway.requests import handing_over, records, told
from tests.intake.records import asked
from tests.ports import free_port


@pytest.fixture
def impatient(start: StartGateway) -> RunningGateway:
    """A gateway that waits only briefly for its database, and offers alerts to it often."""
    return start(impatient_limits())


def test_the_database_is_locked_and_then_free(
    impatient: RunningGateway, composer: ReplyComposer
) -> None:
    conversation = impatient.chat()
    with locked(impatient):
        assert is_crisis(conversation.say(CRISIS_TEXT), composer)
        assert len(spooled(impatient)) == waiting(impatient) == 1
        time.sleep(0.3)  # Until the attempt to store the message has failed.
        assert alerts_of(impatient) == ()
        assert len(spooled(impatient)) == waiting(impatient) == 1
    (found,) = until_alerts(impatient, 1)
    assert found.entry == "vanish"
    assert counted(impatient, "waiting") == counted(impatient, "stored") == 1
    assert len(conversation.history()) == 1


def test_the_same_message_again_once_the_database_works(
    impatient: RunningGateway, composer: ReplyComposer
) -> None:
    conversation = impatient.chat()
    with locked(impatient):
        for _ in range(2):
            conversation.say(CRISIS_TEXT, key="key-1234")
            time.sleep(0.2)
    until_alerts(impatient, 1)
    assert counted(impatient, "waiting") == counted(impatient, "stored") == 1
    assert is_crisis(conversation.say(CRISIS_TEXT, key="key-1234"), composer)
    (found,) = until_alerts(impatient, 1)
    assert found.conversation_id is not None
    assert found.id == conversation.history()[1]["id"]
    assert counted(impatient, "stored") == 1


def test_a_slow_database_stores_the_very_message_that_was_shown(
    start: StartGateway, composer: ReplyComposer
) -> None:
    gateway = start(load_limits())
    conversation = gateway.chat()
    with locked(gateway):
        began = time.monotonic()
        (shown,) = conversation.say(CRISIS_TEXT).json()["messages"]
        assert time.monotonic() - began < 1
    until(lambda: len(conversation.history()) == 3, what="storing")
    assert conversation.history()[-1] == {**shown, "role": "assistant"}
    assert conversation.press(shown["buttons"][0]["id"]).status_code == 200
    (found,) = until_alerts(gateway, 1)
    assert found.conversation_id is not None


def _slow_store(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    complete = ConversationStore.complete

    def late(store: ConversationStore, *stored: Any) -> Completion:
        time.sleep(seconds)
        return complete(store, *stored)

    monkeypatch.setattr(ConversationStore, "complete", late)


def test_a_slow_reply_brings_its_alert_into_the_open_record(
    impatient: RunningGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = impatient.chat()
    rasa.answer = lambda said: handing_over(asked(language="en"))
    conversation.say("send")
    (asked_for,) = records(impatient)
    _slow_store(monkeypatch, 1)
    (shown,) = conversation.say(CRISIS_TEXT).json()["messages"]
    assert len(spooled(impatient)) == 1
    until_alerts(impatient, 1)
    assert conversation.history()[-1] == {**shown, "role": "assistant"}
    (record,) = records(impatient)
    assert (record.id, record.urgency) == (asked_for.id, Urgency.CRISIS_SHOWN)
    assert told(impatient)[-1] == ("system", "record_appended")


def test_an_alert_does_not_wait_long_for_its_reply(
    start: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = start(
        limits_with(alerts={"attempt_seconds": 0.2, "retry_seconds": 0.1, "disk_seconds": 1})
    )
    conversation = gateway.chat()
    _slow_store(monkeypatch, 5)
    began = time.monotonic()
    conversation.say(CRISIS_TEXT)
    (found,) = until_alerts(gateway, 1)
    assert time.monotonic() - began < 5
    assert found.conversation_id is None


def test_the_database_locks_after_rasa_found_the_danger(
    impatient: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation = impatient.chat()
    lock = sqlite3.connect(
        impatient.settings.database_url.removeprefix("sqlite:///"),
        isolation_level=None,
        check_same_thread=False,
    )

    def answer(said: dict[str, str]) -> dict[str, Any]:
        return {"replies": [json.loads(composer.danger(CRISIS).json())], "intent": "crisis"}

    def lock_then_answer(said: dict[str, str]) -> dict[str, Any]:
        if not lock.in_transaction:
            lock.execute("BEGIN EXCLUSIVE")
        return answer(said)

    rasa.answer = lock_then_answer
    response = conversation.say("goodbye everyone", key="key-1234")
    assert is_crisis(response, composer)
    assert response.json()["messages"][0]["buttons"] is None
    assert len(spooled(impatient)) == 1
    rasa.answer = answer
    lock.execute("ROLLBACK")
    lock.close()
    until(lambda: conversation.history()[-1]["role"] == "assistant", what="the answer")
    (found,) = until_alerts(impatient, 1)
    assert (found.found_by, found.id) == (AlertSource.CLASSIFIER, conversation.history()[1]["id"])
    assert found.conversation_id is not None


def test_a_bug_in_storing_keeps_neither_reply_nor_alert(
    impatient: RunningGateway, composer: ReplyComposer, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = impatient.chat()
    for times_before, name in enumerate(("complete", "conversation_of")):
        with monkeypatch.context() as broken:
            broken.setattr(f"bot.gateway.store.ConversationStore.{name}", _fail)
            assert is_crisis(conversation.say(CRISIS_TEXT), composer, times_before)
    assert len(until_alerts(impatient, 2)) == 2


@pytest.mark.parametrize("why", ["too many", "too long", "session over", "no such session"])
def test_a_refused_message_raises_its_alert(
    start: StartGateway, composer: ReplyComposer, why: str
) -> None:
    gateway = start(limits_with(rates={"messages_per_session": ["1 per minute"]}))
    conversation = gateway.chat()
    text = CRISIS_TEXT
    if why == "too many":
        conversation.say("hello")
    elif why == "too long":
        text += " and so on" * 250
    elif why == "session over":
        conversation.delete()
    else:
        conversation.token = "x" * 43
    for _ in range(2):
        assert is_crisis(conversation.say(text, key="key-1234"), composer)
    (found,) = until_alerts(gateway, 1)
    assert (found.entry, found.conversation_id) == ("vanish", None)


@pytest.mark.parametrize("how", ["locked", "refused", "never there"])
def test_with_everything_down_the_reply_takes_a_tenth_of_a_second(
    start: StartGateway, rasa: FakeRasa, composer: ReplyComposer, tmp_path: Path, how: str
) -> None:
    rasa.stop()
    urls = {
        "refused": f"postgresql://nobody@127.0.0.1:{free_port()}/nothing",
        "never there": f"sqlite:///{tmp_path / 'file' / 'no.db'}",
    }
    (tmp_path / "file").write_bytes(b"")
    gateway = start(load_limits(), **({"database_url": urls[how]} if how in urls else {}))
    lock = locked(gateway) if how == "locked" else None
    if lock:
        lock.__enter__()
    seconds = []
    for number in range(12):
        began = time.perf_counter()
        response = gateway.http.post(
            "/api/message",
            json={"text": CRISIS_TEXT},
            headers={**NOBODY, "Idempotency-Key": f"key-{number:04d}"},
        )
        seconds.append(time.perf_counter() - began)
        assert is_crisis(response, composer, number)
    assert len(spooled(gateway)) == waiting(gateway) == 12
    if lock:
        lock.__exit__(None, None, None)
        until_alerts(gateway, 12)
    # The machine that runs the tests may be busy with something else for a moment.
    assert sorted(seconds)[len(seconds) // 2] < 0.1, seconds


def test_nothing_that_a_patient_wrote_is_in_table_file_or_log(
    impatient: RunningGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    conversation = impatient.chat()
    key = "key-canary-1"
    with locked(impatient):
        conversation.say(f"{CRISIS_TEXT} zebrafinch", key=key)
        (file,) = spooled(impatient)
        content = file.read_text()
        time.sleep(0.3)
    (found,) = until_alerts(impatient, 1)
    for secret in ("zebrafinch", "vanish forever", conversation.token, key, digest(key)):
        assert secret not in content
        assert secret not in repr(found)
        assert secret not in caplog.text


def _fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError("broken on purpose")
