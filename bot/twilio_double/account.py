"""The account that the double has: the same values as the gateway is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.configuration.messaging_settings import MessagingSettings, TwilioSettings
from bot.configuration.secret_store import TWILIO_AUTH_TOKEN

#: What `make run TEXTS=double` gives the gateway.
ACCOUNT_FILE = Path(__file__).parents[2] / "deploy" / "twilio-double.env"


@dataclass(frozen=True)
class DoubleAccount:
    """The account's settings, and the token that signs."""

    settings: TwilioSettings
    token: str = field(repr=False)

    @classmethod
    def read(cls, environment: Mapping[str, str], file: Path = ACCOUNT_FILE) -> DoubleAccount:
        """The values of the file, or of the environment where it names its own.

        Raises:
            SettingsError: they are no account.
        """
        lines = file.read_text(encoding="utf-8").splitlines()
        pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
        values = {name: environment.get(name) or value for name, _, value in pairs}
        messaging = MessagingSettings.from_environment(values)
        assert messaging.twilio is not None
        return cls(messaging.twilio, messaging.twilio_tokens(values)[0])

    def lines(self, port: int) -> tuple[str, ...]:
        """What the gateway's environment has to say, one NAME=value a line."""
        twilio = self.settings
        return (
            f"TWILIO_ACCOUNT_SID={twilio.account_sid}",
            f"{TWILIO_AUTH_TOKEN}={self.token}",
            f"TWILIO_FROM={twilio.sms_number}",
            f"TWILIO_WHATSAPP_FROM={twilio.whatsapp_number or ''}",
            f"TWILIO_API_URL=http://127.0.0.1:{port}",
        )
