"""Where notices go: read from the environment, refused in one clear line, never printed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.notice_settings import (
    EmailSettings,
    NoticeSettings,
    SmtpServer,
    WebhookUrl,
)
from bot.configuration.secret_store import optional_secrets
from bot.configuration.settings import Settings, SettingsError

EMAIL = {
    "NOTICE_EMAIL_TO": "desk@clinic.test",
    "NOTICE_EMAIL_FROM": "assistant@clinic.test",
    "SMTP_URL": "smtp://mail.clinic.test",
}
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def read(**environment: str) -> NoticeSettings:
    return Settings.from_environment(environment).notices


def server(url: str) -> SmtpServer:
    email = read(**{**EMAIL, "SMTP_URL": url}).email
    assert email
    return email.server


def test_nothing_is_configured_by_default() -> None:
    for found in (read(), read(**dict.fromkeys([*EMAIL, "WEBHOOK_URL"], ""))):
        assert found == NoticeSettings(email=None, webhook=None, allow_private_webhook=False)
        assert not found.any


def test_email_is_read() -> None:
    found = read(**EMAIL)

    assert found.email == EmailSettings(
        to="desk@clinic.test",
        sender="assistant@clinic.test",
        server=SmtpServer(host="mail.clinic.test", port=587, encrypted=False),
    )
    assert found.any


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://mail.clinic.test", ("mail.clinic.test", 465, True, None, None)),
        ("smtp://10.0.0.5:2525/", ("10.0.0.5", 2525, False, None, None)),
        ("smtp://[::1]:25", ("::1", 25, False, None, None)),
        (
            "smtps://desk%40clinic.test:p%40ss%2Fword%3A1@Mail.Clinic.Test:4650",
            ("mail.clinic.test", 4650, True, "desk@clinic.test", "p@ss/word:1"),
        ),
    ],
)
def test_a_mail_server_is_read(url: str, expected: tuple[object, ...]) -> None:
    found = server(url)
    assert (found.host, found.port, found.encrypted, found.user, found.password) == expected


@pytest.mark.parametrize("missing", list(EMAIL))
def test_the_three_of_email_go_together(missing: str) -> None:
    given = {name: value for name, value in EMAIL.items() if name != missing}
    with pytest.raises(SettingsError, match=f"go together: set {missing} too"):
        read(**given)


@pytest.mark.parametrize(
    "url",
    [
        "mail.clinic.test",
        "http://mail.clinic.test",
        "smtp://",
        "smtp://mail.clinic.test:0",
        "smtp://mail.clinic.test:65536",
        "smtp://mail.clinic.test:99999999999999999999",
        "smtp://hush@mail.clinic.test",
        "smtp://user:hu@sh@mail.clinic.test",
        "smtp://user:hush@mail.clinic.test/path",
        "smtp://user:hush@mail.clinic.test?x=1",
        "smtp://user:hush@ mail.clinic.test",
        "smtp://-mail.test",
        "smtp://mail.clinic.test\n",
    ],
)
def test_a_mail_server_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^SMTP_URL must be smtp://") as caught:
        server(url)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["NOTICE_EMAIL_TO", "NOTICE_EMAIL_FROM"])
@pytest.mark.parametrize(
    "address",
    ["desk", "desk@", "desk@localhost", "a@b.test, c@d.test", "Desk <a@b.test>", "ä@b.test"],
)
def test_an_address_that_cannot_be_used_is_named(name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must be one e-mail address"):
        read(**{**EMAIL, name: address})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hooks.clinic.test", ("hooks.clinic.test", 443, "/")),
        (
            "https://Hooks.Clinic.Test:8443/a/b?c=d&e=%20",
            ("hooks.clinic.test", 8443, "/a/b?c=d&e=%20"),
        ),
        ("https://93.184.216.34/x@y", ("93.184.216.34", 443, "/x@y")),
        ("https://[2606:4700::1]/", ("2606:4700::1", 443, "/")),
    ],
)
def test_a_webhook_is_read(url: str, expected: tuple[object, ...]) -> None:
    found = read(WEBHOOK_URL=url).webhook
    assert found
    assert found.scheme == "https"
    assert (found.host, found.port, found.target) == expected


@pytest.mark.parametrize(
    "url",
    [
        "hooks.clinic.test",
        "ftp://hooks.clinic.test/",
        "https:///hush",
        "https://user:hush@hooks.clinic.test/",
        "https://user@hooks.clinic.test/",
        "https://hooks.clinic.test\\@evil.test/hush",
        "https://hooks.clinic.test/#hush",
        "https://hooks.clinic.test/a b",
        "https://hooks.clinic.test/ü",
        "https://hooks.clinic.test?hush",
        "https://hooks.clinic.test:0/",
        "https://hooks.clinic.test:70000/",
        "https://hooks.clinic.test/\r\nHost: evil",
        "https://[fe80::1%eth0]/",
    ],
)
def test_a_webhook_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^WEBHOOK_URL must be") as caught:
        read(WEBHOOK_URL=url)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@given(
    st.from_regex(
        r"https://[a-z0-9.\-@:\[\]%\\/]{0,20}(:[0-9]{0,6})?(/[ -\u00ff]{0,20})?", fullmatch=True
    )
)
def test_whoever_reads_a_webhook_that_is_taken_finds_the_same_host(url: str) -> None:
    try:
        found = read(WEBHOOK_URL=url).webhook
    except SettingsError:
        return
    assert found
    for other in (urlsplit(url), httpx.URL(url)):
        assert str(getattr(other, "hostname", None) or getattr(other, "host", "")) == found.host
        assert (other.port or 443) == found.port


def test_a_webhook_without_tls_is_for_trying_out_only() -> None:
    url = "http://127.0.0.1:9000/hook"
    with pytest.raises(SettingsError, match="must begin with https://"):
        read(WEBHOOK_URL=url)

    found = read(WEBHOOK_URL=url, ALLOW_PRIVATE_WEBHOOK="1")

    assert found.allow_private_webhook
    assert found.webhook == WebhookUrl("http", "127.0.0.1", 9000, "/hook")


@pytest.mark.parametrize("value", ["yes", "true", "2"])
def test_allowing_private_webhooks_is_said_with_1(value: str) -> None:
    with pytest.raises(SettingsError, match=r"^ALLOW_PRIVATE_WEBHOOK must be 0 or 1"):
        read(ALLOW_PRIVATE_WEBHOOK=value)


def test_no_password_and_no_webhook_address_is_printed() -> None:
    settings = Settings.from_environment(
        {
            **EMAIL,
            "SMTP_URL": "smtps://nurse:hush@mail.clinic.test",
            "WEBHOOK_URL": "https://hooks.clinic.test/services/hush",
        }
    )
    assert "hush" not in repr(settings)
    assert "nurse" not in repr(settings)


def test_a_webhook_needs_keys_and_nothing_else_does() -> None:
    hook = read(WEBHOOK_URL="https://hooks.clinic.test/")
    assert hook.webhook_keys({"WEBHOOK_SECRET": KEY}) == (KEY,)
    assert hook.webhook_keys({"WEBHOOK_SECRET": f" {KEY}  {KEY} "}) == (KEY, KEY)
    assert read(**EMAIL).webhook_keys({}) == ()
    assert read(**EMAIL).webhook_keys({"WEBHOOK_SECRET": "left over"}) == ()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "hush",
        "whsec_",
        "whsec_aHVzaA==",
        f"whsec_{'A' * 88}",
        f"whsec_{'A' * 31}",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!!",
        f"{KEY} hush",
        f"{KEY},{KEY}",
    ],
)
def test_keys_that_cannot_be_used_are_not_repeated(secret: str) -> None:
    hook = read(WEBHOOK_URL="https://hooks.clinic.test/")
    with pytest.raises(SettingsError, match=r"^WEBHOOK_SECRET must be whsec_") as caught:
        hook.webhook_keys({"WEBHOOK_SECRET": secret})
    assert "hush" not in str(caught.value)


def test_the_webhook_secret_may_be_missing_or_in_the_file_or_in_the_environment(
    tmp_path: Path,
) -> None:
    file = tmp_path / "secrets.env"
    assert optional_secrets(file, {}) == {}

    file.write_text(f"LOOPBACK_SECRET=other\nWEBHOOK_SECRET={KEY}\n")
    file.chmod(0o600)

    assert optional_secrets(file, {}) == {"WEBHOOK_SECRET": KEY}
    assert optional_secrets(file, {"WEBHOOK_SECRET": "mine"}) == {"WEBHOOK_SECRET": "mine"}
    assert optional_secrets(file, {"WEBHOOK_SECRET": ""}) == {"WEBHOOK_SECRET": KEY}
