"""The only way into Rasa: strangers refused, words never commands, failures never silent."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.exceptions import InvalidConfigException

from bot.nlu.loopback_channel import LoopbackChannel
from tests.nlu.loopback_server import SECRET, TEXT_MESSAGE, FakeAgent, LoopbackServer, saying


@pytest.mark.parametrize(
    "credentials", [None, {}, {"secret": None}, {"secret": ""}, {"secret": "fifteen letters"}]
)
def test_without_a_long_secret_there_is_no_channel(credentials: dict[str, Any] | None) -> None:
    with pytest.raises(InvalidConfigException, match="16 characters"):
        LoopbackChannel.from_credentials(credentials)


def test_with_one_there_is() -> None:
    assert LoopbackChannel.from_credentials({"secret": "sixteen letters!"}).name() == "loopback"


@pytest.mark.parametrize("offered", [None, "", "wrong", SECRET[:-1], f"{SECRET}x", SECRET.upper()])
@pytest.mark.parametrize("call", ["message", "forget", "ready"])
def test_strangers_are_refused_at_every_door(
    server: LoopbackServer, agent: FakeAgent, call: str, offered: str | None
) -> None:
    headers = {} if offered is None else {"X-Loopback-Secret": offered}

    if call == "ready":
        response = server.http.get(call, headers=headers)
    else:
        response = server.http.post(call, json=TEXT_MESSAGE, headers=headers)

    assert (response.status_code, response.json()) == (401, {"error": "wrong_secret"})
    assert agent.seen == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]
)
def test_another_content_type_is_refused(server: LoopbackServer, kind: str) -> None:
    response = server.post("message", TEXT_MESSAGE, **{"Content-Type": kind})

    assert (response.status_code, response.json()) == (415, {"error": "not_json"})


def test_a_charset_is_fine(server: LoopbackServer) -> None:
    kind = {"Content-Type": "Application/JSON; charset=utf-8"}

    assert server.post("message", TEXT_MESSAGE, **kind).status_code == 200


def test_too_large_a_body_is_refused_unread(server: LoopbackServer, agent: FakeAgent) -> None:
    response = server.post("message", TEXT_MESSAGE | {"text": "x" * 70_000})

    assert (response.status_code, response.json()) == (413, {"error": "too_large"})
    assert agent.seen == []


@pytest.mark.parametrize(
    "changes",
    [
        {"text": None},
        {"text": ""},
        {"payload": "/deny"},
        {"text": "x" * 20_001},
        {"conversation_id": ""},
        {"conversation_id": "c" * 129},
        {"conversation_id": None},
        {"message_id": ""},
        {"metadata": {}},
        {"after_danger": "crisis"},
        {"danger_before": "crisis"},
        {"danger_before": {"danger": {"topic": "boredom"}}},
        {"danger_before": {"danger": {"topic": "suicide", "words": "of a patient"}}},
        {"danger_before": {"safety_replies": -1}},
        {"text": None, "payload": "deny"},
        {"text": None, "payload": "/Deny"},
        {"text": None, "payload": "/deny and more"},
        {"text": None, "payload": '/faq{"leaf": "migraine.aura"'},
        {"text": None, "payload": '/faq@1.0{"leaf": "migraine.aura"}'},
        {"text": None, "payload": "//deny"},
        {"text": None, "payload": " /deny"},
        {"text": None, "payload": "/deny\n/restart"},
        {"text": None, "payload": f"/faq{{{'x' * 1_000}}}"},
        {"text": None, "payload": ""},
    ],
    ids=lambda changes: str(changes)[:60],
)
def test_a_malformed_message_is_refused(
    server: LoopbackServer, agent: FakeAgent, changes: dict[str, Any]
) -> None:
    body = {key: value for key, value in (TEXT_MESSAGE | changes).items() if value is not None}

    response = server.post("message", body)

    assert (response.status_code, response.json()) == (422, {"error": "malformed"})
    assert agent.seen == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
@pytest.mark.parametrize("call", ["message", "forget"])
def test_what_is_no_json_object_is_refused(server: LoopbackServer, call: str, body: bytes) -> None:
    headers = {"X-Loopback-Secret": SECRET, "Content-Type": "application/json"}

    response = server.http.post(call, content=body, headers=headers)

    assert (response.status_code, response.json()) == (422, {"error": "malformed"})


def test_other_paths_and_methods_are_not_there(server: LoopbackServer) -> None:
    headers = {"X-Loopback-Secret": SECRET}

    assert server.http.get("message", headers=headers).status_code == 405
    assert server.http.post("train", headers=headers).status_code == 404
    assert server.http.get("", headers=headers).status_code == 404


def test_rasa_gets_the_message_as_it_was_sent(server: LoopbackServer, agent: FakeAgent) -> None:
    server.post("message", TEXT_MESSAGE)

    (seen,) = agent.seen
    assert (seen.text, seen.sender_id, seen.message_id) == ("what is aura", "c-1", "m-1")
    assert seen.input_channel == "loopback"
    assert seen.metadata == {"danger_before": {"danger": None, "safety_replies": 0}}


def test_a_payload_is_handed_over_as_it_is(server: LoopbackServer, agent: FakeAgent) -> None:
    payload = '/faq{"leaf": "migraine.aura"}'
    body = {"conversation_id": "c-1", "message_id": "m-1", "payload": payload}

    assert server.post("message", body).status_code == 200
    assert agent.seen[0].text == payload


def test_replies_come_back_whole(server: LoopbackServer, agent: FakeAgent) -> None:
    reply = {"kind": "answer", "text": "Yes.", "source": {"references": [{"pmid": "1"}]}}
    agent.handler = saying(reply, {"kind": "chitchat", "text": "Bye. \u2013"})

    response = server.post("message", TEXT_MESSAGE)

    assert response.status_code == 200
    assert response.json()["replies"] == [reply, {"kind": "chitchat", "text": "Bye. \u2013"}]


def test_plain_text_alone_is_no_reply(server: LoopbackServer, agent: FakeAgent) -> None:
    async def plain(message: UserMessage) -> None:
        await message.output_channel.send_response(message.sender_id, {"text": "Hello"})

    agent.handler = plain

    assert server.post("message", TEXT_MESSAGE).json()["replies"] == []


@pytest.mark.parametrize("agent", [None, FakeAgent(loaded=False)], ids=["no agent", "no model"])
def test_without_a_model_it_is_not_ready(server: LoopbackServer) -> None:
    response = server.post("message", TEXT_MESSAGE)

    assert (response.status_code, response.json()) == (503, {"error": "not_ready"})
    assert server.ready().status_code == 503


def test_a_failure_is_said_and_logs_no_words(
    server: LoopbackServer, agent: FakeAgent, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(message: UserMessage) -> None:
        raise RuntimeError(f"cannot handle {message.text} of {message.sender_id}")

    agent.handler = fail
    # Not of Rasa: while debugging, its lock names the conversation.
    with caplog.at_level(logging.DEBUG, "bot"):
        response = server.post("message", TEXT_MESSAGE)

    assert (response.status_code, response.json()) == (502, {"error": "failed"})
    assert "RuntimeError" in caplog.text
    assert "aura" not in caplog.text
    assert "c-1" not in caplog.text


def test_after_a_failure_the_next_message_is_answered(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    async def fail(message: UserMessage) -> None:
        raise KeyError

    agent.handler = fail
    assert server.post("message", TEXT_MESSAGE).status_code == 502
    agent.handler = saying({"kind": "chitchat", "text": "Hello."})

    assert len(server.post("message", TEXT_MESSAGE).json()["replies"]) == 1


def test_a_conversation_is_forgotten(server: LoopbackServer, agent: FakeAgent) -> None:
    for name in ("c-1", "c-2"):
        server.post("message", TEXT_MESSAGE | {"conversation_id": name})

    response = server.post("forget", {"conversation_id": "c-1"})

    assert response.status_code == 200
    assert list(agent.tracker_store.store) == ["c-2"]


@pytest.mark.parametrize(
    "body", [{}, {"conversation_id": ""}, {"conversation_id": "c", "all": True}]
)
def test_a_malformed_wish_to_forget_is_refused(
    server: LoopbackServer, body: dict[str, Any]
) -> None:
    assert server.post("forget", body).status_code == 422


@pytest.mark.parametrize("agent", [None])
def test_without_an_agent_nothing_is_forgotten_and_that_is_said(server: LoopbackServer) -> None:
    assert server.post("forget", {"conversation_id": "c"}).status_code == 503


def test_forgetting_that_fails_is_said_and_logs_no_names(
    server: LoopbackServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(store: object, name: str) -> None:
        raise RuntimeError(f"no such conversation: {name}")

    monkeypatch.setattr("bot.nlu.loopback_channel.forget_conversation", fail)
    with caplog.at_level(logging.DEBUG):
        response = server.post("forget", {"conversation_id": "c-secret"})

    assert (response.status_code, response.json()) == (502, {"error": "failed"})
    # Rasa's lock names it at DEBUG, as it does for every message; it runs at INFO.
    ours = [line for line in caplog.records if not line.name.startswith("rasa.core.lock_store")]
    assert ours
    assert not any("c-secret" in line.getMessage() for line in ours)


def test_a_probe_that_cannot_be_parsed_is_not_ready(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    def fail(text: str) -> dict[str, Any]:
        raise RuntimeError(text)

    agent.parse = fail

    response = server.ready()

    assert (response.status_code, response.json()) == (503, {"error": "not_ready"})


def test_conversations_are_handled_side_by_side(server: LoopbackServer, agent: FakeAgent) -> None:
    agent.handler = saying({"kind": "chitchat", "text": "Hello."})

    for number in range(20):
        body = TEXT_MESSAGE | {"conversation_id": f"c-{number}"}
        assert len(server.post("message", body).json()["replies"]) == 1
