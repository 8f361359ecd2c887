"""When a message counts as written in another language, from `language_rules.yml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

RULES_FILE = Path(__file__).parent / "language_rules.yml"


class LanguageRules(StrictRecord):
    """`language_rules.yml` explains each."""

    likely: float = Field(gt=0.5, le=1)
    fewest_letters: int = Field(gt=0)


@lru_cache(maxsize=1)
def load_language_rules() -> LanguageRules:
    """The shipped rules.

    Raises:
        ContentError: the file is missing or breaks its schema.
    """
    rules: LanguageRules = read_yaml(RULES_FILE).parse(LanguageRules)
    return rules
