"""How the intake form reads what a patient writes: limits and word lists of `intake_rules.yml`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from bot.content.strict_record import FilledRecord
from bot.content.yaml_source import read_yaml

RULES_FILE = Path(__file__).parent / "intake_rules.yml"

Words = tuple[str, ...]


class IntakeLimits(FilledRecord):
    """How much is read, and how often is asked. `intake_rules.yml` explains each."""

    contact_tries: int = Field(gt=0)
    interruptions: int = Field(gt=0)
    name_characters: int = Field(gt=0, le=80)
    name_words: int = Field(gt=0)
    bare_name_words: int = Field(gt=0)
    time_words: int = Field(gt=0)
    reason_characters: int = Field(gt=0, le=500)
    attempt_digits: int = Field(gt=0)
    contact_characters: int = Field(gt=0)


class IntakePhrases(FilledRecord):
    """Whole messages that say what a button says."""

    cancel: Words
    skip: Words
    no: Words
    yes: Words
    send: Words
    use_known: Words
    change_name: Words
    change_contact: Words
    change_time: Words
    change_reason: Words


class IntakeTimes(FilledRecord):
    """Words by which a time of day is known."""

    morning: Words
    afternoon: Words
    evening: Words
    any: Words


class IntakeRules(FilledRecord):
    """All of `intake_rules.yml`."""

    limits: IntakeLimits
    phrases: IntakePhrases
    courtesies: Words
    times: IntakeTimes
    not_a_time: Words
    afternoon_begins: int = Field(gt=0, lt=24)
    evening_begins: int = Field(gt=0, lt=24)
    question_words: Words
    requests: Words
    introductions: Words
    weak_introductions: Words
    not_a_name: Words
    email_endings: Words


def load_intake_rules(file: Path = RULES_FILE) -> IntakeRules:
    """Read the rules.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    rules: IntakeRules = read_yaml(file).parse(IntakeRules)
    return rules
