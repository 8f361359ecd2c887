"""`privacy export`, `erase` and `purge`: what is held about a person, and for how long."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.privacy_subject import Subject
    from bot.commands.subparsers import Subparsers
    from bot.intake.erasure import ErasureCounts
    from bot.intake.holdings import Holdings

#: Exit code when there is nothing to hand over or erase, or the erasure was not confirmed.
NOTHING_DONE = 1

_WHOSE = (
    "The person is named by a reference, or by a telephone number or e-mail address. `--contact -` "
    "asks for the contact on a terminal, or reads it as the one line of standard input: written on "
    "the command line it stays in the shell's history and shows in the list of processes."
)


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "privacy", help="hand over, erase and purge what is held about people"
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_export(verbs)
    _add_erase(verbs)
    purge = verbs.add_parser(
        "purge",
        help="delete now what has been kept long enough",
        description=(
            "Delete what is older than bot/intake/retention.yml allows (or the file named by "
            "RETENTION_FILE), as the running gateway does every hour."
        ),
    )
    purge.set_defaults(run=run_purge)


def run_export(arguments: argparse.Namespace) -> int:
    """Hand over everything that is held about a person, and tell the audit.

    Raises:
        CommandError: the file is there already, or something cannot be read or written.
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used, or none opens a value.
    """
    from bot.commands.personal_file import new_private_file
    from bot.commands.privacy_subject import NothingHeldError, Subject

    subject = Subject.asked_for(arguments)
    try:
        if arguments.out is None:
            # In ASCII, because a terminal obeys some characters.
            print(json.dumps(_export(subject), indent=2))
            return 0
        with new_private_file(arguments.out) as file:
            json.dump(_export(subject), file, indent=2, ensure_ascii=False)
            file.write("\n")
    except NothingHeldError as nothing:
        print(nothing, file=sys.stderr)
        return NOTHING_DONE
    print(f"{arguments.out} holds it, readable by its owner only", file=sys.stderr)
    return 0


def run_erase(arguments: argparse.Namespace) -> int:
    """Erase everything that is held about a person; without `--yes` say only what that is.

    Raises:
        CommandError: the database cannot be used; then nothing was erased.
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used.
    """
    from datetime import datetime, timezone

    from bot.commands.own_database import own_database
    from bot.commands.privacy_subject import NothingHeldError, Subject
    from bot.database import audit_log
    from bot.intake.actors import COMMAND_LINE
    from bot.intake.erasure import erase

    subject = Subject.asked_for(arguments)
    with own_database() as database:
        try:
            with database.writing() as connection:
                audit_log.lock(connection)
                holdings = subject.held(connection)
                if not arguments.yes:
                    _ask_for_yes(holdings)
                    return NOTHING_DONE
                counts = erase(
                    connection, holdings, actor=COMMAND_LINE, now=datetime.now(timezone.utc)
                )
        except NothingHeldError as nothing:
            print(nothing, file=sys.stderr)
            return NOTHING_DONE
        _say_erased(holdings, counts)
        if not database.flush_deletions():
            print(
                "a reader is in the way: the last traces go from SQLite's write-ahead log with the "
                "next purge, within the hour",
                file=sys.stderr,
            )
    return 0


def run_purge(arguments: argparse.Namespace) -> int:
    """Delete what is too old, and say how much that was.

    Raises:
        CommandError: the database cannot be used; what was deleted before stays deleted.
        ContentError: a file of numbers cannot be used.
    """
    import warnings
    from datetime import datetime, timezone

    from bot.commands.own_database import own_database

    # Of `limits`, about itself: nothing that an operator could act on.
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
    from bot.gateway.limits import LIMITS_FILE, load_limits
    from bot.gateway.purge_worker import session_life
    from bot.intake.actors import COMMAND_LINE
    from bot.intake.purge import Purge
    from bot.intake.retention import load_retention, retention_file

    retention = load_retention(retention_file(os.environ))
    limits = load_limits(Path(os.environ.get("LIMITS_FILE") or LIMITS_FILE))
    with own_database() as database:
        purge = Purge(database, retention, desk=session_life(limits.desk), actor=COMMAND_LINE)
        counts = purge.run(datetime.now(timezone.utc))
    for kind, count in counts.deleted.items():
        print(f"{kind.value}: {count}")
    print(f"{counts.total} deleted")
    return 0


def _add_export(verbs: Subparsers) -> None:
    export = verbs.add_parser(
        "export",
        help="hand over everything that is held about a person",
        description=(
            "Print as JSON everything that is held about a person: records with their entries, "
            "notices and audit, conversations with replies and what Rasa keeps of them, texts in "
            "and out, safety alerts. The audit tells that it was handed over. "
            f"{_WHOSE} Exit 1 if nothing is held."
        ),
    )
    _add_subject(export)
    export.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="a new file, readable by its owner only; never overwritten",
    )
    export.set_defaults(run=run_export)


def _add_erase(verbs: Subparsers) -> None:
    erase = verbs.add_parser(
        "erase",
        help="erase everything that is held about a person",
        description=(
            "Erase everything that `privacy export` hands over except safety alerts, which keep "
            "no link to the person, the audit, which gets one row with reference and counts, and "
            "the wish to get no texts, of which only a digest of the number is kept. "
            "Works with the gateway running; only the running gateway can make Rasa forget, and "
            f"tries until it has. {_WHOSE} Exit 1 if nothing is held."
        ),
    )
    _add_subject(erase)
    erase.add_argument("--yes", action="store_true", help="do it: there is no way back")
    erase.set_defaults(run=run_erase)


def _add_subject(parser: argparse.ArgumentParser) -> None:
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--contact", metavar="PHONE_OR_EMAIL", help="better: - (see above)")
    subject.add_argument("--reference", metavar="REF", help="of a record: XXXX-XXXX")


def _export(subject: Subject) -> dict[str, Any]:
    """Everything that is held, once the audit tells that it is handed over.

    Raises:
        NothingHeldError: there is nothing.
    """
    from datetime import datetime, timezone

    from bot.commands.own_database import own_database
    from bot.commands.privacy_subject import own_vault
    from bot.configuration.settings import Settings
    from bot.database import audit_log
    from bot.database.audit_log import AuditAction
    from bot.intake.actors import COMMAND_LINE
    from bot.intake.personal_export import export
    from bot.nlu.tracker_events import TrackerUnreadableError, tracker_events

    vault = own_vault()
    with own_database() as database:
        with database.reading() as connection:
            holdings = subject.held(connection)
            held = export(connection, vault, holdings)
        try:
            url = Settings.from_environment(os.environ).tracker_url
            kept_by_rasa = tracker_events(url, holdings.conversation_ids)
        except TrackerUnreadableError as error:
            raise CommandError(str(error)) from None
        for conversation in held["conversations"]:
            conversation["rasa_events"] = kept_by_rasa[conversation["id"]]
        with database.writing() as connection:
            for reference in holdings.references or (None,):
                audit_log.append(
                    connection,
                    actor=COMMAND_LINE.name,
                    action=AuditAction.EXPORTED,
                    subject=reference,
                )
    made_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return {"made_at": made_at, "about": subject.named(), **held}


def _ask_for_yes(holdings: Holdings) -> None:
    still_open = sum(record.is_open for record in holdings.records)
    print(
        f"{_held(holdings)}, {still_open} of the records still open. Nothing was erased: add --yes",
        file=sys.stderr,
    )


def _say_erased(holdings: Holdings, counts: ErasureCounts) -> None:
    print(
        f"erased: {_held(holdings)}, with {counts.entries} entries, {counts.notices} notices and "
        f"{counts.texts} texts"
    )
    if counts.conversations:
        print(
            "Rasa's own copy of the conversations is deleted by the running gateway within "
            "seconds, and tried again until it is done"
        )


def _held(holdings: Holdings) -> str:
    named = f" ({', '.join(holdings.references)})" if holdings.references else ""
    return (
        f"{len(holdings.records)} records{named} and {len(holdings.conversation_ids)} conversations"
    )
