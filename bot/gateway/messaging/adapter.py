"""What every messaging gateway is to this program: one contract, whoever the provider is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.replies.channel import Channel
from bot.replies.texting.quick_reply import QuickReply


class GatewayName(str, Enum):
    """The gateways that can be configured."""

    TWILIO = "twilio"
    SIGNED_JSON = "signed_json"


class InboundKind(str, Enum):
    """What a patient sent. Only `TEXT` has words that can be understood."""

    TEXT = "text"
    MEDIA = "media"
    LOCATION = "location"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class OptOutType(str, Enum):
    """What the provider took this message for, and has answered already."""

    STOP = "stop"
    START = "start"
    HELP = "help"


class DeliveryStatus(str, Enum):
    """How far a provider says that a text has come, the earliest first."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class SendFailure(str, Enum):
    """Why a provider did not take a text.

    `TIMED_OUT`: it may have taken it all the same. `UNREACHABLE`: it was not even asked.
    """

    RATE_LIMITED = "rate_limited"
    SERVER = "server"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    OPTED_OUT = "opted_out"
    REFUSED = "refused"
    TOO_LONG = "too_long"

    @property
    def permanent(self) -> bool:
        """Whether the same text would never be taken."""
        return self in (SendFailure.OPTED_OUT, SendFailure.REFUSED, SendFailure.TOO_LONG)


@dataclass(frozen=True)
class SignedRequest:
    """One call of a webhook, as it is signed.

    Args:
        url: the configured public address with the path and the query as they were sent; what a
            proxy made of scheme, host and port does not count.
        headers: names in small letters.
        body: the bytes as they came.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class InboundMessage:
    """What a patient sent, as the provider tells it.

    Args:
        provider_id: the provider's own id of it, at most 80 characters.
        sender: the patient's address: a number as `+15551234567` whatever the channel, or an
            opaque id of a portal.
        recipient: the clinic's address that it was sent to, in the same spelling.
        text: the words, or of media its caption; empty if there are none.
        opt_out: the provider took it for one of its key words and has answered.
        button_id: what was pressed instead of writing; `text` is then what stood on it.
    """

    gateway: GatewayName
    provider_id: str
    channel: Channel
    sender: str = field(repr=False)
    recipient: str
    kind: InboundKind
    text: str = field(repr=False)
    opt_out: OptOutType | None
    received_at: datetime
    button_id: str | None = None


@dataclass(frozen=True)
class OutboundMessage:
    """One text to a patient. `id` stays the same however often it is tried.

    `list_button` opens `quick_replies` where they are a list.
    """

    id: str
    gateway: GatewayName
    channel: Channel
    to: str = field(repr=False)
    sender: str
    text: str = field(repr=False)
    quick_replies: tuple[QuickReply, ...] = field(default=(), repr=False)
    list_button: str = ""


@dataclass(frozen=True)
class StatusUpdate:
    """News of a text that was sent. `error` is the provider's code, never its words."""

    gateway: GatewayName
    provider_id: str
    status: DeliveryStatus
    error: str | None


class SignatureError(Exception):
    """A call is not signed by who it should come from, or not now. Says which, never what."""


class MalformedMessageError(Exception):
    """A signed call makes no sense. Says which part, never what stood there."""


class SendError(Exception):
    """A provider did not take a text.

    Args:
        failure: what is to be done about it.
        retry_after: seconds that the provider asks to wait, if it says so.
        code: the provider's error code, if it told one.
    """

    def __init__(
        self, failure: SendFailure, retry_after: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(f"{failure.value} {code}" if code else failure.value)
        self.failure = failure
        self.retry_after = retry_after
        self.code = code

    @property
    def permanent(self) -> bool:
        """Whether trying again later will not help."""
        return self.failure.permanent


class InboundAdapter(Protocol):
    """The receiving half of a gateway."""

    def verify(self, request: SignedRequest) -> None:
        """Check who sent a call.

        Raises:
            SignatureError: it cannot have come from the provider.
        """

    def parse(self, body: bytes) -> InboundMessage:
        """What a patient sent.

        Raises:
            MalformedMessageError: a part that is needed is missing or senseless.
        """

    def parse_status(self, body: bytes) -> StatusUpdate:
        """How far a text that was sent has come.

        Raises:
            MalformedMessageError: a part that is needed is missing or senseless.
        """


class OutboundAdapter(Protocol):
    """The sending half of a gateway."""

    async def send(self, message: OutboundMessage) -> str:
        """Hand a text to the provider; its id there.

        Raises:
            SendError: it did not take it, or may not have.
        """

    async def find_sent(
        self, message: OutboundMessage, since: datetime, known_ids: Collection[str]
    ) -> str | None:
        """The provider's id of a text that it took although the call failed, if it did.

        Args:
            since: it was not sent before.
            known_ids: the provider's ids of other texts, which may say the very same.

        Raises:
            SendError: the provider cannot be asked.
        """


class Adapter(InboundAdapter, OutboundAdapter, Protocol):
    """One gateway, both ways."""
