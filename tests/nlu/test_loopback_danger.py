"""What goes over the loopback channel about danger, both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.nlu.loopback_server import TEXT_MESSAGE, FakeAgent, LoopbackServer, saying

PLAN = {
    "topic": "suicide",
    "tier": "call_911",
    "level": 4,
    "about": "someone_else",
    "language": "es",
}
STROKE = {
    "topic": "body",
    "tier": "call_911",
    "level": None,
    "about": "self",
    "language": "en",
}


def safety_reply(danger: dict[str, Any]) -> dict[str, Any]:
    kind = "crisis" if danger is PLAN else "emergency"
    return {"kind": kind, "text": "Call.", "danger": danger}


@pytest.mark.parametrize(
    "before",
    [
        {"danger": PLAN, "safety_replies": 1},
        {"danger": STROKE, "safety_replies": 3},
        {"danger": None, "safety_replies": 2},
    ],
    ids=["crisis", "emergency", "none right before"],
)
def test_what_the_replies_before_were_about_is_passed_on(
    server: LoopbackServer, agent: FakeAgent, before: dict[str, Any]
) -> None:
    assert server.post("message", TEXT_MESSAGE | {"danger_before": before}).status_code == 200

    # As it will stand in the tracker store and reach the actions.
    assert json.loads(json.dumps(agent.seen[0].metadata)) == {"danger_before": before}


@pytest.mark.parametrize(
    ("intent", "danger"),
    [("faq", None), ("crisis", PLAN), ("emergency", STROKE), ("crisis", None)],
)
def test_a_turn_without_replies_says_what_was_understood(
    server: LoopbackServer, agent: FakeAgent, intent: str, danger: dict[str, Any] | None
) -> None:
    agent.intent, agent.danger = intent, danger

    response = server.post("message", TEXT_MESSAGE)

    assert response.status_code == 200
    assert response.json() == {"replies": [], "intent": intent, "danger": danger}


def test_an_earlier_message_s_danger_is_not_this_one_s(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    agent.intent, agent.danger = "crisis", PLAN
    server.post("message", TEXT_MESSAGE)
    agent.intent = None

    response = server.post("message", TEXT_MESSAGE | {"message_id": "m-2"})

    assert response.json() == {"replies": []}


@pytest.mark.parametrize("replied", [PLAN, STROKE], ids=["crisis", "emergency"])
@pytest.mark.parametrize(
    ("intent", "danger"), [("crisis", PLAN), ("emergency", STROKE), ("affirm", None)]
)
def test_a_safety_reply_says_what_it_replies_to(
    server: LoopbackServer,
    agent: FakeAgent,
    replied: dict[str, Any],
    intent: str,
    danger: dict[str, Any] | None,
) -> None:
    agent.intent, agent.danger = intent, danger
    agent.handler = saying(safety_reply(replied))

    assert server.post("message", TEXT_MESSAGE).json() == {
        "replies": [safety_reply(replied)],
        "intent": intent,
        "danger": danger,
    }


@pytest.mark.parametrize("danger", [None, STROKE], ids=["harmless", "danger"])
def test_an_ordinary_reply_says_no_more_than_itself(
    server: LoopbackServer, agent: FakeAgent, danger: dict[str, Any] | None
) -> None:
    reply = {"kind": "chitchat", "text": "Hello.", "danger": None}
    agent.danger = danger
    agent.handler = saying(reply)

    assert server.post("message", TEXT_MESSAGE).json() == {"replies": [reply]}


def test_a_safety_reply_comes_through_when_its_intent_cannot_be_read(
    server: LoopbackServer, agent: FakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*args: object) -> None:
        raise RuntimeError("my head hurts")

    agent.handler = saying(safety_reply(PLAN))
    monkeypatch.setattr(agent.tracker_store, "retrieve", fail)

    response = server.post("message", TEXT_MESSAGE)

    assert (response.status_code, response.json()) == (200, {"replies": [safety_reply(PLAN)]})


def test_a_conversation_that_nobody_knows_has_no_intent(
    server: LoopbackServer, agent: FakeAgent
) -> None:
    agent.intent = None

    assert server.post("message", TEXT_MESSAGE).json() == {"replies": []}
