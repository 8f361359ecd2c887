"""The numbers of the review, from `limits.yml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

LIMITS_FILE = Path(__file__).parent / "limits.yml"


class ReviewLimits(StrictRecord):
    """`limits.yml` says what each is for. `linked_at` is an average cosine distance."""

    days: int = Field(gt=0)
    linked_at: float = Field(gt=0, lt=1)
    most_compared: int = Field(ge=2)
    examples: int = Field(gt=0)
    example_characters: int = Field(gt=0)


def load_review_limits(file: Path = LIMITS_FILE) -> ReviewLimits:
    """Read the limits.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    limits: ReviewLimits = read_yaml(file).parse(ReviewLimits)
    return limits
