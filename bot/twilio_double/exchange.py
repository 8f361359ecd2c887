"""Every message that the double has seen, in order, and who wants no more of them."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime
from enum import Enum

import smsutil

from bot.twilio_double.contents import Contents, Filled, Pressable

#: What Twilio answers by itself, as whole messages of any case (support article "Twilio support for
#: opt-out keywords").
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})


class Direction(str, Enum):
    """Who wrote a message, in Twilio's words; the last one is Twilio itself."""

    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_REPLY = "outbound-reply"


@dataclass
class Message:
    """One message. `seen` counts the times that the gateway has taken an incoming one."""

    sid: str
    direction: Direction
    sender: str
    recipient: str
    body: str = field(repr=False)
    status: str
    created_at: datetime
    callback: str | None = None
    error_code: int | None = None
    seen: int = 0
    filled: Filled | None = field(default=None, repr=False)

    def pressable(self, id: str) -> Pressable | None:
        """Its button or row with this id."""
        found = [one for one in self.filled.pressables if one.id == id] if self.filled else []
        return found[0] if found else None

    def shown(self) -> dict[str, object]:
        """What a telephone shows of it besides its words."""
        filled = self.filled or Filled("", ())
        buttons = [asdict(one) for one in filled.pressables]
        return {"seen": self.seen, "buttons": buttons, "list_button": filled.list_button}

    def as_json(self, account_sid: str) -> dict[str, object]:
        """As Twilio's API shows it."""
        created = format_datetime(self.created_at)
        parts = smsutil.split(self.body)
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "direction": self.direction.value,
            "from": self.sender,
            "to": self.recipient,
            "body": self.body,
            "status": self.status,
            "num_segments": str(max(1, len(parts.parts))),
            "encoding": parts.encoding,
            "error_code": self.error_code,
            "date_created": created,
            "date_sent": None if self.status in ("queued", "received") else created,
        }


class Exchange:
    """The messages, oldest first."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.opted_out: set[str] = set()
        self.contents = Contents()

    def add(
        self,
        direction: Direction,
        *,
        sender: str,
        recipient: str,
        body: str,
        status: str,
        callback: str | None = None,
        filled: Filled | None = None,
    ) -> Message:
        """A new message, with an id of its own."""
        made = Message(
            sid=f"SM{secrets.token_hex(16)}",
            direction=direction,
            sender=sender,
            recipient=recipient,
            body=body,
            status=status,
            created_at=datetime.now(timezone.utc).replace(microsecond=0),
            callback=callback,
            filled=filled,
        )
        self.messages.append(made)
        return made

    def sent(self) -> list[Message]:
        """What the gateway has sent, oldest first."""
        return [one for one in self.messages if one.direction is Direction.OUTBOUND_API]

    def of(self, number: str) -> list[Message]:
        """What one number has written and got."""
        return [one for one in self.messages if number in (one.sender, one.recipient)]

    def forget(self) -> None:
        """Begin anew."""
        self.messages.clear()
        self.opted_out.clear()
        self.contents.made.clear()
