"""Twilio's webhooks: texts and WhatsApp messages that come in, and what became of those sent.

https://www.twilio.com/docs/messaging/guides/webhook-request. A button of WhatsApp comes as
`ButtonPayload` (its id) and `ButtonText`, a row of a list as `ListId` and `ListTitle`; `Body` says
what stood there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone

from bot.gateway.messaging import twilio_signature
from bot.gateway.messaging.adapter import (
    DeliveryStatus,
    GatewayName,
    InboundKind,
    InboundMessage,
    MalformedMessageError,
    OptOutType,
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

_WHATSAPP = "whatsapp:"

#: WhatsApp's `MessageType`s whose `Body` is what the patient wrote or chose. SMS has none.
_WORDS = frozenset({"", "text", "button", "interactive"})

#: Twilio's words for how far a text has come; others (`accepted`, `scheduled`) come before these.
_STATUSES = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
    "undelivered": DeliveryStatus.UNDELIVERED,
    "failed": DeliveryStatus.UNDELIVERED,
    "canceled": DeliveryStatus.UNDELIVERED,
}


class TwilioAdapter:
    """The receiving half of Twilio.

    Args:
        tokens: the account's auth tokens; two while one replaces the other.
    """

    name = GatewayName.TWILIO

    def __init__(
        self,
        tokens: Sequence[str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._tokens = tuple(tokens)
        self._now = now

    def verify(self, request: SignedRequest) -> None:
        """See `InboundAdapter.verify`."""
        twilio_signature.check(request, self._tokens)

    def parse(self, body: bytes) -> InboundMessage:
        """See `InboundAdapter.parse`."""
        fields = _fields(body)
        channel = _channel(fields)
        return InboundMessage(
            gateway=self.name,
            provider_id=read_provider_id(fields.get("MessageSid") or fields.get("SmsSid", "")),
            channel=channel,
            sender=_address(channel, fields, "From"),
            recipient=_address(channel, fields, "To"),
            kind=_kind(fields),
            text=_said(fields),
            opt_out=_opt_out(fields),
            received_at=self._now(),
            button_id=read_button_id(fields.get("ButtonPayload") or fields.get("ListId", "")),
        )

    def parse_status(self, body: bytes) -> StatusUpdate:
        """See `InboundAdapter.parse_status`."""
        fields = _fields(body)
        status = _STATUSES.get((fields.get("MessageStatus") or fields.get("SmsStatus", "")).lower())
        if status is None:
            raise MalformedMessageError("unknown status")
        return StatusUpdate(
            gateway=self.name,
            provider_id=read_provider_id(fields.get("MessageSid") or fields.get("SmsSid", "")),
            status=status,
            error=read_error_code(fields.get("ErrorCode", "")),
        )


def _fields(body: bytes) -> dict[str, str]:
    """The form's fields; of a repeated one the first counts. What is not text is made readable."""
    try:
        pairs = twilio_signature.form_fields(body)
    except ValueError:
        raise MalformedMessageError("not a form") from None
    return {name: _text(value) for name, value in reversed(pairs)}


def _text(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _channel(fields: Mapping[str, str]) -> Channel:
    return Channel.WHATSAPP if fields.get("From", "").startswith(_WHATSAPP) else Channel.SMS


def _address(channel: Channel, fields: Mapping[str, str], name: str) -> str:
    address = read_address(channel, fields.get(name, "").removeprefix(_WHATSAPP))
    if address is None:
        raise MalformedMessageError(f"{name} is no number")
    return address


def _kind(fields: Mapping[str, str]) -> InboundKind:
    if fields.get("NumMedia", "0").strip() not in ("", "0"):
        return InboundKind.MEDIA
    if fields.get("Latitude") and fields.get("Longitude"):
        return InboundKind.LOCATION
    if fields.get("MessageType", "").lower() not in _WORDS:
        return InboundKind.UNKNOWN
    return InboundKind.TEXT if _said(fields).strip() else InboundKind.EMPTY


def _said(fields: Mapping[str, str]) -> str:
    """What the patient wrote, or what stood on the button or row that they pressed."""
    wrote = fields.get("Body", "")
    return wrote if wrote.strip() else fields.get("ButtonText") or fields.get("ListTitle") or wrote


def _opt_out(fields: Mapping[str, str]) -> OptOutType | None:
    try:
        return OptOutType(fields.get("OptOutType", "").lower())
    except ValueError:
        return None
