"""Speaks to Rasa's loopback channel (bot/nlu/loopback_channel.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import ValidationError

from bot.configuration.settings import LOOPBACK_CHANNEL
from bot.gateway.fallbacks import FallbackReason
from bot.replies.reply import Reply
from bot.replies.understanding import AFTER_DANGER_KEY, Intent
from bot.safety.danger import SafetyKind

_AUTHENTICATION_HEADER = "X-Loopback-Secret"
_CHANNEL = f"/webhooks/{LOOPBACK_CHANNEL}"


@dataclass(frozen=True)
class RasaAnswer:
    """What Rasa replied, and what it took the message for."""

    replies: tuple[Reply, ...]
    intent: Intent | None


class RasaError(Exception):
    """Rasa gave nothing usable. `intent` is what it still said the message was, if it did."""

    def __init__(self, reason: FallbackReason, intent: Intent | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.intent = intent


class RasaClient:
    """Keep-alive connections to Rasa. The caller sets total deadlines by cancelling.

    Args:
        url: Rasa's address on this machine.
        secret: what its loopback channel demands.
        seconds: the longest silence on a connection.
        connections: the most requests at once.
    """

    def __init__(self, url: str, secret: str, *, seconds: float, connections: int = 64) -> None:
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={_AUTHENTICATION_HEADER: secret},
            timeout=seconds,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                # Shorter than the server's own, so that it is never the server who hangs up.
                keepalive_expiry=3.0,
            ),
        )

    async def ask(
        self,
        conversation_id: str,
        message_id: str,
        *,
        text: str,
        payload: str | None,
        after_danger: SafetyKind | None,
    ) -> RasaAnswer:
        """Hand over one message: its text, or the payload of the button that was chosen.

        Args:
            after_danger: what the previous reply answered, if that was a danger.

        Raises:
            RasaError: refused, no 200, or not the agreed body.
        """
        said = {"text": text} if payload is None else {"payload": payload}
        if after_danger:
            said[AFTER_DANGER_KEY] = after_danger.value
        body = {"conversation_id": conversation_id, "message_id": message_id, **said}
        response = await self._post("message", body)
        try:
            content: Any = response.json()
            intent = _intent(content.get("intent"))
        except (ValueError, AttributeError, RecursionError):
            raise RasaError(FallbackReason.BAD_BODY) from None
        try:
            replies = tuple(Reply.parse_obj(reply) for reply in content["replies"])
        except (ValidationError, KeyError, TypeError):
            raise RasaError(FallbackReason.BAD_BODY, intent) from None
        return RasaAnswer(replies, intent)

    async def ready(self) -> bool:
        """Whether Rasa understands a probe sentence and its action server answers."""
        try:
            response = await self._client.get(f"{_CHANNEL}/ready")
        except httpx.HTTPError:
            return False
        return response.status_code == 200

    async def forget(self, conversation_id: str) -> None:
        """Have Rasa delete its record of a conversation.

        Raises:
            RasaError: it did not say that it did.
        """
        await self._post("forget", {"conversation_id": conversation_id})

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, call: str, body: dict[str, str]) -> httpx.Response:
        try:
            response = await self._client.post(f"{_CHANNEL}/{call}", json=body)
        except httpx.HTTPError:
            raise RasaError(FallbackReason.UNREACHABLE) from None
        if response.status_code != 200:
            raise RasaError(FallbackReason.BAD_STATUS)
        return response


def _intent(name: object) -> Intent | None:
    try:
        return Intent(name)
    except ValueError:
        return None
