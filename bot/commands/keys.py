"""`keys rotate`: a new key for what is stored sealed."""

from __future__ import annotations

import argparse
import os
import sys
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.errors import CommandError

if TYPE_CHECKING:
    from bot.commands.subparsers import Subparsers
    from bot.configuration.settings import Settings
    from bot.database.engine import Database
    from bot.database.resealing import Batch, Resealing
    from bot.database.vault import Vault

_PUT_IT_FIRST = (
    "DATA_KEYS comes from the environment: a new key must be put first there, the old one behind "
    "it; this reseals with the first one"
)


def add_parser(commands: Subparsers) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("keys", help="look after the keys that seal what is stored")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rotating = verbs.add_parser(
        "rotate",
        help="seal everything that is stored with a new key",
        description=(
            "Put a new key first in DATA_KEYS, seal everything that is stored with it, and take "
            "the old key away. The assistant must be stopped: it knows only the keys that it was "
            "started with. Stopped half-way, this goes on when it is run again. If DATA_KEYS comes "
            "from the environment, put the new key first there yourself: then this only reseals."
        ),
    )
    rotating.set_defaults(run=rotate)


def rotate(arguments: argparse.Namespace) -> int:
    """Rotate the keys; 1 if something is left to do.

    Raises:
        CommandError: the assistant runs, or the database cannot be used.
        SecretError: a secret is missing, or the file cannot be used.
        VaultError: a key cannot be used.
    """
    from bot.commands.own_database import own_database
    from bot.configuration.secret_store import DATA_KEYS, read_secrets
    from bot.configuration.settings import Settings
    from bot.database.vault import Vault

    settings = Settings.from_environment(os.environ)
    _refuse_beside_the_assistant(settings)
    secrets = read_secrets(settings.secrets_file, os.environ, create=False)
    # An unusable key is found before anything is changed.
    Vault.from_secrets(secrets)
    in_file = not os.environ.get(DATA_KEYS)
    with own_database() as database:
        keys = _new_key_first(settings.secrets_file) if in_file else secrets[DATA_KEYS]
        if not in_file:
            print(_PUT_IT_FIRST)
        unreadable = _reseal(database, Vault.from_secrets({**secrets, DATA_KEYS: keys}))
    if unreadable:
        print(f"no key opens {unreadable} of the values: they stay as they are", file=sys.stderr)
    finished = _drop_old_keys(settings, keys) if in_file else True
    return 0 if finished and not unreadable else 1


def _refuse_beside_the_assistant(settings: Settings) -> None:
    in_the_way = _in_the_way(settings)
    if in_the_way:
        raise CommandError(
            f"stop the assistant first, it knows only the keys it was started with: {in_the_way}"
        )


def _in_the_way(settings: Settings) -> str | None:
    """What shows that the assistant runs."""
    from bot.supervisor.ports import port_faults
    from bot.supervisor.processes import needed_ports

    return next(iter(port_faults(needed_ports(settings))), None)


def _new_key_first(file: Path) -> str:
    """The keys in the file, after a new one was put first; that may have been done before."""
    from bot.configuration.secret_store import DATA_KEYS, new_data_key, rewrite_secret

    keys = rewrite_secret(
        file, DATA_KEYS, lambda keys: keys if len(keys.split()) > 1 else f"{new_data_key()} {keys}"
    )
    print(f"the first key in {file} is the new one")
    return keys


def _reseal(database: Database, vault: Vault) -> int:
    """Reseal until nothing is left, and tell the audit; how many values no key opens."""
    from bot.database.audit_log import AuditAction, append
    from bot.database.resealing import Resealing

    resealing = Resealing(database, vault)
    resealed = 0
    for what in chain(["resealing"], repeat("checking")):
        done = _one_run(resealing, what)
        resealed += done.resealed
        if not done.resealed:
            break
    detail = {"resealed": str(resealed), "unreadable": str(done.unreadable)}
    with database.writing() as connection:
        append(connection, actor="command line", action=AuditAction.KEYS_ROTATED, detail=detail)
    # What stood there before is not to be found in SQLite's files any more.
    database.flush_deletions()
    print(f"{resealed} values resealed: only the first key is needed now")
    return done.unreadable


def _one_run(resealing: Resealing, what: str) -> Batch:
    from tqdm import tqdm

    from bot.database.resealing import Batch

    rows = resealed = unreadable = 0
    with tqdm(total=resealing.rows(), desc=what, unit="row", file=sys.stderr) as progress:
        for batch in resealing.batches():
            rows += batch.rows
            resealed += batch.resealed
            unreadable += batch.unreadable
            progress.update(batch.rows)
    return Batch(rows, resealed, unreadable)


def _drop_old_keys(settings: Settings, keys: str) -> bool:
    """Keep only the first of `keys` in the file, unless the assistant was started meanwhile."""
    from bot.configuration.secret_store import DATA_KEYS, rewrite_secret

    file = settings.secrets_file
    # It may have read the file just before the new key was there, and seal with the old one.
    if _in_the_way(settings):
        print(
            f"the assistant was started meanwhile: the old key stays in {file}; stop the assistant "
            "and run this again",
            file=sys.stderr,
        )
        return False
    # Another rotation may have begun: that one needs what it put there.
    rewrite_secret(file, DATA_KEYS, lambda now: keys.split()[0] if now == keys else now)
    print(f"the old key is gone from {file}: start the assistant again")
    return True
