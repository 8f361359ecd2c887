"""Settings: a default for each, and one clear line for what cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.configuration.settings import Settings, SettingsError


def test_every_setting_has_a_default() -> None:
    settings = Settings.from_environment({})

    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert settings.rasa_url == "http://127.0.0.1:5005"
    assert settings.action_url == "http://127.0.0.1:5055"
    assert settings.database_url.startswith("sqlite:////")
    assert settings.tracker_url != settings.database_url
    assert settings.trusted_proxies == ()
    assert settings.clinic_file.is_file()


def test_empty_variables_count_as_unset() -> None:
    names = ("BOT_VAR", "PORT", "HOST", "DATABASE_URL", "PUBLIC_URL", "CLINIC_FILE", "MODEL_FILE")

    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings.from_environment({})


def test_everything_is_below_the_chosen_folder(tmp_path: Path) -> None:
    settings = Settings.from_environment({"BOT_VAR": str(tmp_path)})

    assert settings.secrets_file.parent == settings.alerts_folder.parent == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/assistant.db"
    assert settings.tracker_url == f"sqlite:///{tmp_path}/tracker.db"


def test_conversations_follow_to_postgresql() -> None:
    url = "postgresql+psycopg2://db.test/assistant"

    settings = Settings.from_environment({"DATABASE_URL": url})

    assert (settings.database_url, settings.tracker_url) == (url, url)


def test_public_url_and_proxies_are_read() -> None:
    settings = Settings.from_environment(
        {"PUBLIC_URL": "https://chat.clinic.test/", "TRUSTED_PROXIES": "10.0.0.1  fd00::/8"}
    )

    assert settings.public_url == "https://chat.clinic.test"
    assert settings.trusted_proxies == ("10.0.0.1", "fd00::/8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("RASA_PORT", "-1"),
        ("ACTION_PORT", "http"),
        ("PORT", "²"),
        ("PORT", "8" * 5000),
        ("DATABASE_URL", "mysql://db.test/x"),
        ("DATABASE_URL", "postgresql"),
        ("DATABASE_URL", "postgres://user:hush@db.test/x"),
        ("PUBLIC_URL", "chat.clinic.test"),
        ("PUBLIC_URL", "https://chat.clinic.test/path"),
        ("PUBLIC_URL", "https://user:hush@chat.clinic.test"),
        ("TRUSTED_PROXIES", "proxy.clinic.test"),
    ],
)
def test_what_cannot_be_used_is_named_but_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} ") as caught:
        Settings.from_environment({name: value})
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)
