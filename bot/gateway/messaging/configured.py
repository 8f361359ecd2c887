"""The gateways that this installation sends by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.configuration.settings import Settings
from bot.gateway.limits import TextingLimits
from bot.gateway.messaging.adapter import GatewayName, OutboundAdapter
from bot.gateway.messaging.signed_json_client import SignedJsonClient
from bot.gateway.messaging.twilio_client import TwilioClient
from bot.intake.sinks.signed_post import SignedPost
from bot.intake.sinks.url_guard import UrlGuard


class SendingClient(OutboundAdapter, Protocol):
    """The sending half of a gateway, with connections that somebody has to close."""

    async def close(self) -> None:
        """Close the connections."""


def configured_clients(
    settings: Settings, secrets: Mapping[str, str], limits: TextingLimits
) -> dict[GatewayName, SendingClient]:
    """What the settings name: Twilio, a signed webhook, both or neither.

    Raises:
        SettingsError: a secret of a configured gateway cannot be used.
    """
    messaging = settings.messaging
    connect_seconds = limits.attempts.connect_seconds
    clients: dict[GatewayName, SendingClient] = {}
    if messaging.twilio is not None:
        clients[GatewayName.TWILIO] = TwilioClient(
            messaging.twilio,
            messaging.twilio_tokens(secrets)[0],
            public_url=settings.public_url,
            lookup=limits.lookup,
            contents=limits.contents,
            connect_seconds=connect_seconds,
        )
    if messaging.webhook is not None:
        post = SignedPost(
            messaging.webhook,
            UrlGuard(allow_private=messaging.allow_private_webhook),
            keys=messaging.webhook_keys(secrets),
            connect_seconds=connect_seconds,
        )
        clients[GatewayName.SIGNED_JSON] = SignedJsonClient(post)
    return clients
