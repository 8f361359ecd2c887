"""An alert for the clinic's staff: somebody told of a danger. Holds nothing of what they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.safety.danger import About, SafetyKind, Tier
from bot.safety.screen import SafetyHit

#: The classifier learned from English sentences only.
_CLASSIFIER_LANGUAGE = "en"


class AlertSource(str, Enum):
    """What found the danger."""

    SCREEN = "screen"
    CLASSIFIER = "classifier"


@dataclass(frozen=True)
class SafetyAlert:
    """One message that told of a danger.

    `id` is the id of the patient's turn, so one message makes one alert however often it is sent
    or answered. `occurred_at` is when it arrived, in UTC. What the classifier found has neither
    tier nor level nor entry, and it is not known about whom it is.
    """

    id: str
    occurred_at: datetime
    kind: SafetyKind
    tier: Tier | None
    level: int | None
    about: About | None
    language: str
    found_by: AlertSource
    conversation_id: str | None
    entry: str | None

    @classmethod
    def of_screen(
        cls, hit: SafetyHit, *, id: str, occurred_at: datetime, conversation_id: str | None = None
    ) -> SafetyAlert:
        """The alert of a message in which the safety screen found a danger."""
        return cls(
            id=id,
            occurred_at=occurred_at,
            kind=hit.kind,
            tier=hit.tier,
            level=hit.level,
            about=hit.about,
            language=hit.language,
            found_by=AlertSource.SCREEN,
            conversation_id=conversation_id,
            entry=hit.entry,
        )

    @classmethod
    def of_classifier(
        cls, kind: SafetyKind, *, id: str, occurred_at: datetime, conversation_id: str | None = None
    ) -> SafetyAlert:
        """The alert of a message that only the classifier took for a danger."""
        return cls(
            id=id,
            occurred_at=occurred_at,
            kind=kind,
            tier=None,
            level=None,
            about=None,
            language=_CLASSIFIER_LANGUAGE,
            found_by=AlertSource.CLASSIFIER,
            conversation_id=conversation_id,
            entry=None,
        )
