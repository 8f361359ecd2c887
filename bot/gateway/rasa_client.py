"""Speaks to Rasa's loopback channel (bot/nlu/loopback_channel.py)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
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

    async def _ask(self, call: str, body: dict[str, Any]) -> tuple[Any, Danger | None]:
        """What Rasa answers, and the danger that it understood."""
        response = await self._post(call, body)
        try:
            content: Any = response.json()
            return content, _danger(content.get("intent"), content.get(DANGER_KEY))
        except (ValueError, AttributeError, RecursionError):
            raise RasaError(FallbackReason.BAD_BODY) from None

    async def _post(self, call: str, body: dict[str, Any]) -> httpx.Response:
        try:
            response = await self._client.post(f"{_CHANNEL}/{call}", json=body)
        except httpx.HTTPError:
            raise RasaError(FallbackReason.UNREACHABLE) from None
        if response.status_code != 200:
            raise RasaError(FallbackReason.BAD_STATUS)
        return response


def _danger(intent: object, described: object) -> Danger | None:
    """The danger that Rasa describes; a general one if it only names the intent."""
    try:
        return Danger.parse_obj(described)
    except ValidationError:
        return _GENERAL_DANGERS.get(intent) if isinstance(intent, str) else None
