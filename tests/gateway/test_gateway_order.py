"""Replays, order within a conversation, and many messages at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import httpx
import pytest

from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.harness import (
    CRISIS_TEXT,
    Chat,
    RunningGateway,
    StartGateway,
    limits_with,
    until,
)

T = TypeVar("T")


def wait_for_history(conversation: Chat, entries: int) -> None:
    """Wait until the history has this many entries."""
    until(lambda: len(conversation.history()) == entries, what="the message's arrival")


def at_once(calls: list[Callable[[], T]]) -> list[Future[T]]:
    """Start every call in a thread of its own."""
    pool = ThreadPoolExecutor(len(calls))
    started = [pool.submit(call) for call in calls]
    pool.shutdown(wait=False)
    return started


def test_a_replayed_key_gets_the_same_answer(gateway: RunningGateway, rasa: FakeRasa) -> None:
    conversation = gateway.chat()
    first = conversation.say("hello", key="key-number-1")
    conversation.say("something else")
    again = conversation.say("hello", key="key-number-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert rasa.texts() == ["hello", "something else"]


def test_a_replay_keeps_its_buttons_ids(gateway: RunningGateway, rasa: FakeRasa) -> None:
    conversation = gateway.chat()
    first = conversation.say(CRISIS_TEXT, key="key-number-1")
    assert first.json()["messages"][0]["buttons"]
    assert conversation.say(CRISIS_TEXT, key="key-number-1").content == first.content


def test_a_key_reused_for_another_body_is_refused(gateway: RunningGateway, rasa: FakeRasa) -> None:
    conversation = gateway.chat()
    button = conversation.opened["messages"][0]["buttons"][0]["id"]
    conversation.say("hello", key="key-number-1")
    for response in (
        conversation.say("goodbye", key="key-number-1"),
        conversation.press(button, key="key-number-1"),
    ):
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "key_reused"
    assert rasa.texts() == ["hello"]


def test_two_sessions_may_use_the_same_key(gateway: RunningGateway) -> None:
    for text in ("one", "two"):
        answer = gateway.chat().say(text, key="key-number-1").json()
        assert answer["messages"][0]["text"] == f"You said: {text}"


def test_a_replay_in_flight_waits_for_the_same_answer(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = gateway.chat()
    rasa.hold()
    answers = at_once([lambda: conversation.say("hello", key="key-number-1")] * 4)
    rasa.wait_for_messages(1)
    conflict = conversation.say("goodbye", key="key-number-1")
    assert conflict.status_code == 409
    assert not any(answer.done() for answer in answers)
    rasa.release()
    bodies = {answer.result().content for answer in answers}
    assert {answer.result().status_code for answer in answers} == {200}
    assert len(bodies) == 1
    assert rasa.texts() == ["hello"]


def test_a_patient_who_hangs_up_finds_the_answer(gateway: RunningGateway, rasa: FakeRasa) -> None:
    conversation = gateway.chat()
    rasa.hold()
    with pytest.raises(httpx.ReadTimeout):
        conversation.http.post(
            "/api/message",
            json={"text": "hello"},
            headers={**conversation.headers, "Idempotency-Key": "key-number-1"},
            timeout=0.2,
        )
    rasa.release()
    assert conversation.say("hello", key="key-number-1").status_code == 200
    assert rasa.texts() == ["hello"]


def test_one_conversation_is_answered_one_at_a_time_and_in_order(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = gateway.chat()
    rasa.hold()
    answers = []
    for number in range(6):
        answers += at_once([partial(conversation.say, f"number {number}")])
        wait_for_history(conversation, number + 2)
    assert rasa.texts() == ["number 0"]
    rasa.release()
    for number, answer in enumerate(answers):
        assert answer.result().json()["messages"][0]["text"] == f"You said: number {number}"
    assert rasa.most_active == 1
    assert rasa.texts() == [f"number {number}" for number in range(6)]


def test_other_conversations_do_not_wait(gateway: RunningGateway, rasa: FakeRasa) -> None:
    rasa.hold()
    answers = at_once([partial(gateway.chat().say, "hello") for _ in range(8)])
    rasa.wait_for_messages(8)
    assert rasa.most_active == 8
    rasa.release()
    assert [answer.result().status_code for answer in answers] == [200] * 8


def test_danger_does_not_wait_behind_an_earlier_question(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = gateway.chat()
    rasa.hold()
    (earlier,) = at_once([lambda: conversation.say("hello")])
    rasa.wait_for_messages(1)
    answer = conversation.say(CRISIS_TEXT)
    assert answer.json()["messages"][0]["kind"] == "crisis"
    assert not earlier.done()
    rasa.release()
    assert earlier.result().status_code == 200
    assert [entry["role"] for entry in conversation.history()[1:]] == ["patient", "assistant"] * 2


def test_too_many_waiting_are_turned_away_and_not_kept(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start(limits_with(turn={"waiting": 2}))
    conversation = gateway.chat()
    rasa.hold()
    answers = at_once([lambda: conversation.say("hello")])
    rasa.wait_for_messages(1)
    for number in range(2):
        answers += at_once([lambda: conversation.say("again")])
        wait_for_history(conversation, number + 3)
    refused = conversation.say("one too many")
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "conversation_busy"
    assert "911" in refused.json()["error"]["message"]
    assert refused.headers["Retry-After"] == "1"
    rasa.release()
    assert [answer.result().status_code for answer in answers] == [200] * 3
    assert "one too many" not in rasa.texts()
    assert "one too many" not in str(conversation.history())


def test_forty_at_once_get_answers_in_order_or_429(gateway: RunningGateway, rasa: FakeRasa) -> None:
    conversation = gateway.chat()
    answers = at_once([partial(conversation.say, f"number {number}") for number in range(40)])
    results = [answer.result() for answer in answers]
    statuses = [result.status_code for result in results]
    assert set(statuses) == {200, 429}
    assert all("Retry-After" in result.headers for result in results if result.status_code == 429)
    for number, result in enumerate(results):
        if result.status_code == 200:
            assert result.json()["messages"][0]["text"] == f"You said: number {number}"
    assert rasa.most_active == 1
    said = [entry["text"] for entry in conversation.history() if entry["role"] == "patient"]
    assert said == rasa.texts()
    assert len(said) == statuses.count(200)
    history = conversation.history()[1:]
    assert [entry["text"] for entry in history[1::2]] == [f"You said: {text}" for text in said]


def test_the_rate_of_one_session_and_when_to_come_back(start: StartGateway) -> None:
    gateway = start(limits_with(rates={"messages_per_session": ["3 per 2 second"]}))
    conversation = gateway.chat()
    responses = [conversation.say("hello")]
    while responses[-1].status_code == 200 and len(responses) < 50:
        responses.append(conversation.say("hello"))
    assert len(responses) > 3
    refused = responses[-1]
    assert refused.json()["error"]["code"] == "too_many"
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    assert gateway.chat().say("hello").status_code == 200
    # Refused messages use nothing up, so asking again and again does not put it off.
    until(lambda: conversation.say("hello").status_code == 200, what="room")


def test_danger_is_answered_over_the_limit(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start(limits_with(rates={"messages_per_session": ["1 per minute"]}))
    conversation = gateway.chat()
    assert conversation.say("hello").status_code == 200
    assert conversation.say("hello").status_code == 429
    answer = conversation.say(CRISIS_TEXT)
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["kind"] == "crisis"


def test_the_rates_of_one_address(start: StartGateway) -> None:
    gateway = start(
        limits_with(
            rates={
                "sessions_per_address": ["2 per minute"],
                "messages_per_address": ["3 per minute"],
                "reads_per_address": ["2 per minute"],
            }
        ),
        trusted_proxies=("127.0.0.1",),
    )
    office = {"X-Forwarded-For": "203.0.113.5"}
    statuses = [gateway.http.post("/api/session", headers=office).status_code for _ in range(3)]
    assert statuses == [201, 201, 429]
    elsewhere = {"X-Forwarded-For": "spoofed, 203.0.113.5, 198.51.100.7"}
    assert gateway.http.post("/api/session", headers=elsewhere).status_code == 201
    conversation = gateway.chat()
    sent = [conversation.post({"text": "hi"}, **office).status_code for _ in range(4)]
    assert sent == [200, 200, 200, 429]
    reads = [
        gateway.http.get("/api/history", headers={**conversation.headers, **office}).status_code
        for _ in range(3)
    ]
    assert reads == [200, 200, 429]
