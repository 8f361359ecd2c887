"""Write a file so that whoever reads it finds the old one or the new one whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A fresh, empty file beside `file`, which takes its place once it is written.

    It is of mode 0600, and never one that was left behind. If writing fails it is gone, and `file`
    as it was.

    Raises:
        OSError: there is no place for it, or it cannot take the other's.
    """
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    os.close(descriptor)
    fresh = Path(name)
    try:
        yield fresh
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
