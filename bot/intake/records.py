"""An intake record: what a person of the clinic has to see to, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.replies.channel import Channel
from bot.replies.intake_request import BestTime, Contact


class Origin(str, Enum):
    """How a record came to be."""

    REQUEST = "request"
    SAFETY_ALERT = "safety_alert"


class RecordState(str, Enum):
    """How far a record has come; `transitions.py` says what may follow what."""

    NEW = "new"
    NOTIFIED = "notified"
    CLAIMED = "claimed"
    CONTACTED = "contacted"
    RESOLVED = "resolved"
    DUPLICATE = "duplicate"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Urgency(str, Enum):
    """How soon a person must see to a record, the least urgent first."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"
    CRISIS_SHOWN = "crisis_shown"


#: States in which nothing more is done, unless the record is reopened.
CLOSED_STATES = frozenset(
    {
        RecordState.RESOLVED,
        RecordState.DUPLICATE,
        RecordState.UNREACHABLE,
        RecordState.WITHDRAWN,
        RecordState.EXPIRED,
    }
)


class EntryKind(str, Enum):
    """What was added to a record later."""

    REQUEST = "request"
    NOTE = "note"
    SAFETY_ALERT = "safety_alert"


@dataclass(frozen=True)
class Entry:
    """One addition to a record. `author` is a user's shown name, None for the patient's side.

    `conversation_id` is where a request or an alert came from. A request from another conversation
    than the record's has a `reference` of its own. `times` says how often an alert came.
    """

    id: str
    at: datetime
    kind: EntryKind
    text: str = field(repr=False)
    author: str | None = None
    conversation_id: str | None = None
    reference: str | None = None
    times: int = 1
    contact: Contact | None = field(default=None, repr=False)


@dataclass(frozen=True)
class IntakeRecord:
    """One record, opened. Times are UTC; `version` rises by one with every change."""

    id: str
    reference: str
    origin: Origin
    channel: Channel
    conversation_id: str | None
    state: RecordState
    urgency: Urgency
    version: int
    assignee_id: str | None
    assignee: str | None
    created_at: datetime
    changed_at: datetime
    due_at: datetime
    closed_at: datetime | None
    language: str
    best_time: BestTime | None
    consent_version: str | None
    consent_at: datetime | None
    name: str | None = field(default=None, repr=False)
    contact: Contact | None = field(default=None, repr=False)
    reason: str | None = field(default=None, repr=False)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state not in CLOSED_STATES


@dataclass(frozen=True)
class Receipt:
    """What a patient is told once a request is stored.

    `appended`: it was added to a request of the same conversation that was open already.
    """

    reference: str
    due_at: datetime
    appended: bool
