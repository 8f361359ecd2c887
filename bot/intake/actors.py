"""Who changes a record, as the audit names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """`name` is "user:<name>", "patient", "system" or "command line"; a user has an id too."""

    user_id: str | None
    name: str


PATIENT = Actor(None, "patient")
SYSTEM = Actor(None, "system")
COMMAND_LINE = Actor(None, "command line")
