"""What a conversation's latest replies said of danger: the gateway tells Rasa with each message."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.replies.reply import Reply
from bot.safety.danger import Danger


class DangerBefore(StrictRecord):
    """`danger` is what the previous reply answered, if that was a danger.

    `safety_replies` counts the safety replies among the latest ones.
    """

    danger: Danger | None = None
    safety_replies: int = Field(default=0, ge=0)

    @classmethod
    def of(cls, latest: Sequence[Reply]) -> DangerBefore:
        """What `latest` replies say, oldest first."""
        dangers = [reply.danger for reply in latest]
        return cls(
            danger=dangers[-1] if dangers else None,
            safety_replies=sum(danger is not None for danger in dangers),
        )
