"""What a process has used of the machine so far."""

from __future__ import annotations

import re
import resource
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """Processor time of this process (seconds, all cores) and its largest memory (RSS, MB)."""

    processor_seconds: float
    peak_megabytes: float

    @classmethod
    def so_far(cls) -> Usage:
        """Of this process. The kernel's ru_maxrss would count what started the process too."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        status = Path("/proc/self/status").read_text(encoding="ascii")
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        return cls(used.ru_utime + used.ru_stime, int(peak) / 1000)
