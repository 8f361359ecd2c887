"""A portal or any other gateway that posts JSON, signed as Standard Webhooks 1.0.0 has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md. What it
posts is written down in docs/messaging.md ("A portal or another gateway").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Literal, TypeVar

from pydantic import BaseModel, Extra, Field, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from bot.gateway.messaging.adapter import (
    DeliveryStatus,
    GatewayName,
    InboundKind,
    InboundMessage,
    MalformedMessageError,
    OptOutType,
    SignatureError,
    SignedRequest,
    StatusUpdate,
)
from bot.gateway.messaging.addresses import read_address
from bot.gateway.messaging.provider_ids import (
    read_button_id,
    read_error_code,
    read_provider_id,
)
from bot.replies.channel import Channel

_Event = TypeVar("_Event", bound=BaseModel)

#: The library decodes a header with letters outside ASCII, and then trips over it.
_SIGNATURES = re.compile(r"[!-~ ]{1,4096}")


class _Part(BaseModel):
    # A gateway may tell more than is needed here.
    class Config:
        extra = Extra.ignore
        frozen = True
        allow_population_by_field_name = True


class _Received(_Part):
    """`data` of `message.received`."""

    id: str
    channel: Literal["portal", "sms", "whatsapp"] = "portal"
    sender: str = Field(alias="from")
    recipient: str = Field(default="clinic", alias="to")
    kind: InboundKind | None = None
    text: str = Field(default="", max_length=60_000)
    opt_out: OptOutType | None = None
    quick_reply: str = ""


class _ReceivedEvent(_Part):
    type: Literal["message.received"]
    data: _Received


class _Status(_Part):
    """`data` of `message.status`."""

    id: str
    status: DeliveryStatus
    error: str = ""


class _StatusEvent(_Part):
    type: Literal["message.status"]
    data: _Status


class SignedJsonAdapter:
    """The receiving half of a gateway that signs JSON.

    Args:
        keys: `whsec_...`; a call is signed with one of them.
    """

    name = GatewayName.SIGNED_JSON

    def __init__(
        self,
        keys: Sequence[str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._checkers = [Webhook(key) for key in keys]
        self._now = now

    def verify(self, request: SignedRequest) -> None:
        """See `InboundAdapter.verify`."""
        headers = {
            name: request.headers.get(name, "")
            for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        }
        if not _SIGNATURES.fullmatch(headers["webhook-signature"]):
            raise SignatureError("not signed")
        if not any(_is_signed(checker, request.body, headers) for checker in self._checkers):
            raise SignatureError("wrong signature, or too old")

    def parse(self, body: bytes) -> InboundMessage:
        """See `InboundAdapter.parse`."""
        data = _event(_ReceivedEvent, body).data
        channel = Channel(data.channel)
        return InboundMessage(
            gateway=self.name,
            provider_id=read_provider_id(data.id),
            channel=channel,
            sender=_address(channel, data.sender),
            recipient=_address(Channel.PORTAL, data.recipient),
            kind=data.kind or (InboundKind.TEXT if data.text.strip() else InboundKind.EMPTY),
            text=data.text,
            opt_out=data.opt_out,
            received_at=self._now(),
            button_id=read_button_id(data.quick_reply),
        )

    def parse_status(self, body: bytes) -> StatusUpdate:
        """See `InboundAdapter.parse_status`."""
        data = _event(_StatusEvent, body).data
        return StatusUpdate(
            gateway=self.name,
            provider_id=read_provider_id(data.id),
            status=data.status,
            error=read_error_code(data.error),
        )


def _is_signed(checker: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        checker.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        # A header that is no list of signatures is a ValueError to the library.
        return False
    return True


def _event(kind: type[_Event], body: bytes) -> _Event:
    try:
        return kind.parse_raw(body)
    except (ValidationError, ValueError, RecursionError) as error:
        # From None: pydantic's own text can quote what somebody wrote.
        raise MalformedMessageError(f"not the agreed JSON: {_where(error)}") from None


def _where(error: Exception) -> str:
    """Which parts are wrong, never what stood there: a part's name is one of ours."""
    if not isinstance(error, ValidationError):
        return "unreadable"
    return ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()}))


def _address(channel: Channel, text: str) -> str:
    address = read_address(channel, text)
    if address is None:
        raise MalformedMessageError("from or to is no address of the channel")
    return address
