"""What a patient asks the clinic for, as the intake form hands it over."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from pydantic import Field

from bot.content.strict_record import StrictRecord


class ContactKind(str, Enum):
    """How the clinic can reach a patient."""

    PHONE = "phone"
    EMAIL = "email"


class BestTime(str, Enum):
    """When a patient likes to be reached, in the clinic's time zone."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"


class Contact(StrictRecord):
    """`value` is a telephone number in E.164 or a normalised e-mail address."""

    kind: ContactKind
    value: str = Field(min_length=3, max_length=254)

    def __repr__(self) -> str:
        return f"Contact(kind={self.kind.value})"

    __str__ = __repr__


class IntakeRequest(StrictRecord):
    """A finished form. Only the contact is required.

    `consent_version` names the wording that the patient agreed to, `consent_at` when (UTC).
    """

    contact: Contact
    name: str | None = Field(default=None, max_length=80)
    best_time: BestTime = BestTime.ANY
    reason: str | None = Field(default=None, max_length=500)
    language: str = "en"
    consent_version: str
    consent_at: datetime

    def __repr__(self) -> str:
        return "IntakeRequest(...)"

    __str__ = __repr__
