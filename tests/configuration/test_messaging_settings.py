"""By which gateways patients can text: read, and refused with one clear line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.messaging_settings import (
    TWILIO_API_URL,
    MessagingSettings,
    TwilioSettings,
)
from bot.configuration.secret_store import optional_secrets
from bot.configuration.settings_error import SettingsError

SID = "AC" + "0123456789abcdef" * 2
TWILIO = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_FROM": "+15550100150"}
WEBHOOK = {"MESSAGES_WEBHOOK_URL": "https://portal.clinic.test/in"}
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def read(**variables: str) -> MessagingSettings:
    return MessagingSettings.from_environment(variables)


def test_nothing_is_configured_by_default() -> None:
    settings = read()
    assert not settings.any
    assert settings.twilio_tokens({"TWILIO_AUTH_TOKEN": "left over"}) == ()
    assert settings.webhook_keys({"MESSAGES_WEBHOOK_SECRET": "left over"}) == ()
    assert read(**dict.fromkeys([*TWILIO, *WEBHOOK, "TWILIO_API_URL"], "")) == settings


def test_a_twilio_account() -> None:
    twilio = read(**TWILIO).twilio
    assert twilio is not None
    assert (twilio.account_sid, twilio.sms_number) == (SID, "+15550100150")
    assert (twilio.whatsapp_number, twilio.api_url) == (None, "https://api.twilio.com")
    assert not twilio.is_a_double


def test_a_whatsapp_number_and_a_double() -> None:
    more = {
        "TWILIO_WHATSAPP_FROM": "whatsapp:+15550100151",
        "TWILIO_API_URL": "http://localhost:1/",
    }
    twilio = read(**TWILIO, **more).twilio
    assert twilio is not None
    assert (twilio.whatsapp_number, twilio.api_url) == ("+15550100151", "http://localhost:1")
    assert twilio.is_a_double


def test_a_portal() -> None:
    settings = read(**WEBHOOK)
    assert settings.any
    assert settings.webhook is not None
    assert settings.webhook_keys({"MESSAGES_WEBHOOK_SECRET": f"{KEY} {KEY}"}) == (KEY, KEY)


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"TWILIO_ACCOUNT_SID": SID}, "TWILIO_FROM"),
        ({"TWILIO_FROM": "+15550100150"}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_WHATSAPP_FROM": "+15550100150"}, "TWILIO_ACCOUNT_SID"),
        ({**TWILIO, "TWILIO_ACCOUNT_SID": "AC12"}, "TWILIO_ACCOUNT_SID"),
        ({**TWILIO, "TWILIO_FROM": "555-0100"}, "TWILIO_FROM"),
        ({**TWILIO, "TWILIO_WHATSAPP_FROM": "me"}, "TWILIO_WHATSAPP_FROM"),
        ({**TWILIO, "TWILIO_API_URL": "http://api.twilio.com"}, "TWILIO_API_URL"),
        ({**TWILIO, "TWILIO_API_URL": "https://user:pass@x"}, "TWILIO_API_URL"),
        ({**TWILIO, "TWILIO_API_URL": "https://x:99999"}, "TWILIO_API_URL"),
        ({"MESSAGES_WEBHOOK_URL": "http://portal.clinic.test/in"}, "MESSAGES_WEBHOOK_URL"),
        ({"MESSAGES_WEBHOOK_URL": "portal"}, "MESSAGES_WEBHOOK_URL"),
    ],
)
def test_what_cannot_be_used_is_named(variables: dict[str, str], names: str) -> None:
    with pytest.raises(SettingsError, match=names) as caught:
        read(**variables)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("token", ["", " ", "short", "with\ttab-in-it", "añejo-token"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(SettingsError, match=r"^TWILIO_AUTH_TOKEN must be") as caught:
        read(**TWILIO).twilio_tokens({"TWILIO_AUTH_TOKEN": token})
    assert not token.strip() or token not in str(caught.value)


def test_two_tokens_while_one_replaces_the_other() -> None:
    tokens = read(**TWILIO).twilio_tokens({"TWILIO_AUTH_TOKEN": "new-token-1 old-token-1"})
    assert tokens == ("new-token-1", "old-token-1")


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"^MESSAGES_WEBHOOK_SECRET must be whsec_"):
        read(**WEBHOOK).webhook_keys({})


@given(st.text(max_size=60), st.sampled_from([*TWILIO, *WEBHOOK, "TWILIO_API_URL"]))
def test_whatever_a_variable_says_is_read_or_refused(text: str, name: str) -> None:
    try:
        read(**{**TWILIO, name: text})
    except SettingsError as error:
        assert name in str(error) or "TWILIO_ACCOUNT_SID and TWILIO_FROM" in str(error)


def test_the_secrets_come_from_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("TWILIO_AUTH_TOKEN=of-the-file\n")
    file.chmod(0o600)
    assert optional_secrets(file, {}) == {"TWILIO_AUTH_TOKEN": "of-the-file"}


def test_contents_are_at_twilio_or_with_the_double() -> None:
    real = TwilioSettings("AC" + "0" * 32, "+15550100150", None, TWILIO_API_URL)
    assert real.content_url == "https://content.twilio.com"
    double = replace(real, api_url="http://127.0.0.1:8090")
    assert double.content_url == "http://127.0.0.1:8090"
