"""Whom `privacy export` and `privacy erase` are about."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from bot.commands.errors import CommandError
from bot.commands.reference_argument import reference_argument
from bot.configuration.secret_store import read_secrets
from bot.configuration.settings import Settings
from bot.database.vault import Vault
from bot.intake.contact_index import contact_in
from bot.intake.erasure import erased_at
from bot.intake.holdings import Holdings, held_about, held_under
from bot.replies.intake_request import Contact

_FROM_INPUT = "-"


class NothingHeldError(Exception):
    """Nothing is held about the person. Its text is one line that never says a contact."""


@dataclass(frozen=True)
class Subject:
    """A person, named by a reference or by a contact: one of the two is there."""

    reference: str | None = None
    contact: Contact | None = field(default=None, repr=False)

    @classmethod
    def asked_for(cls, arguments: argparse.Namespace) -> Subject:
        """Whom the command line names.

        Raises:
            CommandError: that can be no reference, number or address.
        """
        if arguments.reference is not None:
            return cls(reference=reference_argument(arguments.reference))
        typed = arguments.contact
        contact = contact_in(_read_contact() if typed == _FROM_INPUT else typed)
        if contact is None:
            raise CommandError("that is neither a telephone number nor an e-mail address")
        return cls(contact=contact)

    def held(self, connection: Connection) -> Holdings:
        """What is held about this person. A reference is found without any key.

        Raises:
            NothingHeldError: nothing is.
            SecretError: a secret is missing, or its file cannot be used.
            VaultError: a key cannot be used.
        """
        if self.contact is not None:
            holdings = held_about(connection, own_vault(), self.contact)
        else:
            holdings = held_under(connection, self.reference or "")
        if not holdings:
            raise NothingHeldError(self._nothing(connection))
        return holdings

    def named(self) -> dict[str, str]:
        """The person as the command line named them, for the export's heading."""
        if self.contact is not None:
            return {"contact": self.contact.value}
        return {"reference": self.reference or ""}

    def _nothing(self, connection: Connection) -> str:
        if self.reference is None:
            return "nothing is held about this contact"
        moment = erased_at(connection, self.reference)
        if moment is not None:
            return f"nothing is held about {self.reference}: it was erased on {moment:%Y-%m-%d}"
        return f"nothing is held about {self.reference}"


def own_vault() -> Vault:
    """The vault of this installation.

    Raises:
        SecretError: a secret is missing, or its file cannot be used.
        VaultError: a key cannot be used.
    """
    settings = Settings.from_environment(os.environ)
    return Vault.from_secrets(read_secrets(settings.secrets_file, os.environ, create=False))


def _read_contact() -> str:
    if sys.stdin.isatty():
        print("Telephone number or e-mail address: ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline()
    lines = sys.stdin.read().split("\n")
    if len([line for line in lines if line.strip()]) != 1:
        raise CommandError("standard input must hold the contact on one line")
    return "".join(lines)
