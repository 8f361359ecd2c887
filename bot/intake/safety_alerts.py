"""An alert for the clinic's staff: somebody told of a danger. Holds nothing of what they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from bot.safety.danger import Danger, SafetyKind

if TYPE_CHECKING:
    # The screen takes seconds to import, and commands that read records do not search texts.
    from bot.safety.screen import SafetyHit


class AlertSource(str, Enum):
    """What found the danger."""

    SCREEN = "screen"
    CLASSIFIER = "classifier"


@dataclass(frozen=True)
class SafetyAlert:
    """One message that told of a danger.

    `id` is the id of the patient's turn, so one message makes one alert however often it is sent
    or answered. `occurred_at` is when it arrived, in UTC. `entry` is the lexicon entry that found
    it, if the screen did. `joins` is the id of an earlier alert to whose record it belongs: of a
    sender who has no conversation.
    """

    id: str
    occurred_at: datetime
    danger: Danger
    found_by: AlertSource
    conversation_id: str | None = None
    entry: str | None = None
    joins: str | None = None

    @property
    def kind(self) -> SafetyKind:
        """Physical danger, or a crisis."""
        return self.danger.kind

    @classmethod
    def of_screen(
        cls, hit: SafetyHit, *, id: str, occurred_at: datetime, conversation_id: str | None = None
    ) -> SafetyAlert:
        """The alert of a message in which the safety screen found a danger."""
        return cls(
            id=id,
            occurred_at=occurred_at,
            danger=hit.danger,
            found_by=AlertSource.SCREEN,
            conversation_id=conversation_id,
            entry=hit.entry,
        )

    @classmethod
    def of_classifier(
        cls, danger: Danger, *, id: str, occurred_at: datetime, conversation_id: str | None = None
    ) -> SafetyAlert:
        """The alert of a message that only the classifier took for a danger."""
        return cls(
            id=id,
            occurred_at=occurred_at,
            danger=danger,
            found_by=AlertSource.CLASSIFIER,
            conversation_id=conversation_id,
        )
