"""Secrets: from the environment, or from a file of mode 0600 that is made on first local start."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.content.whole_file import replacing

#: Fernet keys with spaces between: the first one seals, all of them open (bot/database/vault.py).
DATA_KEYS = "DATA_KEYS"

#: Every secret this product uses.
SECRET_NAMES = ("LOOPBACK_SECRET", DATA_KEYS, "INDEX_KEY")

#: What webhooks to the clinic are signed with.
WEBHOOK_SECRET = "WEBHOOK_SECRET"

#: What signs Twilio's calls to us, and ours to Twilio.
TWILIO_AUTH_TOKEN = "TWILIO_AUTH_TOKEN"

#: What the messages of a portal, and the answers to them, are signed with.
MESSAGES_WEBHOOK_SECRET = "MESSAGES_WEBHOOK_SECRET"

#: Secrets that an installation can do without; these are never made here.
OPTIONAL_SECRET_NAMES = (WEBHOOK_SECRET, TWILIO_AUTH_TOKEN, MESSAGES_WEBHOOK_SECRET)


class SecretError(Exception):
    """A secret is missing, or its file is open to others. Never says a secret's value."""


def read_secrets(file: Path, environment: Mapping[str, str], *, create: bool) -> dict[str, str]:
    """All secrets by name; the environment wins over the file.

    Args:
        file: lines of NAME=value, readable by its owner only.
        environment: usually `os.environ`.
        create: make what is missing and keep it in the file (local use).

    Raises:
        SecretError: the file cannot be used, or a secret is missing and not to be made.
    """
    found = _find(_read_file(file), environment)
    if all(found.values()):
        return found
    if not create:
        names = (name for name, value in found.items() if not value)
        raise SecretError(f"missing secrets: {', '.join(names)}")
    try:
        return _complete(file, environment)
    except OSError as error:
        raise SecretError(f"{file} cannot be written: {error.strerror}") from None


def missing_secrets(file: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the secrets that neither the environment nor the file holds.

    Raises:
        SecretError: the file cannot be used.
    """
    found = _find(_read_file(file), environment)
    return tuple(name for name, value in found.items() if not value)


def optional_secrets(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Those of `OPTIONAL_SECRET_NAMES` that are set; the environment wins over the file.

    Raises:
        SecretError: the file cannot be used.
    """
    stored = _read_file(file)
    found = {name: environment.get(name) or stored.get(name) for name in OPTIONAL_SECRET_NAMES}
    return {name: value for name, value in found.items() if value}


def new_data_key() -> str:
    """A Fernet key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def rewrite_secret(file: Path, name: str, rewrite: Callable[[str], str]) -> str:
    """Replace one secret in the file, in one step; its new value.

    Args:
        rewrite: makes the new value of the stored one, which is "" if there is none.

    Raises:
        SecretError: the file cannot be used; it is as it was.
    """
    try:
        with _locked(file.parent):
            stored = _read_file(file)
            value = rewrite(stored.get(name, ""))
            if value != stored.get(name):
                _write_file(file, {**stored, name: value})
            return value
    except OSError as error:
        raise SecretError(f"{file} cannot be written: {error.strerror}") from None


def _find(stored: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    return {name: environment.get(name) or stored.get(name) or "" for name in SECRET_NAMES}


def _complete(file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(file.parent):
        # Read again: another process may have made them while this one waited.
        stored = _read_file(file)
        found = _find(stored, environment)
        missing = [name for name, value in found.items() if not value]
        for name in missing:
            found[name] = stored[name] = _fresh(name)
        if missing:
            _write_file(file, stored)
    return found


def _fresh(name: str) -> str:
    return new_data_key() if name == DATA_KEYS else secrets.token_urlsafe(32)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read_file(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8") as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise SecretError(f"{file} can be read by others: run chmod 600 on it")
            lines = opened.read().splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SecretError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SecretError(f"{file} is not UTF-8 text") from None
    pairs = (line.partition("=") for line in lines)
    return {name.strip(): value.strip() for name, separator, value in pairs if separator}


def _write_file(file: Path, stored: Mapping[str, str]) -> None:
    with replacing(file) as fresh, fresh.open("w", encoding="utf-8") as opened:
        opened.writelines(f"{name}={value}\n" for name, value in stored.items())
        opened.flush()
        os.fsync(opened.fileno())
    # A power cut must not bring the old file back: what is sealed from now on needs the new one.
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
