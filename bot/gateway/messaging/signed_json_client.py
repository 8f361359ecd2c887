"""Sends texts to a portal or any other gateway: JSON, signed as Standard Webhooks 1.0.0 has it.

The text's id is the key of every attempt, so that the other side takes it once. What is posted is
written down in docs/messaging.md ("A portal or another gateway").
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.intake.delivery_failure import DeliveryError, FailureReason
from bot.intake.sinks.signed_post import SignedPost
from bot.replies.texting.quick_reply import QuickReply

#: The connection was refused, or the name or the address is none that we connect to.
_NOT_ASKED = frozenset({FailureReason.ADDRESS_REFUSED, FailureReason.NOT_RESOLVED})

_TOO_MANY = 429


class SignedJsonClient:
    """The sending half of a gateway that signs JSON. Our id of a text is its id there too."""

    name = GatewayName.SIGNED_JSON

    def __init__(self, post: SignedPost) -> None:
        self._post = post

    async def send(self, message: OutboundMessage) -> str:
        """See `OutboundAdapter.send`."""
        data = {
            "id": message.id,
            "channel": message.channel.value,
            "to": message.to,
            "from": message.sender,
            "text": message.text,
            "quick_replies": [_filled(one) for one in message.quick_replies],
        }
        event = {"type": "message.send", "data": data}
        try:
            await self._post.send(message.id, json.dumps(event, separators=(",", ":")))
        except DeliveryError as error:
            raise _send_error(error) from None
        return message.id

    async def find_sent(
        self, message: OutboundMessage, since: datetime, known_ids: Collection[str]
    ) -> str | None:
        """None, always: a second attempt has the same key, and changes nothing."""
        return None

    async def close(self) -> None:
        """Nothing stays open."""


def _filled(reply: QuickReply) -> dict[str, str]:
    return {name: value for name, value in asdict(reply).items() if value}


def _send_error(error: DeliveryError) -> SendError:
    failure = error.failure
    code = None if failure.code is None else str(failure.code)
    if failure.reason in _NOT_ASKED:
        return SendError(SendFailure.UNREACHABLE)
    if failure.code == _TOO_MANY:
        return SendError(SendFailure.RATE_LIMITED, error.retry_after, code)
    if error.permanent:
        return SendError(SendFailure.REFUSED, code=code)
    if failure.reason is FailureReason.HTTP_STATUS:
        return SendError(SendFailure.SERVER, error.retry_after, code)
    return SendError(SendFailure.TIMED_OUT)
