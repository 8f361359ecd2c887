"""`intake list` and `intake show`: the requests to the clinic, on the command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.commands.errors import CommandError
from bot.commands.terminal import harmless

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.configuration.clinic import Clinic
    from bot.intake.record_store import RecordStore
    from bot.intake.records import Entry, IntakeRecord

#: The most records that are listed.
_MOST = 1000


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("intake", help="look at the requests to the clinic")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listing = verbs.add_parser(
        "list",
        help="print the queue",
        description=(
            "Print the open records, the gravest and then the soonest due first, without anything "
            f"that a patient told: {_MOST} at most."
        ),
    )
    listing.add_argument(
        "--closed", action="store_true", help="the closed records instead, newest first"
    )
    listing.set_defaults(run=list_records)
    show = verbs.add_parser(
        "show",
        help="print one record, opened",
        description=(
            "Print one record with contact, reason and everything that was added to it. The audit "
            "tells that it was opened on the command line."
        ),
    )
    show.add_argument("reference", metavar="REFERENCE", help="as in the list: XXXX-XXXX")
    show.set_defaults(run=show_record)


def list_records(arguments: argparse.Namespace) -> int:
    """Print the queue.

    Raises:
        CommandError: the database cannot be used.
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used.
    """
    with _opened() as (records, clinic):
        found = records.queue(closed=arguments.closed, limit=_MOST)
    print(_row("reference", "urgency", "state", "due", "in hand of"))
    for record in found:
        due = _time(record.due_at, clinic) + (" overdue" if _is_overdue(record) else "")
        print(
            _row(
                record.reference,
                record.urgency.value,
                record.state.value,
                due,
                harmless(record.assignee or "-"),
            )
        )
    return 0


def show_record(arguments: argparse.Namespace) -> int:
    """Print one record and tell the audit.

    Raises:
        CommandError: there is no such record, or the database cannot be used.
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used, or none opens the record.
    """
    from bot.commands.reference_argument import reference_argument
    from bot.intake.actors import COMMAND_LINE

    reference = reference_argument(arguments.reference)
    with _opened() as (records, clinic):
        record = records.view(reference, actor=COMMAND_LINE)
        if record is None:
            raise CommandError(f"there is no record {reference}")
        entries = records.entries(record.id)
    for name, value in _facts(record, clinic).items():
        if value:
            print(f"{name + ':':<14}{harmless(value)}")
    for entry in entries:
        _print_entry(entry, clinic)
    return 0


@contextmanager
def _opened() -> Iterator[tuple[RecordStore, Clinic]]:
    from bot.commands.own_database import own_database
    from bot.configuration.clinic import load_clinic
    from bot.configuration.secret_store import read_secrets
    from bot.configuration.settings import Settings
    from bot.database.vault import Vault
    from bot.intake.record_store import RecordStore

    settings = Settings.from_environment(os.environ)
    clinic = load_clinic(settings.clinic_file)
    vault = Vault.from_secrets(read_secrets(settings.secrets_file, os.environ, create=False))
    with own_database() as database:
        yield RecordStore(database, vault, clinic), clinic


def _facts(record: IntakeRecord, clinic: Clinic) -> dict[str, str | None]:
    by = f" by {record.assignee}" if record.assignee else ""
    contact, consent_at = record.contact, record.consent_at
    consent = f"{record.consent_version}, {_time(consent_at, clinic)}" if consent_at else None
    return {
        "Reference": record.reference,
        "State": record.state.value + by,
        "Urgency": record.urgency.value,
        "Origin": f"{record.origin.value}, {record.channel.value}, {record.language}",
        "Made": _time(record.created_at, clinic),
        "Due": _time(record.due_at, clinic) + (" overdue" if _is_overdue(record) else ""),
        "Closed": _time(record.closed_at, clinic) if record.closed_at else None,
        "Name": record.name,
        "Contact": f"{contact.value} ({contact.kind.value})" if contact else None,
        "Best time": record.best_time.value if record.best_time else None,
        "Reason": record.reason,
        "Consent": consent,
    }


def _print_entry(entry: Entry, clinic: Clinic) -> None:
    author = f", {harmless(entry.author)}" if entry.author else ""
    print(f"\n{_time(entry.at, clinic)}, {entry.kind.value}{author}")
    for line in entry.text.split("\n"):
        print(f"    {harmless(line)}")


def _row(reference: str, urgency: str, state: str, due: str, assignee: str) -> str:
    return f"{reference:<11}{urgency:<14}{state:<13}{due:<32}{assignee}"


def _is_overdue(record: IntakeRecord) -> bool:
    return record.is_open and record.due_at < datetime.now(timezone.utc)


def _time(moment: datetime, clinic: Clinic) -> str:
    return f"{moment.astimezone(ZoneInfo(clinic.time_zone)):%Y-%m-%d %H:%M %Z}"
