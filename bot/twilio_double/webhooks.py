"""Tells the gateway what came in and what became of what it sent, signed as Twilio does it.

Twilio tries once more where it could not connect, and takes no other answer than 2xx for an
acknowledgement (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

import anyio
import httpx

from bot.gateway.messaging.twilio_signature import SIGNATURE_HEADER, signature
from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.exchange import Message

#: Where the gateway takes messages.
INBOUND_PATH = "/webhooks/twilio"

_API_VERSION = "2010-04-01"

#: Twilio gives a webhook so many seconds.
_PATIENCE = 15.0

Fields = Sequence[tuple[str, str]]


class Order(str, Enum):
    """In which order the news of one message are told."""

    RIGHT = "right"
    REVERSED = "reversed"
    SHUFFLED = "shuffled"


@dataclass(frozen=True)
class CallbackPlan:
    """How the news of outgoing messages are told.

    `statuses` are told one after the other, each `copies` times, after `delay_seconds`.
    """

    statuses: tuple[str, ...] = ("sent", "delivered")
    copies: int = 1
    order: Order = Order.RIGHT
    delay_seconds: float = 0.0
    error_code: int | None = None

    def news(self) -> list[str]:
        """The statuses as they are told."""
        told = [status for status in self.statuses for _ in range(self.copies)]
        if self.order is Order.REVERSED:
            told.reverse()
        elif self.order is Order.SHUFFLED:
            random.shuffle(told)
        return told


class Webhooks:
    """Calls one gateway.

    Args:
        bot_url: the gateway's public URL.
    """

    def __init__(self, account: DoubleAccount, bot_url: str) -> None:
        self._account = account
        self._bot_url = bot_url.rstrip("/")
        self._http = httpx.AsyncClient(timeout=_PATIENCE, trust_env=False)
        self.plan = CallbackPlan()

    async def inbound(self, message: Message, extra: Fields = ()) -> int:
        """Tell of an incoming message. The HTTP status; 0 if nobody could be reached."""
        fields = [
            *(("ToCountry", "US"), ("ToState", ""), ("SmsMessageSid", message.sid)),
            *(("NumMedia", "0"), ("ToCity", ""), ("FromZip", ""), ("SmsSid", message.sid)),
            *(("FromState", ""), ("SmsStatus", "received"), ("FromCity", "")),
            *(("Body", message.body), ("FromCountry", "US"), ("To", message.recipient)),
            *(("ToZip", ""), ("NumSegments", "1"), ("MessageSid", message.sid)),
            *(("AccountSid", self._account.settings.account_sid), ("From", message.sender)),
            ("ApiVersion", _API_VERSION),
        ]
        named = {name for name, _ in extra}
        told = [*(field for field in fields if field[0] not in named), *extra]
        status = await self._post(self._bot_url + INBOUND_PATH, told)
        message.seen += 200 <= status < 300
        return status

    async def news_of(self, message: Message) -> None:
        """Tell what became of an outgoing message, as the plan has it."""
        plan = self.plan
        await anyio.sleep(plan.delay_seconds)
        for status in plan.news():
            await self.status(message, status, plan.error_code)
        if plan.statuses:
            message.status = plan.statuses[-1]

    async def status(self, message: Message, status: str, error_code: int | None = None) -> int:
        """Tell one status of an outgoing message. The HTTP status; 0 if nobody was reached."""
        if message.callback is None:
            return 0
        fields = [
            *(("SmsSid", message.sid), ("SmsStatus", status), ("MessageStatus", status)),
            *(("To", message.recipient), ("MessageSid", message.sid)),
            ("AccountSid", self._account.settings.account_sid),
            *(("From", message.sender), ("ApiVersion", _API_VERSION)),
        ]
        if error_code is not None and status in ("failed", "undelivered"):
            fields.append(("ErrorCode", str(error_code)))
            message.error_code = error_code
        return await self._post(message.callback, fields)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, url: str, fields: Fields) -> int:
        headers = {
            SIGNATURE_HEADER: signature(self._account.token, url, fields),
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
        }
        for _ in range(2):
            try:
                response = await self._http.post(url, content=urlencode(fields), headers=headers)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
            except httpx.HTTPError:
                return 0
            return response.status_code
        return 0
