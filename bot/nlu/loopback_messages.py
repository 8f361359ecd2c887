"""What the gateway may send over the loopback channel, and nothing else."""

from __future__ import annotations

import json
from typing import Any, Dict

from pydantic import BaseModel, Extra, Field, root_validator

from bot.replies.danger_before import DangerBefore
from bot.replies.understanding import DANGER_BEFORE_KEY, KNOWN_PHONE_KEY
from bot.safety.normalise import normalise

#: Stands for words in which nothing is left to read; Rasa would take an empty text for no message.
_NOTHING_TO_READ = "?"


class InboundMessage(BaseModel):
    """What the gateway sends: words of a person, or the payload of a button that was offered.

    `danger_before` is what the latest replies said of danger. `again`: it may have come before, and
    is answered as it was then. `known_phone_ending`: how the number ends that it came from, if it
    came by text.
    """

    conversation_id: str = Field(min_length=1, max_length=128)
    message_id: str = Field(min_length=1, max_length=128)
    text: str | None = Field(default=None, min_length=1, max_length=20_000)
    danger_before: DangerBefore = DangerBefore()
    again: bool = False
    known_phone_ending: str | None = Field(default=None, regex=r"^\d{2,4}$")
    payload: str | None = Field(default=None, regex=r"^/[a-z_]+(\{.*\})?$", max_length=1_000)

    class Config:
        extra = Extra.forbid

    @root_validator(skip_on_failure=True)
    def _has_text_or_payload(cls, values: Dict[str, Any]) -> Dict[str, Any]:
        if (values.get("text") is None) == (values.get("payload") is None):
            raise ValueError("exactly one of text and payload")
        return values

    def for_rasa(self) -> str:
        """The text that Rasa reads. A person's words can never begin a command."""
        return self.payload or readable(self.text or "")

    def metadata(self) -> Dict[str, Any]:
        """What goes into the tracker beside the message."""
        said = {DANGER_BEFORE_KEY: json.loads(self.danger_before.json())}
        if self.known_phone_ending is not None:
            said[KNOWN_PHONE_KEY] = self.known_phone_ending
        return said


class Overheard(BaseModel):
    """Words that a person of staff answers: only what they tell of is asked."""

    text: str = Field(min_length=1, max_length=20_000)

    class Config:
        extra = Extra.forbid

    def for_rasa(self) -> str:
        """The text that Rasa reads."""
        return readable(self.text)


class Forgetting(BaseModel):
    """Which conversation to delete."""

    conversation_id: str = Field(min_length=1, max_length=128)

    class Config:
        extra = Extra.forbid


def readable(text: str) -> str:
    """A person's words as Rasa reads them: they can never begin a command."""
    return normalise(text) or _NOTHING_TO_READ
