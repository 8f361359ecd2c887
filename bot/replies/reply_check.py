"""The last look at a reply before a patient sees it. Fails closed."""

from __future__ import annotations

from collections.abc import Container
from enum import Enum

from bot.replies.reply import KINDS_WITH_DISCLAIMER, Reply, ReplyKind


class ReplyFault(str, Enum):
    """Why a reply may not be shown."""

    NO_REPLY = "no_reply"
    NO_TEXT = "no_text"
    NO_DISCLAIMER = "no_disclaimer"
    UNKNOWN_DISCLAIMER = "unknown_disclaimer"
    NO_SOURCE = "no_source"
    NO_TOPIC = "no_topic"


def fault_in(reply: Reply, disclaimers: Container[str]) -> ReplyFault | None:
    """What is wrong with `reply`, or None if it may be shown.

    Args:
        reply: what came back from understanding and dialogue.
        disclaimers: the curated disclaimers, word for word; no other text counts as one.
    """
    if not reply.text.strip():
        return ReplyFault.NO_TEXT
    if reply.kind in KINDS_WITH_DISCLAIMER:
        if not reply.disclaimer:
            return ReplyFault.NO_DISCLAIMER
        if reply.disclaimer not in disclaimers:
            return ReplyFault.UNKNOWN_DISCLAIMER
    if reply.kind is ReplyKind.ANSWER:
        if not (reply.page and reply.topic):
            return ReplyFault.NO_TOPIC
        if reply.source is None or not reply.source.references:
            return ReplyFault.NO_SOURCE
    return None
