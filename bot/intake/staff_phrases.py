"""The fixed English phrases in the entries of a record, from `staff_phrases.yml`."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.intake.transitions import Move
from bot.replies.intake_request import BestTime, IntakeRequest
from bot.safety.danger import About, Danger, DangerTopic, Tier

PHRASES_FILE = Path(__file__).parent / "staff_phrases.yml"


class RequestPart(str, Enum):
    """A part of a request that staff read."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    BEST_TIME = "best_time"
    REASON = "reason"


def _holds(template: str, *places: str) -> str:
    if any(f"{{{place}}}" not in template for place in places):
        raise ValueError(f"must hold {', '.join(f'{{{place}}}' for place in places)}")
    try:
        template.format(**dict.fromkeys(places, ""))
    except (LookupError, ValueError):
        raise ValueError(f"must hold nothing but {', '.join(places)} in braces") from None
    return template


class StaffPhrases(StrictRecord):
    """All of `staff_phrases.yml`; every topic, tier and so on has its phrase."""

    alert: str
    topics: dict[DangerTopic, str]
    tiers: dict[Tier, str]
    about: dict[About, str]
    level: str
    request: str
    parts: dict[RequestPart, str]
    best_times: dict[BestTime, str]
    moves: dict[Move, str]

    @validator("alert")
    def _names_topic_and_facts(cls, template: str) -> str:
        return _holds(template, "topic", "facts")

    @validator("level")
    def _names_the_level(cls, template: str) -> str:
        return _holds(template, "level")

    @validator("topics", "tiers", "about", "parts", "best_times", "moves")
    def _is_complete(cls, phrases: dict[Enum, str], field: Any) -> dict[Enum, str]:
        every: Collection[Enum] = field.key_field.type_
        missing = ", ".join(str(each.value) for each in every if each not in phrases)
        if missing:
            raise ValueError(f"lacks {missing}")
        return phrases

    def of_danger(self, danger: Danger) -> str:
        """What staff read of a danger that a patient told of."""
        facts = [self.about[danger.about], self.tiers[danger.tier]]
        if danger.level is not None:
            facts.insert(0, self.level.format(level=danger.level))
        return self.alert.format(topic=self.topics[danger.topic], facts=", ".join(facts))

    def of_request(self, request: IntakeRequest) -> str:
        """What staff read of a request that was added to a record: one line for each part."""
        contact = request.contact
        values = {
            RequestPart.NAME: request.name,
            RequestPart(contact.kind.value): contact.value,
            RequestPart.BEST_TIME: self.best_times[request.best_time],
            RequestPart.REASON: request.reason,
        }
        lines = [f"{self.parts[part]}: {value}" for part, value in values.items() if value]
        return "\n".join([self.request, *lines])

    def of_move(self, move: Move, reason: str) -> str:
        """What staff read of the reason that somebody gave for a move."""
        return f"{self.moves[move]}: {reason}"


def load_staff_phrases(file: Path = PHRASES_FILE) -> StaffPhrases:
    """Read the phrases.

    Raises:
        ContentError: the file is missing or breaks the schema; names line and field.
    """
    phrases: StaffPhrases = read_yaml(file).parse(StaffPhrases)
    return phrases


STAFF_PHRASES = load_staff_phrases()
