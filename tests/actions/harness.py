"""Runs one action as the action server does, and shows what came of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.configuration.settings import LOOPBACK_CHANNEL
from bot.replies.reply import Reply, ReplyKind
from bot.replies.understanding import Label
from bot.safety.danger import Danger


@dataclass(frozen=True)
class Outcome:
    """What one action said, set and had Rasa do. `reply` is there for our own channel only."""

    messages: list[dict[str, Any]]
    slots: dict[str, Any]
    reply: Reply | None
    others: tuple[dict[str, Any], ...] = ()

    @property
    def kind(self) -> ReplyKind | None:
        return self.reply.kind if self.reply else None

    @property
    def text(self) -> str:
        return self.reply.text if self.reply else self.messages[0]["text"]

    @property
    def payloads(self) -> list[str]:
        return [button.payload for button in self.reply.buttons] if self.reply else []


def create_tracker(
    label: str = "faq/migraine.botox",
    *,
    text: str = "words of a patient",
    channel: str = LOOPBACK_CHANNEL,
    choices: tuple[str, ...] = (),
    related: str | None = None,
    danger: Danger | None = None,
    before: object = None,
    metadata: dict[str, Any] | None = None,
    since: tuple[dict[str, Any], ...] = (),
    parse: dict[str, Any] | None = None,
    **slots: Any,
) -> Tracker:
    """The tracker that Rasa sends after `text` was taken for `label`.

    `danger` is what the safety gate described, `before` what the gateway said of the replies before
    in the message's `metadata`, `since` what has happened since the message.
    """
    meant = Label.parse(label)
    understood = {
        "text": text,
        "intent": {"name": meant.intent.value, "confidence": 0.9},
        "entities": [{"entity": "leaf", "value": meant.leaf}] if meant.leaf else [],
        "choices": list(choices),
        "related_answer": related,
        "danger": json.loads(danger.json()) if danger else None,
        "metadata": {**(metadata or {}), **({} if before is None else {"danger_before": before})},
    }
    latest = understood if parse is None else parse
    user = {"event": "user", "text": text, "parse_data": latest, "input_channel": channel}
    events = [user, *since]
    remembered = {"topic": None, "offer": None, "misses": 0.0, "told_in_full": False} | slots
    return Tracker("a-conversation", remembered, latest, events, False, None, {}, None)


def run_action(action: type[Action] | Action, tracker: Tracker) -> Outcome:
    """Run an action that replies to its end."""
    outcome = run_any(action, tracker)
    assert len(outcome.messages) == 1
    return outcome


def run_any(action: type[Action] | Action, tracker: Tracker) -> Outcome:
    """Run an action that may say nothing to its end."""
    dispatcher = CollectingDispatcher()
    made = action() if isinstance(action, type) else action
    events = asyncio.run(made.run(dispatcher, tracker, {}))
    message = dispatcher.messages[0] if dispatcher.messages else {}
    custom = message.get("custom") or message.get("json_message")
    return Outcome(
        messages=dispatcher.messages,
        slots={event["name"]: event["value"] for event in events if event["event"] == "slot"},
        reply=Reply.parse_obj(custom) if custom else None,
        others=tuple(event for event in events if event["event"] != "slot"),
    )
