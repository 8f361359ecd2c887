"""`serve`: runs the whole assistant until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.configuration.clinic import Clinic
    from bot.configuration.settings import Settings
    from bot.supervisor.production_rules import Refusal

_SETTINGS_HELP = """\
settings, all optional, from the environment:
  HOST, PORT       where the gateway listens (127.0.0.1, 8080)
  RASA_PORT        port of the Rasa server, on this machine only (5005)
  ACTION_PORT      port of the action server, on this machine only (5055)
  PUBLIC_URL       how browsers reach the gateway (http://127.0.0.1:PORT)
  TRUSTED_PROXIES  addresses whose X-Forwarded-For is believed, with spaces between
  DATABASE_URL     a PostgreSQL database (a SQLite file in BOT_VAR)
  CLINIC_FILE      the clinic's facts (clinic.yml)
  MODEL_FILE       the trained model (models/assistant.tar.gz)
  BOT_VAR          folder for databases, logs and local secrets (var)
  NOTICE_EMAIL_TO, NOTICE_EMAIL_FROM, SMTP_URL
                   who is told of requests by e-mail, from which address, and through which server:
                   smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465
  WEBHOOK_URL, WEBHOOK_SECRET
                   the https address that is told of requests, and the whsec_ key that signs this
  TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM, TWILIO_WHATSAPP_FROM
                   text messages by Twilio: the account, its token, the clinic's number for SMS, and
                   the one for WhatsApp if there is one (TWILIO_API_URL: see twilio-double --help)
  MESSAGES_WEBHOOK_URL, MESSAGES_WEBHOOK_SECRET
                   the https address that answers to a portal's messages go to, and the whsec_ key
                   that signs both ways
  ALLOW_PRIVATE_WEBHOOK
                   1: a webhook may be on this machine or in a private network (for trying out)
secrets, from the environment or from BOT_VAR/secrets.env, where they are made on first start:
  LOOPBACK_SECRET  what gateway and Rasa share
  DATA_KEYS        what the stored conversations and requests are sealed with (see keys --help)
  INDEX_KEY        by which a stored telephone number or e-mail address is found
"""


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "serve",
        help="start everything, say when it is ready, stop it on Ctrl-C",
        description=(
            "Start the gateway, the Rasa server and the action server; say when each is ready and "
            "which address to open; restart what dies; stop all of them on Ctrl-C."
        ),
        epilog=_SETTINGS_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--production",
        action="store_true",
        help="refuse to start with example values, missing secrets, SQLite, plain HTTP, texts that "
        "no clinician has signed, nobody to tell of requests, or a private webhook",
    )
    parser.add_argument(
        "--accept",
        metavar="NAME",
        nargs="+",
        action="extend",
        default=[],
        help="with --production: start in spite of this objection (its name as --production "
        "prints it); may name several",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped.

    Raises:
        CommandError: this installation cannot be started as it is; says why, one line a reason.
        VaultError: a key cannot be used.
        SettingsError, SecretError: a setting or a secret cannot be used.
    """
    from bot.configuration.clinic import load_clinic
    from bot.configuration.secret_store import optional_secrets, read_secrets
    from bot.configuration.settings import Settings
    from bot.database.vault import Vault
    from bot.supervisor.ports import port_faults
    from bot.supervisor.processes import needed_ports

    settings = Settings.from_environment(os.environ)
    clinic = load_clinic(settings.clinic_file)
    optional = optional_secrets(settings.secrets_file, os.environ)
    settings.notices.webhook_keys(optional)
    settings.messaging.twilio_tokens(optional)
    settings.messaging.webhook_keys(optional)
    accepted = _accepted(arguments)
    if arguments.production:
        _refuse(settings, clinic, accepted)
    if not settings.model.is_file():
        raise CommandError(f"{settings.model} is missing: run make train")
    faults = port_faults(needed_ports(settings))
    if faults:
        raise CommandError("\n".join(faults))
    # In production nothing is missing here, or its name was accepted.
    secrets = read_secrets(settings.secrets_file, os.environ, create=True)
    # An unusable key is said here, not in the gateway's log.
    Vault.from_secrets(secrets)
    return _supervise(settings, {**secrets, **optional})


def _accepted(arguments: argparse.Namespace) -> frozenset[Refusal]:
    from bot.supervisor.production_rules import Refusal

    if arguments.accept and not arguments.production:
        raise CommandError("--accept goes with --production")
    names = {refusal.value for refusal in Refusal}
    unknown = sorted(set(arguments.accept) - names)
    if unknown:
        raise CommandError(
            f"--accept does not know {', '.join(unknown)}: it takes {', '.join(sorted(names))}"
        )
    return frozenset(Refusal(name) for name in arguments.accept)


def _refuse(settings: Settings, clinic: Clinic, accepted: frozenset[Refusal]) -> None:
    from bot.configuration.secret_store import missing_secrets
    from bot.content.library import load_library
    from bot.safety.replies import load_safety_replies
    from bot.safety.short_replies import load_short_replies
    from bot.supervisor.production_rules import Installation, objections

    installation = Installation(
        settings=settings,
        clinic=clinic,
        missing_secrets=missing_secrets(settings.secrets_file, os.environ),
        safety=load_safety_replies(),
        short_safety=load_short_replies(),
        library=load_library(),
    )
    found = objections(installation, accepted)
    if found:
        lines = (str(objection) for objection in found)
        raise CommandError("\n".join(("not fit for production (see --accept):", *lines)))


def _supervise(settings: Settings, secrets: dict[str, str]) -> int:
    from bot.supervisor.limits import load_supervisor_limits
    from bot.supervisor.processes import processes
    from bot.supervisor.supervisor import Supervisor

    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {line}", flush=True)

    def all_ready() -> None:
        say(f"all ready: open {settings.public_url} in a browser; Ctrl-C stops everything")

    # Databases and logs are for this user only; Rasa would leave its own open to all.
    os.umask(0o077)
    children = processes(settings, secrets, os.environ)
    log_folder = settings.var / "log"
    say(f"starting {', '.join(child.name for child in children)}; logs are in {log_folder}")
    supervisor = Supervisor(children, load_supervisor_limits(), log_folder, say, all_ready)
    try:
        return asyncio.run(supervisor.run())
    except OSError as error:
        raise CommandError(f"{log_folder} cannot be written: {error.strerror}") from None
