"""By which gateways patients can text: Twilio, a signed webhook of a portal, both or neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.configuration.secret_store import MESSAGES_WEBHOOK_SECRET, TWILIO_AUTH_TOKEN
from bot.configuration.settings_error import SettingsError
from bot.configuration.webhook_settings import (
    WebhookUrl,
    private_webhooks_allowed,
    read_webhook_keys,
    read_webhook_url,
)

#: What only the gateway needs to see.
MESSAGING_VARIABLES = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_FROM",
    "TWILIO_WHATSAPP_FROM",
    "TWILIO_API_URL",
    "MESSAGES_WEBHOOK_URL",
)

#: Twilio's own API.
TWILIO_API_URL = "https://api.twilio.com"

#: Where Twilio keeps the buttons and lists of WhatsApp.
_CONTENT_URL = "https://content.twilio.com"

# "AC" and 32 hexadecimal digits (twilio.com/docs/glossary/what-is-a-sid).
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
# E.164, or a short code of five or six digits.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{5,6}")
_API_URL = re.compile(r"https?://[^\s/?#@]+")
_TOKEN = re.compile(r"[!-~]{8,256}")

#: Where a plain-HTTP API may be: on this machine only.
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class TwilioSettings:
    """The account, and the clinic's own numbers; None is a channel that is not offered."""

    account_sid: str
    sms_number: str
    whatsapp_number: str | None
    api_url: str

    @property
    def is_a_double(self) -> bool:
        """Whether texts go somewhere else than to Twilio."""
        return self.api_url != TWILIO_API_URL

    @property
    def content_url(self) -> str:
        """Twilio's Content API, or that of what stands in for it."""
        return self.api_url if self.is_a_double else _CONTENT_URL


@dataclass(frozen=True)
class MessagingSettings:
    """What is configured; None is not.

    `webhook` gets the answers to what a portal or another gateway posts to `/webhooks/messages`.
    """

    twilio: TwilioSettings | None
    webhook: WebhookUrl | None
    allow_private_webhook: bool

    @property
    def any(self) -> bool:
        """Whether anybody can text at all."""
        return self.twilio is not None or self.webhook is not None

    def twilio_tokens(self, secrets: Mapping[str, str]) -> tuple[str, ...]:
        """What signs Twilio's calls, none without Twilio. The first one is ours to sign in with.

        Two while one replaces the other.

        Args:
            secrets: by name.

        Raises:
            SettingsError: there is a Twilio account, and TWILIO_AUTH_TOKEN is no token.
        """
        if self.twilio is None:
            return ()
        tokens = tuple(secrets.get(TWILIO_AUTH_TOKEN, "").split())
        if not tokens or not all(map(_TOKEN.fullmatch, tokens)):
            raise SettingsError(
                f"{TWILIO_AUTH_TOKEN} must be the auth token of the Twilio account (Console, "
                "Account, API keys & tokens), or the new one and the old one with a space between"
            )
        return tokens

    def webhook_keys(self, secrets: Mapping[str, str]) -> tuple[str, ...]:
        """The keys that sign in both directions, none without a webhook.

        Args:
            secrets: by name.

        Raises:
            SettingsError: there is a webhook, and MESSAGES_WEBHOOK_SECRET is no list of keys.
        """
        if self.webhook is None:
            return ()
        return read_webhook_keys(MESSAGES_WEBHOOK_SECRET, secrets.get(MESSAGES_WEBHOOK_SECRET, ""))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> MessagingSettings:
        """Read the settings.

        Raises:
            SettingsError: a variable has an unusable value, or others that it needs are missing.
        """
        private = private_webhooks_allowed(environment)
        name = "MESSAGES_WEBHOOK_URL"
        url = environment.get(name)
        return cls(
            twilio=_twilio(environment),
            webhook=read_webhook_url(name, url, private=private) if url else None,
            allow_private_webhook=private,
        )


def _twilio(environment: Mapping[str, str]) -> TwilioSettings | None:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_FROM")
    missing = [name for name in names if not environment.get(name)]
    if missing:
        given = [name for name in MESSAGING_VARIABLES[:4] if environment.get(name)]
        if given:
            raise SettingsError(f"{' and '.join(names)} go together: set {', '.join(missing)} too")
        return None
    sid = environment["TWILIO_ACCOUNT_SID"]
    if not _ACCOUNT_SID.fullmatch(sid):
        raise SettingsError("TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits")
    whatsapp = "TWILIO_WHATSAPP_FROM"
    return TwilioSettings(
        account_sid=sid,
        sms_number=_number(environment, "TWILIO_FROM"),
        whatsapp_number=_number(environment, whatsapp) if environment.get(whatsapp) else None,
        api_url=_api_url(environment),
    )


def _number(environment: Mapping[str, str], name: str) -> str:
    number = environment[name].removeprefix("whatsapp:")
    if not _NUMBER.fullmatch(number):
        raise SettingsError(f"{name} must be a number as +15551234567, or a short code")
    return number


def _api_url(environment: Mapping[str, str]) -> str:
    url = (environment.get("TWILIO_API_URL") or TWILIO_API_URL).rstrip("/")
    if not _API_URL.fullmatch(url):
        raise SettingsError("TWILIO_API_URL must be https://host[:port] and nothing more")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise SettingsError("TWILIO_API_URL must be https://host[:port]") from None
    # The account's token goes there with every text.
    if parts.scheme != "https" and host not in _LOOPBACK:
        raise SettingsError("TWILIO_API_URL must begin with https:// unless it is on this machine")
    return url
