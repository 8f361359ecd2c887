"""The command line as a person types it: help, and one clear line for what is wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.configuration.secret_store import SECRET_NAMES
from bot.supervisor.production_rules import Refusal
from tests.databases import DATA_KEY, INDEX_KEY
from tests.ports import free_ports

ROOT = Path(__file__).parents[2]

SECRETS = dict(zip(SECRET_NAMES, ("kept-between-both", DATA_KEY, INDEX_KEY), strict=True))

#: What takes long to import.
_HEAVY = {"numpy", "onnxruntime", "rasa", "sklearn", "spacy", "sqlalchemy", "tensorflow"}

#: Every objection but one.
ACCEPTED = [refusal.value for refusal in Refusal if refusal is not Refusal.MISSING_SECRETS]


def bot(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in SECRET_NAMES}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """An installation of its own, with a model that is there and ports that are free."""
    (tmp_path / "model.tar.gz").write_bytes(b"")
    ports = map(str, free_ports(3))
    return {
        "BOT_VAR": str(tmp_path / "var"),
        "MODEL_FILE": str(tmp_path / "model.tar.gz"),
        **dict(zip(("PORT", "RASA_PORT", "ACTION_PORT"), ports, strict=True)),
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], "serve"),
        (["serve", "--help"], "DATABASE_URL"),
        (["classify", "--help"], "runner_up"),
        (["content", "--help"], "check"),
        (["content", "check", "--help"], "file and line"),
        (["safety", "--help"], "report"),
        (["safety", "report", "--help"], "--screen-only"),
        (["thresholds", "--help"], "--safety"),
        (["keys", "--help"], "rotate"),
        (["keys", "rotate", "--help"], "goes on when it is run again"),
        (["privacy", "--help"], "purge"),
        (["privacy", "export", "--help"], "history"),
        (["privacy", "erase", "--help"], "there is no way back"),
        (["privacy", "purge", "--help"], "RETENTION_FILE"),
    ],
)
def test_help_is_everywhere_and_loads_nothing_heavy(arguments: list[str], words: str) -> None:
    result = bot(*arguments, PYTHONPROFILEIMPORTTIME="1")

    assert result.returncode == 0
    assert words in result.stdout
    modules = [line.rpartition("|")[2].strip() for line in result.stderr.splitlines()]
    assert "bot" in modules
    assert _HEAVY.isdisjoint(modules)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["dance"], "invalid choice: 'dance'"),
        (["serve", "--fast"], "unrecognized arguments: --fast"),
        (["content"], "COMMAND"),
        (["classify"], "FILE.csv"),
        (["safety"], "COMMAND"),
        (["keys"], "COMMAND"),
        (["privacy"], "COMMAND"),
        (["privacy", "export"], "--contact --reference"),
        (["thresholds"], "FILE.csv"),
        (["serve", "--accept", "sqlite"], "--accept goes with --production"),
        (["serve", "--production", "--accept", "anything"], "does not know anything"),
    ],
)
def test_a_wrong_argument_gets_one_line(arguments: list[str], words: str) -> None:
    result = bot(*arguments)

    assert_refused_in_one_line(result, words)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "many", "PORT must be a port number"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL must start with"),
        ("MODEL_FILE", "nowhere.tar.gz", "run make train"),
        ("CLINIC_FILE", "nowhere.yml", "nowhere.yml:1: cannot be read"),
    ],
)
def test_serve_with_a_setting_that_cannot_be_used(
    installation: dict[str, str], name: str, value: str, words: str
) -> None:
    result = bot("serve", **{**installation, name: value})

    assert_refused_in_one_line(result, words)
    assert not Path(installation["BOT_VAR"]).exists()


def test_serve_with_a_port_that_is_taken(installation: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(installation["RASA_PORT"])))
        other.listen()

        result = bot("serve", **installation)

    assert_refused_in_one_line(result, f"port {installation['RASA_PORT']} for the Rasa server")
    assert not Path(installation["BOT_VAR"]).exists()


def test_serve_with_secrets_that_others_can_read(installation: dict[str, str]) -> None:
    var = Path(installation["BOT_VAR"])
    var.mkdir()
    (var / "secrets.env").write_text("LOOPBACK_SECRET=hush\n")
    (var / "secrets.env").chmod(0o644)

    result = bot("serve", **installation)

    assert_refused_in_one_line(result, "chmod 600")
    assert "hush" not in result.stderr


def test_serve_with_a_webhook_that_nothing_signs(installation: dict[str, str]) -> None:
    result = bot("serve", **installation, WEBHOOK_URL="https://hooks.clinic.test/services/hush")

    assert_refused_in_one_line(result, "WEBHOOK_SECRET must be whsec_")
    assert "hush" not in result.stderr
    assert not Path(installation["BOT_VAR"]).exists()


def test_serve_with_a_mail_server_that_cannot_be_read(installation: dict[str, str]) -> None:
    email = {"NOTICE_EMAIL_TO": "desk@clinic.test", "NOTICE_EMAIL_FROM": "bot@clinic.test"}
    result = bot("serve", **installation, **email, SMTP_URL="smtp://user:hush@")

    assert_refused_in_one_line(result, "SMTP_URL must be smtp://")
    assert "hush" not in result.stderr


@pytest.mark.parametrize("options", [[], ["--production", "--accept", *ACCEPTED]])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATA_KEYS", "hush", "DATA_KEYS cannot be used: a data key is not 32 bytes long"),
        ("INDEX_KEY", "hush", "INDEX_KEY is shorter than 32 characters"),
    ],
)
def test_serve_with_an_unusable_key(
    installation: dict[str, str], options: list[str], name: str, value: str, words: str
) -> None:
    result = bot("serve", *options, **{**installation, **SECRETS, name: value})

    assert_refused_in_one_line(result, words)
    assert value not in result.stderr


def test_production_needs_every_secret(installation: dict[str, str]) -> None:
    for name in SECRET_NAMES:
        others = {other: value for other, value in SECRETS.items() if other != name}
        result = bot("serve", "--production", **{**installation, **others})
        assert f"missing-secrets: set in the environment or the secrets file: {name}\n" in (
            result.stderr
        )
    assert not Path(installation["BOT_VAR"]).exists()


def test_production_lists_every_objection_by_name_and_makes_nothing(
    installation: dict[str, str],
) -> None:
    result = bot("serve", "--production", **installation)

    assert result.returncode == 2
    names = [line.split(":")[0] for line in result.stderr.splitlines()[1:]]
    assert names[:4] == ["example-values", "missing-secrets", "sqlite", "plain-http"]
    assert not Path(installation["BOT_VAR"]).exists()


def test_production_names_what_is_left_after_accepting(installation: dict[str, str]) -> None:
    accepted = ["example-values", "sqlite", "unsigned-safety-texts", "draft-answers"]

    result = bot("serve", "--production", "--accept", *accepted, **installation)

    names = [line.split(":")[0] for line in result.stderr.splitlines()[1:]]
    assert names == ["missing-secrets", "plain-http", "no-notices"]


def assert_refused_in_one_line(result: subprocess.CompletedProcess[str], words: str) -> None:
    assert result.returncode == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
