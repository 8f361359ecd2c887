"""Why a turn got a fixed reply instead of the one that Rasa should have given."""

from __future__ import annotations

from enum import Enum

from bot.replies.reply_check import ReplyFault


class FallbackReason(str, Enum):
    """Failures of Rasa and its action server, and faults found in a reply."""

    UNREACHABLE = "unreachable"
    LATE = "late"
    BAD_STATUS = "bad_status"
    BAD_BODY = "bad_body"
    SAFETY_REPLY_MISSING = "safety_reply_missing"
    INTERNAL = "internal"
    NO_REPLY = "no_reply"
    NO_TEXT = "no_text"
    NO_DISCLAIMER = "no_disclaimer"
    UNKNOWN_DISCLAIMER = "unknown_disclaimer"
    NO_SOURCE = "no_source"
    NO_TOPIC = "no_topic"

    @classmethod
    def of(cls, fault: ReplyFault) -> FallbackReason:
        """The reason that a faulty reply gives."""
        return cls(fault.value)
