"""`feedback`: which answers helped, and what patients wrote about them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.database.engine import Database
    from bot.gateway.feedback_report import Comment

#: The most comments that are printed.
_MOST = 1000


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "feedback",
        help="say which answers helped",
        description=(
            "Print how often each wording of each answer did and did not help, those that most "
            "often did not first. A wording is named by the first digits of its SHA-256."
        ),
    )
    parser.add_argument(
        "--comments",
        action="store_true",
        help=(
            f"also the latest comments, redacted, {_MOST} at most; the audit tells that they were "
            "read"
        ),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was said, and tell the audit if comments are read.

    Raises:
        CommandError: the database cannot be used.
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used.
    """
    from bot.commands.own_database import own_database
    from bot.gateway.feedback_report import judgements

    with own_database() as database:
        with database.reading() as connection:
            found = judgements(connection)
        said = _comments(database) if arguments.comments else []
    print(f"{'yes':>6}{'no':>6}  wording       answer")
    for each in found:
        print(
            f"{each.helped:>6}{each.did_not:>6}  {each.content_version:<14}{each.page}.{each.topic}"
        )
    for comment in said:
        _print(comment)
    return 0


def _comments(database: Database) -> list[Comment]:
    from bot.commands.privacy_subject import own_vault
    from bot.database import audit_log
    from bot.database.audit_log import AuditAction
    from bot.gateway.feedback_report import comments
    from bot.intake.actors import COMMAND_LINE

    vault = own_vault()
    with database.writing() as connection:
        found = comments(connection, vault, _MOST)
        audit_log.append(
            connection,
            actor=COMMAND_LINE.name,
            action=AuditAction.EXPORTED,
            detail={"kind": "feedback", "count": str(len(found))},
        )
    return found


def _print(comment: Comment) -> None:
    from bot.commands.terminal import harmless

    helped = "helped" if comment.helpful else "did not help"
    print(f"\n{comment.at:%Y-%m-%d} {comment.page}.{comment.topic} {helped}")
    print(f"    {harmless(comment.text) if comment.text is not None else '(no key opens it)'}")
