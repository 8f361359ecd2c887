"""What a patient sent, as it is kept, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.gateway.messaging.adapter import InboundKind, OptOutType
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.replies.texting.rendering import RenderedText


class InboundState(str, Enum):
    """How far a text has come. `received` survives a crash and is dealt with afterwards."""

    RECEIVED = "received"
    DONE = "done"


@dataclass(frozen=True)
class InboundText:
    """One stored text.

    `opt_out`: the provider took it for a key word and has answered. `button_id`: what was pressed;
    `text` is then what stood on it.
    """

    id: str
    thread_id: str
    kind: InboundKind
    opt_out: OptOutType | None
    received_at: datetime
    text: str = field(repr=False)
    button_id: str | None = None


class Wish(str, Enum):
    """What somebody wants of texts as such."""

    STOP = "stop"
    STOP_TOLD_BY_PROVIDER = "stop_told_by_provider"
    START = "start"


@dataclass(frozen=True)
class Answered:
    """What a text comes to: a reply or none, and what changes for its thread.

    `asked_to_stop`: the reply asks whether they want no more texts; nobody is asked twice.
    """

    reply: RenderedText | None = None
    kind: OutboundKind = OutboundKind.REPLY
    wish: Wish | None = None
    asked_to_stop: bool = False
    language: str | None = None


#: Nothing is said, and nothing changes.
SILENCE = Answered()
