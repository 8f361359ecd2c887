"""What a button hands to Rasa when it is chosen."""

from __future__ import annotations

import json

from bot.replies.understanding import LEAF_ENTITY, Intent, Label


def payload_of(label: Label) -> str:
    """The payload that makes Rasa understand exactly `label`: `/intent` or `/intent{"leaf": …}`."""
    if label.leaf is None:
        return f"/{label.intent.value}"
    return f"/{label.intent.value}{json.dumps({LEAF_ENTITY: label.leaf})}"


PERSON_PAYLOAD = payload_of(Label(Intent.HUMAN_HANDOFF))


def label_of(payload: str) -> Label:
    """The label that `payload_of` was given.

    Raises:
        ValueError: it is no payload of ours.
    """
    intent, brace, entities = payload.removeprefix("/").partition("{")
    try:
        leaf = str(json.loads(brace + entities)[LEAF_ENTITY]) if brace else None
    except (KeyError, TypeError):
        raise ValueError("this is no payload of ours") from None
    return Label(Intent(intent), leaf)
