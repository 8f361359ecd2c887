"""What figures were measured on, and when."""

from __future__ import annotations

import platform
from datetime import datetime, timezone

import psutil


def machine() -> str:
    """Cores, memory, architecture."""
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} cores, {memory:.0f} GB, {platform.machine()}, Python 3.10"


def load() -> float:
    """How many programs wanted a core at once, on average over the last minute."""
    return round(psutil.getloadavg()[0], 1)


def today() -> str:
    """The date, UTC."""
    return datetime.now(timezone.utc).date().isoformat()
