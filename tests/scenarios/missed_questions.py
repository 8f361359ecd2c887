"""Questions that were answered, but not with their own answer; shown at the end of a run."""

from __future__ import annotations

#: The answer that was asked for, the question, and what came instead.
MISSED: list[tuple[str, str, str]] = []
