"""Speaks to Rasa's loopback channel (bot/nlu/loopback_channel.py)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import ValidationError

from bot.configuration.settings import LOOPBACK_CHANNEL
from bot.gateway.fallbacks import FallbackReason
from bot.replies.danger_before import DangerBefore
from bot.replies.reply import Reply
from bot.replies.understanding import DANGER_BEFORE_KEY, DANGER_KEY, KNOWN_PHONE_KEY, Intent
from bot.safety.danger import Danger, DangerTopic

_AUTHENTICATION_HEADER = "X-Loopback-Secret"
_GENERAL_DANGERS = {
    Intent.CRISIS.value: Danger(topic=DangerTopic.SUICIDE),
    Intent.EMERGENCY.value: Danger(topic=DangerTopic.BODY),
}

_CHANNEL = f"/webhooks/{LOOPBACK_CHANNEL}"

#: How long a connection waits for the next request, in seconds. Shorter than the server's own, so
#: that it is never the server who hangs up.
_KEEP_ALIVE_SECONDS = 3.0

_TRANSPORT_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


@dataclass(frozen=True)
class RasaAnswer:
    """What Rasa replied; without a reply, the danger that it understood."""

    replies: tuple[Reply, ...]
    danger: Danger | None = None


class RasaError(Exception):
    """Rasa gave nothing usable. `danger` is what it still said of one, if it did."""

    def __init__(self, reason: FallbackReason, danger: Danger | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.danger = danger


class RasaClient:
    """Keep-alive connections to Rasa. The caller sets total deadlines by cancelling.

    Args:
        url: Rasa's address on this machine.
        secret: what its loopback channel demands.
        seconds: the longest silence on a connection.
        connections: the most requests at once.
    """

    def __init__(self, url: str, secret: str, *, seconds: float, connections: int = 64) -> None:
        self._channel = f"{url}{_CHANNEL}"
        self._headers = {_AUTHENTICATION_HEADER: secret}
        self._seconds = seconds
        self._connections = connections
        self._opened: aiohttp.ClientSession | None = None

    async def ask(
        self,
        conversation_id: str,
        message_id: str,
        *,
        text: str,
        payload: str | None,
        before: DangerBefore,
        again: bool = False,
        phone_ending: str | None = None,
    ) -> RasaAnswer:
        """Hand over one message: its text, or the payload of the button that was chosen.

        Args:
            before: what the latest replies said of danger.
            again: Rasa may have answered this very message before: then the same replies come back.
            phone_ending: how the number ends that it came from, if it came by text.

        Raises:
            RasaError: refused, no 200, or not the agreed body.
        """
        said: dict[str, Any] = {"text": text} if payload is None else {"payload": payload}
        if again:
            said["again"] = True
        if phone_ending:
            said[KNOWN_PHONE_KEY] = phone_ending
        body = {
            "conversation_id": conversation_id,
            "message_id": message_id,
            DANGER_BEFORE_KEY: json.loads(before.json()),
            **said,
        }
        content, danger = await self._ask("message", body)
        try:
            replies = tuple(Reply.parse_obj(reply) for reply in content["replies"])
        except (ValidationError, KeyError, TypeError):
            raise RasaError(FallbackReason.BAD_BODY, danger) from None
        return RasaAnswer(replies, danger)

    async def understand(self, text: str) -> Danger | None:
        """The danger that a message tells of, if it does. Rasa neither replies nor remembers it.

        Raises:
            RasaError: refused, no 200, or not the agreed body.
        """
        _, danger = await self._ask("understand", {"text": text})
        return danger

    async def ready(self) -> bool:
        """Whether Rasa understands a probe sentence and its action server answers."""
        try:
            async with self._session().get(
                f"{self._channel}/ready", allow_redirects=False
            ) as response:
                return response.status == 200
        except _TRANSPORT_ERRORS:
            return False

    async def forget(self, conversation_id: str) -> None:
        """Have Rasa delete its record of a conversation.

        Raises:
            RasaError: it did not say that it did.
        """
        await self._post("forget", {"conversation_id": conversation_id})

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()

    async def _ask(self, call: str, body: dict[str, Any]) -> tuple[Any, Danger | None]:
        """What Rasa answers, and the danger that it understood."""
        answered = await self._post(call, body)
        try:
            content: Any = json.loads(answered)
            return content, _danger(content.get("intent"), content.get(DANGER_KEY))
        except (ValueError, AttributeError, RecursionError):
            raise RasaError(FallbackReason.BAD_BODY) from None

    async def _post(self, call: str, body: dict[str, Any]) -> bytes:
        try:
            async with self._session().post(
                f"{self._channel}/{call}", json=body, allow_redirects=False
            ) as response:
                answered = await response.read()
        except _TRANSPORT_ERRORS:
            raise RasaError(FallbackReason.UNREACHABLE) from None
        if response.status != 200:
            raise RasaError(FallbackReason.BAD_STATUS)
        return answered

    def _session(self) -> aiohttp.ClientSession:
        """Opened with the first request: it belongs to the event loop that runs then."""
        if self._opened is None:
            self._opened = aiohttp.ClientSession(
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=self._seconds, sock_read=self._seconds
                ),
                connector=aiohttp.TCPConnector(
                    limit=self._connections, keepalive_timeout=_KEEP_ALIVE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._opened


def _danger(intent: object, described: object) -> Danger | None:
    """The danger that Rasa describes; a general one if it only names the intent."""
    try:
        return Danger.parse_obj(described)
    except ValidationError:
        return _GENERAL_DANGERS.get(intent) if isinstance(intent, str) else None
