"""Reads the reference of a record from the command line."""

from __future__ import annotations

from bot.commands.errors import CommandError
from bot.intake.references import parse_reference


def reference_argument(typed: str) -> str:
    """The reference as it is stored, however it was typed.

    Raises:
        CommandError: it can be none.
    """
    reference = parse_reference(typed)
    if reference is None:
        raise CommandError("a reference looks like XXXX-XXXX")
    return reference
