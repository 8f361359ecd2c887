"""Where notices to the clinic go: an e-mail address, a webhook, both or neither."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from bot.configuration.secret_store import WEBHOOK_SECRET
from bot.configuration.settings_error import SettingsError

#: What only the gateway may see: a password, and an address that can be a secret itself.
PRIVATE_VARIABLES = ("SMTP_URL", "WEBHOOK_URL")

_HOST = r"(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\])"
_PORT = r"(:(?P<port>[0-9]{1,5}))?"
_LOGIN = r"((?P<user>[^\s:@/]+):(?P<password>[^\s:@/]+)@)?"
_SMTP_URL = re.compile(rf"(?P<scheme>smtps?)://{_LOGIN}{_HOST}{_PORT}/?")
# No user name, no fragment, and nothing that two readers of URLs may take differently.
_WEBHOOK_URL = re.compile(rf"(?P<scheme>https?)://{_HOST}{_PORT}(?P<target>/[!-~]*)?")
_NOT_IN_A_TARGET = re.compile(r'[#\\"<>^`{|}]')

# Submission with STARTTLS (RFC 6409), and with TLS from the start (RFC 8314).
_SMTP_PORTS = {"smtp": 587, "smtps": 465}
_HTTP_PORTS = {"http": 80, "https": 443}

# Standard Webhooks 1.0.0, "Signature scheme": whsec_ and 24 to 64 random bytes in base64.
_WEBHOOK_KEY = re.compile(r"whsec_(?P<key>[A-Za-z0-9+/]+={0,2})")
_KEY_BYTES = range(24, 65)


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
class WebhookUrl:
    """The parts of a webhook's URL. `target` is path and query; `host` is without brackets."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)


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
        keys = tuple(secrets.get(WEBHOOK_SECRET, "").split())
        if self.webhook is None:
            return ()
        if not keys or not all(map(_is_webhook_key, keys)):
            raise SettingsError(
                f"{WEBHOOK_SECRET} must be whsec_ and 24 to 64 random bytes in base64 (openssl "
                "rand -base64 32 makes them), or several of these with spaces between: all sign"
            )
        return keys

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> NoticeSettings:
        """Read the settings.

        Raises:
            SettingsError: a variable has an unusable value, or others that it needs are missing.
        """
        allowed = environment.get("ALLOW_PRIVATE_WEBHOOK") or "0"
        if allowed not in ("0", "1"):
            raise SettingsError("ALLOW_PRIVATE_WEBHOOK must be 0 or 1")
        private = allowed == "1"
        url = environment.get("WEBHOOK_URL")
        return cls(
            email=_email(environment),
            webhook=_webhook_url(url, private) if url else None,
            allow_private_webhook=private,
        )


def _is_webhook_key(text: str) -> bool:
    match = _WEBHOOK_KEY.fullmatch(text)
    if not match:
        return False
    try:
        return len(base64.b64decode(match["key"], validate=True)) in _KEY_BYTES
    except ValueError:
        return False


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
    port = match and _port(match, _SMTP_PORTS)
    if not match or not port:
        raise SettingsError(
            "SMTP_URL must be smtp://[user:password@]host[:port] (STARTTLS) or smtps://..., "
            "with %40 for an @, %3A for a : and %2F for a / in user and password"
        )
    return SmtpServer(
        host=_host(match),
        port=port,
        encrypted=match["scheme"] == "smtps",
        user=unquote(match["user"]) if match["user"] else None,
        password=unquote(match["password"]) if match["password"] else None,
    )


def _webhook_url(url: str, private: bool) -> WebhookUrl:
    match = _WEBHOOK_URL.fullmatch(url)
    port = match and _port(match, _HTTP_PORTS)
    target = (match and match["target"]) or "/"
    if not match or not port or _NOT_IN_A_TARGET.search(target):
        raise SettingsError(
            "WEBHOOK_URL must be https://host[:port]/path, without a user name or a fragment"
        )
    if match["scheme"] != "https" and not private:
        raise SettingsError("WEBHOOK_URL must begin with https:// (see ALLOW_PRIVATE_WEBHOOK)")
    return WebhookUrl(scheme=match["scheme"], host=_host(match), port=port, target=target)


def _host(match: re.Match[str]) -> str:
    return match["host"].strip("[]").lower()


def _port(match: re.Match[str], usual: Mapping[str, int]) -> int | None:
    port = int(match["port"] or usual[match["scheme"]])
    return port if 1 <= port <= 65535 else None
