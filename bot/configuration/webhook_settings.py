"""A webhook of ours: where it is, and the keys that sign what it gets."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.configuration.settings_error import SettingsError

#: Set to 1, webhooks may be on this machine or in a private network, and without TLS.
ALLOW_PRIVATE_WEBHOOK = "ALLOW_PRIVATE_WEBHOOK"

HOST_PATTERN = r"(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\])"
PORT_PATTERN = r"(:(?P<port>[0-9]{1,5}))?"
# No user name, no fragment, and nothing that two readers of URLs may take differently.
_WEBHOOK_URL = re.compile(rf"(?P<scheme>https?)://{HOST_PATTERN}{PORT_PATTERN}(?P<target>/[!-~]*)?")
_NOT_IN_A_TARGET = re.compile(r'[#\\"<>^`{|}]')

_HTTP_PORTS = {"http": 80, "https": 443}

# Standard Webhooks 1.0.0, "Signature scheme": whsec_ and 24 to 64 random bytes in base64.
_WEBHOOK_KEY = re.compile(r"whsec_(?P<key>[A-Za-z0-9+/]+={0,2})")
_KEY_BYTES = range(24, 65)


@dataclass(frozen=True)
class WebhookUrl:
    """The parts of a webhook's URL. `target` is path and query; `host` is without brackets."""

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)


def private_webhooks_allowed(environment: Mapping[str, str]) -> bool:
    """Whether webhooks may be on this machine or in a private network.

    Raises:
        SettingsError: the variable is neither 0 nor 1.
    """
    allowed = environment.get(ALLOW_PRIVATE_WEBHOOK) or "0"
    if allowed not in ("0", "1"):
        raise SettingsError(f"{ALLOW_PRIVATE_WEBHOOK} must be 0 or 1")
    return allowed == "1"


def read_webhook_url(name: str, url: str, *, private: bool) -> WebhookUrl:
    """The parts of the URL in the variable `name`.

    Raises:
        SettingsError: it is no URL that a webhook can have.
    """
    match = _WEBHOOK_URL.fullmatch(url)
    port = match and port_of(match, _HTTP_PORTS)
    target = (match and match["target"]) or "/"
    if not match or not port or _NOT_IN_A_TARGET.search(target):
        raise SettingsError(
            f"{name} must be https://host[:port]/path, without a user name or a fragment"
        )
    if match["scheme"] != "https" and not private:
        raise SettingsError(f"{name} must begin with https:// (see {ALLOW_PRIVATE_WEBHOOK})")
    return WebhookUrl(scheme=match["scheme"], host=host_of(match), port=port, target=target)


def read_webhook_keys(name: str, text: str) -> tuple[str, ...]:
    """The keys in the secret `name`, several while one replaces another.

    Raises:
        SettingsError: there is none, or one is no key.
    """
    keys = tuple(text.split())
    if not keys or not all(map(_is_webhook_key, keys)):
        raise SettingsError(
            f"{name} must be whsec_ and 24 to 64 random bytes in base64 (openssl "
            "rand -base64 32 makes them), or several of these with spaces between: all sign"
        )
    return keys


def host_of(match: re.Match[str]) -> str:
    """The host that `HOST_PATTERN` found, without brackets."""
    return match["host"].strip("[]").lower()


def port_of(match: re.Match[str], usual: Mapping[str, int]) -> int | None:
    """The port that `PORT_PATTERN` found, or the scheme's usual one; None if it is none."""
    port = int(match["port"] or usual[match["scheme"]])
    return port if 1 <= port <= 65535 else None


def _is_webhook_key(text: str) -> bool:
    match = _WEBHOOK_KEY.fullmatch(text)
    if not match:
        return False
    try:
        return len(base64.b64decode(match["key"], validate=True)) in _KEY_BYTES
    except ValueError:
        return False
