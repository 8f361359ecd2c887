"""The settings of one installation, from the environment. Every one has a working default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from bot.configuration.clinic import CLINIC_FILE
from bot.configuration.messaging_settings import MessagingSettings
from bot.configuration.notice_settings import NoticeSettings

# Under this name for all who read settings.
from bot.configuration.settings_error import SettingsError as SettingsError

ROOT = Path(__file__).parents[2]

#: The name of our channel in Rasa, in its address as in its trackers.
LOOPBACK_CHANNEL = "loopback"


@dataclass(frozen=True)
class Settings:
    """Where this installation keeps things and which addresses it uses.

    `public_url` is how browsers reach the gateway; `trusted_proxies` are the addresses
    or networks whose X-Forwarded-For is believed; `notices` is how the clinic is told of requests;
    `messaging` is by which gateways patients can text.
    """

    var: Path
    clinic_file: Path
    model: Path
    host: str
    port: int
    rasa_port: int
    action_port: int
    database_url: str
    tracker_url: str
    public_url: str
    trusted_proxies: tuple[str, ...]
    notices: NoticeSettings
    messaging: MessagingSettings

    @property
    def rasa_url(self) -> str:
        """Rasa, on this machine only."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def action_url(self) -> str:
        """The action server, on this machine only."""
        return f"http://127.0.0.1:{self.action_port}"

    @property
    def secrets_file(self) -> Path:
        """Where local secrets are kept."""
        return self.var / "secrets.env"

    @property
    def alerts_folder(self) -> Path:
        """Where alerts wait that the database could not take."""
        return self.var / "alerts"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings.

        Raises:
            SettingsError: a variable has an unusable value; names the variable.
        """
        var = Path(environment.get("BOT_VAR") or ROOT / "var").resolve()
        port = _port(environment, "PORT", 8080)
        database_url = environment.get("DATABASE_URL") or f"sqlite:///{var / 'assistant.db'}"
        if not re.match(r"sqlite:///|postgresql(\+\w+)?://", database_url):
            raise SettingsError("DATABASE_URL must start with sqlite:/// or postgresql://")
        own_tracker = database_url if database_url.startswith("postgresql") else None
        return cls(
            var=var,
            clinic_file=Path(environment.get("CLINIC_FILE") or CLINIC_FILE),
            model=Path(environment.get("MODEL_FILE") or ROOT / "models" / "assistant.tar.gz"),
            host=environment.get("HOST") or "127.0.0.1",
            port=port,
            rasa_port=_port(environment, "RASA_PORT", 5005),
            action_port=_port(environment, "ACTION_PORT", 5055),
            database_url=database_url,
            tracker_url=own_tracker or f"sqlite:///{var / 'tracker.db'}",
            public_url=_public_url(environment, port),
            trusted_proxies=_trusted_proxies(environment),
            notices=NoticeSettings.from_environment(environment),
            messaging=MessagingSettings.from_environment(environment),
        )


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{name} must be a port number from 1 to 65535")
    return int(text)


def _public_url(environment: Mapping[str, str], port: int) -> str:
    url = (environment.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    if not re.fullmatch(r"https?://[^\s/?#@]+", url):
        raise SettingsError("PUBLIC_URL must be http(s)://host[:port] and nothing more")
    return url


def _trusted_proxies(environment: Mapping[str, str]) -> tuple[str, ...]:
    proxies = tuple(environment.get("TRUSTED_PROXIES", "").split())
    try:
        for proxy in proxies:
            ip_network(proxy, strict=False)
    except ValueError:
        raise SettingsError(
            "TRUSTED_PROXIES must be IP addresses or networks, with spaces between"
        ) from None
    return proxies
