"""A new file for what is held about a person: readable by its owner only, never overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.commands.errors import CommandError


@contextmanager
def new_private_file(path: Path) -> Iterator[TextIO]:
    """Make the file, mode 0600, to write into. It is removed if the block fails.

    Raises:
        CommandError: there is something of that name, a link included, or it cannot be written.
    """
    try:
        # Exclusive: what is there, and what a link there leads to, is never written over.
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} is there already, and is not overwritten") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be made: {error.strerror}") from None
    try:
        # Half a character, which UTF-8 cannot hold, is written as JSON's own escape of it.
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise CommandError(f"{path} cannot be written: {error.strerror}") from None
        raise
