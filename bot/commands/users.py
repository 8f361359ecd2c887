"""`users`: who may sign in to the desk, and as what."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.intake.staff import StaffStore

_PASSWORD_HELP = (
    "The password is asked for twice on a terminal; otherwise it is the one line on standard "
    "input. It has at least 12 characters and is not the name."
)


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "users",
        help="look after who may sign in to the desk",
        description="Look after who may sign in to the desk. There is no user until one is added.",
    )
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_add(actions)
    password = actions.add_parser(
        "password",
        help="give a person another password",
        description="Give a person another password and sign them out everywhere. "
        + _PASSWORD_HELP,
    )
    password.add_argument("name", metavar="NAME", help="who signs in with it")
    password.set_defaults(run=set_password)
    disable = actions.add_parser(
        "disable",
        help="let a person sign in no more",
        description="Let a person sign in no more, and sign them out everywhere. Nobody is ever "
        "removed, so that the audit can name them.",
    )
    disable.add_argument("name", metavar="NAME", help="who is disabled")
    disable.set_defaults(run=disable_user)
    listing = actions.add_parser(
        "list", help="print everybody", description="Print everybody: name, shown name, role."
    )
    listing.set_defaults(run=list_users)


def add(arguments: argparse.Namespace) -> int:
    """Add a person."""
    from bot.intake.actors import COMMAND_LINE
    from bot.intake.staff import Role

    role = Role(arguments.role)

    def change(staff: StaffStore) -> str:
        user = staff.add(
            arguments.name,
            _password(),
            role=role,
            shown_name=arguments.shown_name,
            actor=COMMAND_LINE,
        )
        return f"{user.name} can sign in as {role.value}; patients see the name {user.shown_name}"

    return _change(change)


def set_password(arguments: argparse.Namespace) -> int:
    """Give a person another password."""
    from bot.intake.actors import COMMAND_LINE
    from bot.intake.staff_rules import StaffError, StaffFault

    def change(staff: StaffStore) -> str:
        if staff.named(arguments.name) is None:
            raise StaffError(StaffFault.NAME_UNKNOWN)
        staff.set_password(arguments.name, _password(), actor=COMMAND_LINE)
        return f"{arguments.name} has another password and is signed out everywhere"

    return _change(change)


def disable_user(arguments: argparse.Namespace) -> int:
    """Let a person sign in no more."""
    from bot.intake.actors import COMMAND_LINE

    def change(staff: StaffStore) -> str:
        staff.disable(arguments.name, actor=COMMAND_LINE)
        return f"{arguments.name} can sign in no more"

    return _change(change)


def list_users(arguments: argparse.Namespace) -> int:
    """Print everybody."""

    def listing(staff: StaffStore) -> str:
        rows = [
            (user.name, user.role.value, "disabled" if user.disabled else "", user.shown_name)
            for user in staff.all()
        ]
        if not rows:
            return "nobody yet: python -m bot users add NAME --role admin"
        widths = [max(len(row[place]) for row in rows) for place in range(3)]
        return "\n".join(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]
            )
            for row in rows
        )

    return _change(listing)


def _add_add(actions: Subparsers) -> None:
    parser = actions.add_parser(
        "add", help="add a person", description="Add a person. " + _PASSWORD_HELP
    )
    parser.add_argument("name", metavar="NAME", help="what they sign in with: a-z, 0-9, . _ -")
    parser.add_argument(
        "--role",
        choices=("viewer", "agent", "admin"),
        required=True,
        help="viewer reads; agent works on records too; admin also looks after users, audit, "
        "export and dead letters",
    )
    parser.add_argument(
        "--shown-name", metavar="NAME", help="what patients see (the name up to its first dot)"
    )
    parser.set_defaults(run=add)


def _password() -> str:
    """The password that was typed twice, or the line that was handed over.

    Raises:
        CommandError: the two differ, or there is none.
    """
    if not sys.stdin.isatty():
        lines = sys.stdin.read().splitlines()
        if len(lines) != 1:
            raise CommandError("standard input must hold the password on one line")
        return lines[0]
    try:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("The same again: "):
            raise CommandError("the two passwords are not the same")
    except EOFError:
        raise CommandError("no password was typed") from None
    return password


def _change(change: Callable[[StaffStore], str]) -> int:
    """Do it on this installation's staff and print what it says."""
    from bot.commands.own_database import own_database
    from bot.intake.staff import StaffStore
    from bot.intake.staff_rules import StaffError

    with own_database() as database:
        try:
            print(change(StaffStore(database)))
        except StaffError as error:
            raise CommandError(str(error)) from None
    return 0
