"""The numbers of the supervisor, from `limits.yml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

LIMITS_FILE = Path(__file__).parent / "limits.yml"


class SupervisorLimits(StrictRecord):
    """Times in seconds, sizes in bytes; `limits.yml` says what each is for."""

    probe_every: float = Field(gt=0)
    probe_timeout: float = Field(gt=0)
    slow_start_notice: float = Field(gt=0)
    grace: float = Field(gt=0)
    first_restart_delay: float = Field(gt=0)
    longest_restart_delay: float = Field(gt=0)
    calm_after: float = Field(gt=0)
    log_bytes: int = Field(gt=0)
    log_files: int = Field(ge=1)

    def restart_delay(self, deaths_in_a_row: int) -> float:
        """Seconds to wait before the next start, after so many deaths in a row (1 or more)."""
        doubled: float = self.first_restart_delay * 2 ** min(deaths_in_a_row - 1, 30)
        return min(doubled, self.longest_restart_delay)


def load_supervisor_limits(file: Path = LIMITS_FILE) -> SupervisorLimits:
    """Read the limits.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    limits: SupervisorLimits = read_yaml(file).parse(SupervisorLimits)
    return limits
