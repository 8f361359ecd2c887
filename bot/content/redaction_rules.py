"""What is taken out of a patient's comment before it is stored: `redaction_rules.yml`."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

RULES_FILE = Path(__file__).parent / "redaction_rules.yml"

#: The group of a pattern that is taken out in place of the whole.
WHAT = "what"

Mark = Field(regex=r"^\[[a-z-]+\]$")


class RedactionRule(StrictRecord):
    """What the patterns find is replaced by the mark."""

    mark: str = Mark
    patterns: tuple[str, ...]

    @validator("patterns", each_item=True)
    def _is_a_pattern(cls, pattern: str) -> str:
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error.msg}") from None
        if compiled.match(""):
            raise ValueError("matches nothing at all")
        return pattern


class PhoneRule(StrictRecord):
    """Telephone numbers are found by `phonenumbers`."""

    mark: str = Mark
    region: str = Field(regex=r"^[A-Z]{2}$")


class RedactionRules(StrictRecord):
    """All of `redaction_rules.yml`."""

    phones: PhoneRule
    before_phones: tuple[RedactionRule, ...]
    after_phones: tuple[RedactionRule, ...]


def load_redaction_rules(file: Path = RULES_FILE) -> RedactionRules:
    """Read the rules.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    rules: RedactionRules = read_yaml(file).parse(RedactionRules)
    return rules
