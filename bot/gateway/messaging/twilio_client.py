"""Sends texts by Twilio's REST API, and asks it what it has sent.

https://www.twilio.com/docs/messaging/api/message-resource. There is no idempotency key for a new
message: after a call whose end is unknown, the latest messages to the number are looked through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.configuration.messaging_settings import TwilioSettings
from bot.gateway.limits import ContentLimits, LookupLimits
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.gateway.messaging.json_answers import json_object
from bot.gateway.messaging.provider_ids import read_error_code
from bot.gateway.messaging.status_store import OPTED_OUT_CODE, TEXT_FIELD
from bot.gateway.messaging.twilio_content_api import TwilioContents
from bot.gateway.messaging.twilio_contents import content_of, one_line
from bot.intake.retry_after import read_retry_after
from bot.replies.channel import Channel

#: Where Twilio tells what became of a text.
STATUS_PATH = "/webhooks/twilio/status"

_API_VERSION = "2010-04-01"

#: "The concatenated message body exceeds the 1600 character limit."
_TOO_LONG_CODE = "21617"

#: The installation is at fault, not the text: it is tried again while somebody mends that.
_OUR_FAULT = frozenset({401, 403, 404, 408, 409, 425})

#: A text with buttons that is refused so may be taken without them.
_MAY_BE_THE_CONTENT = frozenset({SendFailure.REFUSED, SendFailure.TOO_LONG, SendFailure.SERVER})

#: What Twilio puts before each message of an account that is only tried out.
_TRIAL = "Sent from your Twilio trial account - "

#: Such a message did not get through, so it is none that would make another one a second.
_CAME_TO_NOTHING = frozenset({"failed", "undelivered", "canceled"})


class TwilioClient:
    """The sending half of Twilio.

    Args:
        token: the account's auth token.
        public_url: where Twilio reaches the gateway.
        connect_seconds: how long connecting may take; the caller limits the whole.
    """

    name = GatewayName.TWILIO

    def __init__(
        self,
        settings: TwilioSettings,
        token: str,
        *,
        public_url: str,
        lookup: LookupLimits,
        contents: ContentLimits,
        connect_seconds: float,
    ) -> None:
        self._status_url = public_url + STATUS_PATH
        self._lookup = lookup
        account = f"{settings.api_url}/{_API_VERSION}/Accounts/{settings.account_sid}"
        self._messages = f"{account}/Messages.json"
        self._http = httpx.AsyncClient(
            auth=(settings.account_sid, token),
            timeout=httpx.Timeout(None, connect=connect_seconds),
            # Neither a proxy of the environment nor a password of .netrc.
            trust_env=False,
            follow_redirects=False,
        )
        self._contents = TwilioContents(self._http, settings.content_url, contents)

    async def send(self, message: OutboundMessage) -> str:
        """See `OutboundAdapter.send`. Without buttons where Twilio does not take them."""
        content = content_of(message)
        sid = await self._contents.sid(content) if content else None
        if content is None or sid is None:
            return await self._send(message, {"Body": message.text})
        try:
            filled = {"ContentSid": sid, "ContentVariables": content.variables}
            return await self._send(message, filled)
        except SendError as error:
            if error.failure not in _MAY_BE_THE_CONTENT:
                raise
            self._contents.refuse(content)
            if not error.permanent:
                # It may have been taken: the next attempt asks.
                raise
        return await self._send(message, {"Body": message.text})

    async def _send(self, message: OutboundMessage, says: Mapping[str, str]) -> str:
        form = {
            "To": _address(message.channel, message.to),
            "From": _address(message.channel, message.sender),
            "StatusCallback": f"{self._status_url}?{urlencode({TEXT_FIELD: message.id})}",
            **says,
        }
        response = await self._call("POST", data=form)
        provider_id = json_object(response).get("sid")
        if not isinstance(provider_id, str) or not provider_id:
            # It said yes, and not to what: the next attempt asks.
            raise SendError(SendFailure.TIMED_OUT)
        return provider_id

    async def find_sent(
        self, message: OutboundMessage, since: datetime, known_ids: Collection[str]
    ) -> str | None:
        """See `OutboundAdapter.find_sent`."""
        # Not by DateSent, which a message that still waits at Twilio has not got.
        to = _address(message.channel, message.to)
        response = await self._call("GET", params={"To": to, "PageSize": str(self._lookup.rows)})
        earliest = since - timedelta(seconds=self._lookup.skew_seconds)
        for sent in _messages(response):
            if (
                sent.get("sid") not in known_ids
                and str(sent.get("direction", "")).startswith("outbound")
                and sent.get("status") not in _CAME_TO_NOTHING
                and _says(sent, message.text)
                and _moment(sent) >= earliest
            ):
                return str(sent["sid"])
        return None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _call(self, method: str, **parts: Any) -> httpx.Response:
        """Twilio's answer to a call that it accepted.

        Raises:
            SendError: it did not, or nobody knows.
        """
        try:
            response = await self._http.request(method, self._messages, **parts)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise SendError(SendFailure.UNREACHABLE) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise SendError(SendFailure.TIMED_OUT) from None
        if not 200 <= response.status_code < 300:
            raise _refusal(response)
        return response


def _address(channel: Channel, address: str) -> str:
    return f"whatsapp:{address}" if channel is Channel.WHATSAPP else address


def _refusal(response: httpx.Response) -> SendError:
    status = response.status_code
    code = read_error_code(str(json_object(response).get("code", ""))) or str(status)
    if status == 429:
        return SendError(SendFailure.RATE_LIMITED, _retry_after(response), code)
    if status >= 500 or status in _OUR_FAULT:
        return SendError(SendFailure.SERVER, _retry_after(response), code)
    if code == OPTED_OUT_CODE:
        return SendError(SendFailure.OPTED_OUT, code=code)
    if code == _TOO_LONG_CODE:
        return SendError(SendFailure.TOO_LONG, code=code)
    return SendError(SendFailure.REFUSED, code=code)


def _retry_after(response: httpx.Response) -> float | None:
    return read_retry_after(response.headers.get("Retry-After", ""), datetime.now(timezone.utc))


def _messages(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """The messages of a list.

    Raises:
        SendError: it is no list of messages, so nobody knows.
    """
    found = json_object(response).get("messages")
    if not isinstance(found, list):
        raise SendError(SendFailure.SERVER)
    return (one for one in found if isinstance(one, dict))


def _says(sent: Mapping[str, Any], text: str) -> bool:
    # A text with buttons was sent line by line, without the spaces that nobody sees.
    return one_line(str(sent.get("body", "")).removeprefix(_TRIAL)) == one_line(text)


def _moment(sent: Mapping[str, Any]) -> datetime:
    """When Twilio took a message, as RFC 2822 has it.

    Raises:
        SendError: it does not say.
    """
    try:
        moment = parsedate_to_datetime(str(sent.get("date_created", "")))
    except (TypeError, ValueError, IndexError, OverflowError):
        raise SendError(SendFailure.SERVER) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
