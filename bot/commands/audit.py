"""`audit verify`: proves that no row of the audit was changed, removed, inserted or moved."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bot.commands.subparsers import Subparsers

#: Exit code when the audit is not what it was.
_BROKEN = 1


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("audit", help="check the record of who did what")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    verify = verbs.add_parser(
        "verify",
        help="prove that the audit is unchanged",
        description=(
            "Follow the chain of the audit and print how many rows it has and its last digest. "
            "Note both down elsewhere: rows that are cut off at the end, or a chain that is made "
            "anew, show only by comparing with what was noted earlier. Exit 1 if anything is wrong."
        ),
    )
    verify.add_argument(
        "--expect", metavar="DIGEST", type=_digest, help="a last digest that was noted earlier"
    )
    verify.add_argument(
        "--expect-count",
        metavar="N",
        type=_count,
        help="a number of rows that was noted earlier; with --expect, with that digest",
    )
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify and print.

    Raises:
        CommandError: the database cannot be used.
        SettingsError: a setting cannot be used.
    """
    from bot.commands.own_database import own_database
    from bot.database import audit_log

    with own_database() as database, database.reading() as connection:
        report = audit_log.verify(connection)
        if report.is_sound:
            print(f"{report.count} rows, unchanged")
            print(f"last digest {report.last_digest}")
            fault = _against(connection, report.count, arguments.expect, arguments.expect_count)
        else:
            fault = (
                f"the audit is broken at row {report.broken_position}: a row was changed, removed, "
                "inserted or moved"
            )
    if fault:
        print(fault)
    return _BROKEN if fault else 0


def _against(
    connection: Connection, count: int, digest: str | None, noted: int | None
) -> str | None:
    """What is wrong by what was noted earlier."""
    from bot.database import audit_log

    if noted is not None and count < noted:
        return f"there were {noted} rows: the audit was cut off or made anew"
    if digest is None:
        return None
    position = audit_log.position_of(connection, digest)
    if position is None or noted not in (None, position):
        return "the noted digest is not where it was: the audit was cut off or made anew"
    return None


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("a digest is 64 hexadecimal digits")
    return text.lower()


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise argparse.ArgumentTypeError("a number of rows is a whole number")
    return int(text)
