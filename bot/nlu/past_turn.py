"""What a conversation's tracker holds of one message: what was understood, and what was replied.

The gateway sends a message again when it could not keep the replies: after a crash, or when its
database was locked. The dialogue must not run twice: a finished form would be over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.replies.understanding import DANGER_KEY


@dataclass(frozen=True)
class PastTurn:
    """One message that Rasa has handled, and the structured replies to it."""

    intent: str | None
    danger: Dict[str, Any] | None
    replies: List[Dict[str, Any]]


async def past_turn(store: TrackerStore, conversation_id: str, message_id: str) -> PastTurn | None:
    """The turn of this message; None if the conversation has none of that id."""
    return _turn_in(await store.retrieve(conversation_id), message_id) or _turn_in(
        await store.retrieve_full_tracker(conversation_id), message_id
    )


def _turn_in(tracker: DialogueStateTracker | None, message_id: str) -> PastTurn | None:
    heard: UserUttered | None = None
    replies: List[Dict[str, Any]] = []
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered):
            if heard is not None:
                break
            if event.message_id == message_id:
                heard = event
        elif heard is not None and isinstance(event, BotUttered) and event.data.get("custom"):
            replies.append(event.data["custom"])
    if heard is None:
        return None
    return PastTurn(heard.intent.get("name"), heard.parse_data.get(DANGER_KEY), replies)
