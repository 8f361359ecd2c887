"""Tells the clinic by a signed webhook."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from bot.configuration.webhook_settings import WebhookUrl
from bot.intake.delivery_limits import AttemptLimits
from bot.intake.outbox import Notice, SinkName
from bot.intake.sinks.signed_post import SignedPost
from bot.intake.sinks.sink import desk_link
from bot.intake.sinks.url_guard import UrlGuard


class WebhookSink:
    """Posts notices to one URL, at addresses that the guard has checked.

    Args:
        keys: `whsec_...`; each of them signs.
        public_url: where the desk is.
        trust: whose certificates are believed; by default as httpx has it.
    """

    name = SinkName.WEBHOOK

    def __init__(
        self,
        url: WebhookUrl,
        guard: UrlGuard,
        *,
        keys: Sequence[str],
        public_url: str,
        limits: AttemptLimits,
        trust: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._public_url = public_url
        self._post = SignedPost(
            url, guard, keys=keys, connect_seconds=limits.connect_seconds, trust=trust, now=now
        )

    async def send(self, notice: Notice) -> None:
        """Try once; see `Sink.send`."""
        await self._post.send(notice.id, self._body(notice))

    def _body(self, notice: Notice) -> str:
        """The same at every attempt: nothing but what the notice is about."""
        event = {
            "type": f"intake.{notice.event.value}",
            "timestamp": notice.created_at.astimezone(timezone.utc).isoformat(),
            "data": {
                "reference": notice.reference,
                "urgency": notice.urgency.value,
                "link": desk_link(self._public_url, notice.reference),
            },
        }
        return json.dumps(event, separators=(",", ":"))
