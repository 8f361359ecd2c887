"""What the intake form has been told so far, and where it stands."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from pydantic import Field

from bot.content.intake_texts import ContactProblem
from bot.content.strict_record import StrictRecord
from bot.content.texts import DEFAULT_LANGUAGE
from bot.replies.intake_request import BestTime, Contact, ContactKind, IntakeRequest

#: Stands for the number that a text message came from: the gateway knows it.
KNOWN_PHONE = Contact(kind=ContactKind.PHONE, value="known")


class Step(str, Enum):
    """What is asked, in this order."""

    NAME = "name"
    CONTACT = "contact"
    BEST_TIME = "best_time"
    REASON = "reason"
    CONFIRM = "confirm"


class Choice(str, Enum):
    """What a button of the form says: the leaf of the intent `intake`."""

    SKIP = "skip"
    CANCEL = "cancel"
    USE_KNOWN = "use_known"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"
    SEND = "send"
    CHANGE_NAME = "change_name"
    CHANGE_CONTACT = "change_contact"
    CHANGE_TIME = "change_time"
    CHANGE_REASON = "change_reason"


class Note(str, Enum):
    """What is said beside the open question, or instead of it.

    `QUIET`: nothing at all, because the message was about danger.
    """

    STARTED = "started"
    RESUMED = "resumed"
    INTERRUPTED = "interrupted"
    UNCLEAR = "unclear"
    TOO_LONG = "too_long"
    KEPT_CONTACT = "kept_contact"
    QUIET = "quiet"


class FormEnd(str, Enum):
    """How a form ended. One that was put aside can be gone on with."""

    SENT = "sent"
    CANCELLED = "cancelled"
    PUT_ASIDE = "put_aside"
    TRIES_USED = "tries_used"


class IntakeDraft(StrictRecord):
    """A form that is being filled in.

    `consent_version` names the wording that was shown, `kept_days` how long it said that answers
    are kept, `consent_at` (UTC) when the patient went on after it. `tries` counts contacts that
    could not be read, `interruptions` messages in a row that brought the form no further.
    `correcting`: the next answer leads back to the read-back. `known_phone` is how the number that
    the patient texts from ends. `note` and `problem` are about the latest message.
    """

    step: Step = Step.NAME
    language: str = DEFAULT_LANGUAGE
    consent_version: str
    kept_days: int = Field(gt=0)
    consent_at: datetime | None = None
    name: str | None = Field(default=None, min_length=1, max_length=80)
    contact: Contact | None = None
    best_time: BestTime | None = None
    reason: str | None = Field(default=None, min_length=1, max_length=500)
    tries: int = Field(default=0, ge=0)
    interruptions: int = Field(default=0, ge=0)
    correcting: bool = False
    known_phone: str | None = Field(default=None, regex=r"^\d{2,4}$")
    note: Note | None = None
    problem: ContactProblem | None = None
    end: FormEnd | None = None

    def __repr__(self) -> str:
        return f"IntakeDraft(step={self.step.value})"

    __str__ = __repr__

    def request(self) -> IntakeRequest:
        """What the clinic is asked for.

        Raises:
            ValueError: the contact is missing, or was asked for without consent.
        """
        if self.contact is None or self.consent_at is None:
            raise ValueError("there is nothing to pass on")
        return IntakeRequest(
            contact=self.contact,
            name=self.name,
            best_time=self.best_time or BestTime.ANY,
            reason=self.reason,
            language=self.language,
            consent_version=self.consent_version,
            consent_at=self.consent_at,
        )
