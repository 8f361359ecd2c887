"""The limits that `content check` holds content to, from `limits.yml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

LIMITS_FILE = Path(__file__).parent / "limits.yml"


class ExampleLimits(StrictRecord):
    """Least number of training utterances for one leaf or behaviour."""

    faq: int = Field(gt=0)
    chitchat: int = Field(gt=0)
    follow_up: int = Field(gt=0)
    behaviour: int = Field(gt=0)


class ContentLimits(StrictRecord):
    """Lengths in characters and text message segments, readability as a school grade.

    `behaviours` are the intents without leaves. `figure_words` are figures written as words, and
    `medicine_endings` the endings of medicines' names: both must be among the page's own.
    """

    segments: int = Field(gt=0)
    link_characters: int = Field(ge=0)
    grade: float = Field(gt=0)
    question_characters: int = Field(gt=0)
    examples: ExampleLimits
    behaviours: tuple[str, ...]
    figure_words: tuple[str, ...]
    medicine_endings: tuple[str, ...]


def load_limits(file: Path = LIMITS_FILE) -> ContentLimits:
    """Read the limits. Raises ContentError if the file is missing or breaks the schema."""
    limits: ContentLimits = read_yaml(file).parse(ContentLimits)
    return limits
