"""A log file that cannot fill the disk."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType


class BoundedLog:
    """Appends bytes to `file`; when it is full it becomes `file.1`, and so on up to the last.

    Readable by its owner only.
    """

    def __init__(self, file: Path, max_bytes: int, files: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._files = files
        self._descriptor = self._open()

    def __enter__(self) -> BoundedLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def write(self, output: bytes) -> None:
        """Append `output`, to the next file if it does not fit into this one.

        Raises:
            OSError: the disk is full or the folder is gone.
        """
        size = os.fstat(self._descriptor).st_size
        if size and size + len(output) > self._max_bytes:
            self._rotate()
        view = memoryview(output)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def _rotate(self) -> None:
        for number in range(self._files - 1, 0, -1):
            younger = self._numbered(number - 1)
            if younger.exists():
                younger.replace(self._numbered(number))
        if self._files == 1:
            self._file.unlink(missing_ok=True)
        full, self._descriptor = self._descriptor, self._open()
        os.close(full)

    def _numbered(self, number: int) -> Path:
        return self._file.with_name(f"{self._file.name}.{number}") if number else self._file

    def _open(self) -> int:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
