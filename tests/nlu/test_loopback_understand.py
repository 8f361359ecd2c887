"""What a message tells of while a person of staff answers, and messages that come again."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from tests.nlu.loopback_server import TEXT_MESSAGE, FakeAgent, LoopbackServer, saying

AGAIN: dict[str, Any] = TEXT_MESSAGE | {"again": True}

PLAN = {"topic": "suicide", "tier": "call_911", "level": 4, "about": "self", "language": "en"}


def parsed(intent: str, danger: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"intent": {"name": intent, "confidence": 0.9}, "entities": [], "danger": danger}


@pytest.mark.parametrize(("intent", "danger"), [("faq", None), ("crisis", PLAN), ("crisis", None)])
def test_what_is_understood_comes_back(
    server: LoopbackServer, agent: FakeAgent, intent: str, danger: dict[str, Any] | None
) -> None:
    agent.parse = lambda text: parsed(intent, danger)

    response = server.post("understand", {"text": "I see no way on"})

    assert response.status_code == 200
    assert response.json() == {"intent": intent, "danger": danger}


def test_nothing_is_said_and_nothing_is_kept(server: LoopbackServer, agent: FakeAgent) -> None:
    server.post("understand", {"text": "what is aura"})

    assert agent.seen == []
    assert list(agent.tracker_store.store) == []


@pytest.mark.parametrize("text", ["/restart", "EXTERNAL: restart", "//restart"])
def test_words_are_no_command(server: LoopbackServer, agent: FakeAgent, text: str) -> None:
    read: list[str] = []

    def parse(text: str) -> dict[str, Any]:
        read.append(text)
        return parsed("faq")

    agent.parse = parse
    server.post("understand", {"text": text})
    server.post("understand", {"text": "\u200b"})

    assert read == ["restart", "?"]


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": None}, {"text": "x" * 20_001}, {"text": "x", "payload": "/deny"}],
    ids=["nothing", "empty", "null", "long", "more"],
)
def test_another_body_is_refused(server: LoopbackServer, body: dict[str, Any]) -> None:
    response = server.post("understand", body)

    assert (response.status_code, response.json()) == (422, {"error": "malformed"})


@pytest.mark.parametrize("agent", [None, FakeAgent(loaded=False)], ids=["no agent", "no model"])
def test_without_a_model_nothing_is_understood(server: LoopbackServer) -> None:
    response = server.post("understand", {"text": "what is aura"})

    assert (response.status_code, response.json()) == (503, {"error": "not_ready"})


@pytest.mark.parametrize("result", [RuntimeError("my head"), {}, {"intent": None}])
def test_a_failure_is_said_and_logs_no_words(
    server: LoopbackServer, agent: FakeAgent, caplog: pytest.LogCaptureFixture, result: Any
) -> None:
    def parse(text: str) -> dict[str, Any]:
        if isinstance(result, Exception):
            raise result
        return dict(result)

    agent.parse = parse
    with caplog.at_level(logging.DEBUG):
        response = server.post("understand", {"text": "my head hurts"})

    assert (response.status_code, response.json()) == (502, {"error": "failed"})
    assert "my head" not in caplog.text


def test_strangers_are_refused(server: LoopbackServer, agent: FakeAgent) -> None:
    response = server.post("understand", {"text": "hello"}, **{"X-Loopback-Secret": "wrong"})

    assert (response.status_code, response.json()) == (401, {"error": "wrong_secret"})


def remember(agent: FakeAgent, *events: Event) -> None:
    """The conversation's tracker holds these events."""
    tracker = DialogueStateTracker(AGAIN["conversation_id"], [])
    for event in events:
        tracker.update(event)
    asyncio.run(agent.tracker_store.save(tracker))


def heard(message_id: str, intent: str = "affirm", danger: Any = None) -> UserUttered:
    parse = {"text": "yes", "intent": {"name": intent}, "danger": danger}
    return UserUttered("yes", {"name": intent}, None, parse, message_id=message_id)


def said(text: str, **more: Any) -> BotUttered:
    return BotUttered("plain", {"custom": {"kind": "intake", "text": text, **more}})


def test_a_message_that_comes_again_gets_the_replies_it_had(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    agent.handler = saying({"kind": "chitchat", "text": "The form is over."})
    remember(
        agent,
        SessionStarted(),
        heard("m-0"),
        said("Is this right?"),
        heard("m-1"),
        ActionExecuted("action_submit"),
        said("One.", request={"contact": "…"}),
        BotUttered("plain text alone"),
        said("Two."),
        heard("m-2"),
        said("Later."),
    )

    response = server.post("message", AGAIN)

    assert response.json() == {
        "replies": [
            {"kind": "intake", "text": "One.", "request": {"contact": "…"}},
            {"kind": "intake", "text": "Two."},
        ]
    }
    assert agent.seen == []


def test_the_danger_it_told_of_comes_again_too(server: LoopbackServer, agent: FakeAgent) -> None:
    remember(agent, heard("m-1", "crisis", PLAN), said("Call.", danger=PLAN), heard("m-2"))

    response = server.post("message", AGAIN)

    assert (response.json()["intent"], response.json()["danger"]) == ("crisis", PLAN)
    assert agent.seen == []


def test_a_message_that_got_no_reply_is_asked_again(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    remember(agent, heard("m-1"), BotUttered("plain text alone"), heard("m-2"), said("Other."))
    agent.handler = saying({"kind": "chitchat", "text": "Now."})

    assert server.post("message", AGAIN).json()["replies"][0]["text"] == "Now."
    assert len(agent.seen) == 1


@pytest.mark.parametrize("broken", ["tracker_store", "lock_store"])
def test_where_the_past_cannot_be_read_the_message_is_asked(
    server: LoopbackServer, agent: FakeAgent, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("my head hurts")

    remember(agent, heard("m-1"), said("Before."))
    name = "retrieve" if broken == "tracker_store" else "lock"
    monkeypatch.setattr(getattr(agent, broken), name, fail)
    agent.handler = saying({"kind": "chitchat", "text": "Now."})

    assert server.post("message", AGAIN).json()["replies"][0]["text"] == "Now."


def test_a_message_still_being_handled_is_waited_for(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    entered: list[UserMessage] = []

    async def slowly(message: UserMessage) -> None:
        async with agent.lock_store.lock(message.sender_id):
            entered.append(message)
            await asyncio.sleep(0.3)
            tracker = DialogueStateTracker(message.sender_id, [])
            for event in (heard("m-1"), said("Once.")):
                tracker.update(event)
            await agent.tracker_store.save(tracker)
            await message.output_channel.send_response(
                message.sender_id, {"custom": {"kind": "intake", "text": "Once."}}
            )

    agent.handler, agent.intent = slowly, None
    answers = asyncio.run(_twice(server))

    assert [answer["replies"][0]["text"] for answer in answers] == ["Once.", "Once."]
    assert len(entered) == 1


async def _twice(server: LoopbackServer) -> list[dict[str, Any]]:
    first = asyncio.create_task(asyncio.to_thread(server.post, "message", AGAIN))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(asyncio.to_thread(server.post, "message", AGAIN))
    return [(await task).json() for task in (first, second)]


def test_only_a_message_that_comes_again_is_looked_for(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    remember(agent, heard("m-1"), said("Before."))
    agent.handler = saying({"kind": "chitchat", "text": "Now."})

    assert server.post("message", TEXT_MESSAGE).json()["replies"][0]["text"] == "Now."
