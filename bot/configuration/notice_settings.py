"""Where notices to the clinic go: an e-mail address, a webhook, both or neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from bot.configuration.secret_store import WEBHOOK_SECRET
from bot.configuration.settings_error import SettingsError
from bot.configuration.webhook_settings import (
    HOST_PATTERN,
    PORT_PATTERN,
    WebhookUrl,
    host_of,
    port_of,
    private_webhooks_allowed,
    read_webhook_keys,
    read_webhook_url,
)

#: What only the gateway may see: a password, and an address that can be a secret itself.
PRIVATE_VARIABLES = ("SMTP_URL", "WEBHOOK_URL")

_LOGIN = r"((?P<user>[^\s:@/]+):(?P<password>[^\s:@/]+)@)?"
_SMTP_URL = re.compile(rf"(?P<scheme>smtps?)://{_LOGIN}{HOST_PATTERN}{PORT_PATTERN}/?")

# Submission with STARTTLS (RFC 6409), and with TLS from the start (RFC 8314).
_SMTP_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class SmtpServer:
    """A mail server: `encrypted` from the first byte (smtps), or by STARTTLS (smtp)."""

    host: str
    port: int
    encrypted: bool
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class EmailSettings:
    """Who gets notices by e-mail, from whom, through which server."""

    to: str
    sender: str
    server: SmtpServer


@dataclass(frozen=True)
class NoticeSettings:
    """Where notices go; None is not configured.

    `allow_private_webhook`: the webhook may be on this machine or in a private network, and
    without TLS. For trying it out and for tests.
    """

    email: EmailSettings | None
    webhook: WebhookUrl | None
    allow_private_webhook: bool

    @property
    def any(self) -> bool:
        """Whether anybody gets a notice at all."""
        return self.email is not None or self.webhook is not None

    def webhook_keys(self, secrets: Mapping[str, str]) -> tuple[str, ...]:
        """The keys that sign the webhook, none without one. Several while one replaces another.

        Args:
            secrets: by name.

        Raises:
            SettingsError: there is a webhook, and WEBHOOK_SECRET is no list of keys.
        """
        if self.webhook is None:
            return ()
        return read_webhook_keys(WEBHOOK_SECRET, secrets.get(WEBHOOK_SECRET, ""))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> NoticeSettings:
        """Read the settings.

        Raises:
            SettingsError: a variable has an unusable value, or others that it needs are missing.
        """
        private = private_webhooks_allowed(environment)
        url = environment.get("WEBHOOK_URL")
        return cls(
            email=_email(environment),
            webhook=read_webhook_url("WEBHOOK_URL", url, private=private) if url else None,
            allow_private_webhook=private,
        )


def _email(environment: Mapping[str, str]) -> EmailSettings | None:
    names = ("NOTICE_EMAIL_TO", "NOTICE_EMAIL_FROM", "SMTP_URL")
    missing = [name for name in names if not environment.get(name)]
    if len(missing) == len(names):
        return None
    if missing:
        raise SettingsError(f"{', '.join(names)} go together: set {', '.join(missing)} too")
    to, sender, url = (environment[name] for name in names)
    return EmailSettings(
        to=_address("NOTICE_EMAIL_TO", to),
        sender=_address("NOTICE_EMAIL_FROM", sender),
        server=_smtp_server(url),
    )


def _address(name: str, text: str) -> str:
    try:
        # test_environment: a name that ends in .test is as good as another in a setting.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        found = None
    # Not every mail server takes an address beyond ASCII (RFC 6531).
    if found is None or found.ascii_email is None:
        raise SettingsError(f"{name} must be one e-mail address, in ASCII before the @")
    return found.ascii_email


def _smtp_server(url: str) -> SmtpServer:
    match = _SMTP_URL.fullmatch(url)
    port = match and port_of(match, _SMTP_PORTS)
    if not match or not port:
        raise SettingsError(
            "SMTP_URL must be smtp://[user:password@]host[:port] (STARTTLS) or smtps://..., "
            "with %40 for an @, %3A for a : and %2F for a / in user and password"
        )
    return SmtpServer(
        host=host_of(match),
        port=port,
        encrypted=match["scheme"] == "smtps",
        user=unquote(match["user"]) if match["user"] else None,
        password=unquote(match["password"]) if match["password"] else None,
    )
