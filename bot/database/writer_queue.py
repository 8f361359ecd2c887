"""Writers of one process take turns at SQLite's one lock."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TurnTimeoutError(Exception):
    """Others wrote for longer than one would wait."""


class WriterQueue:
    """One writer at a time, in the order in which they came.

    Those who wait for SQLite's own lock look again after pauses, and whoever comes just then is
    first; a plain lock of Python's may be taken by a newcomer too: in a burst of writes some would
    wait for seconds.

    Args:
        seconds: how long one waits for one's turn.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, and keep it.

        Raises:
            TurnTimeoutError: it did not come in time.
        """
        self._wait()
        try:
            yield
        finally:
            self._call_next()

    def _wait(self) -> None:
        called = self._join()
        if called is None:
            return
        try:
            if called.wait(self._seconds):
                return
        except BaseException:
            # Interrupted: whoever comes next must not wait for this one.
            if not self._leave(called):
                self._call_next()
            raise
        if self._leave(called):
            raise TurnTimeoutError

    def _join(self) -> threading.Event | None:
        """Join the queue; None if it is one's turn at once."""
        with self._guard:
            if not self._busy:
                self._busy = True
                return None
            called = threading.Event()
            self._waiting.append(called)
            return called

    def _leave(self, called: threading.Event) -> bool:
        """Leave the queue. False if one's turn has come just now."""
        with self._guard:
            if called.is_set():
                return False
            self._waiting.remove(called)
            return True

    def _call_next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False
