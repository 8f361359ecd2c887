"""A reply: what every part of the assistant hands to the next one."""

from __future__ import annotations

import json
from datetime import date
from enum import Enum
from typing import Any

from pydantic import Field

from bot.content.strict_record import StrictRecord
from bot.replies.intake_request import IntakeRequest
from bot.safety.danger import Danger


class ReplyKind(str, Enum):
    """Every reply has exactly one kind (docs/architecture.md, "Reply kinds")."""

    ANSWER = "answer"
    EMERGENCY = "emergency"
    CRISIS = "crisis"
    PERSONAL_ADVICE = "personal_advice"
    HUMAN_HANDOFF = "human_handoff"
    INTAKE = "intake"
    NOT_COVERED = "not_covered"
    OUT_OF_SCOPE = "out_of_scope"
    CHITCHAT = "chitchat"
    CLARIFY = "clarify"
    NOTICE = "notice"
    ERROR = "error"


#: Kinds that must never reach a patient without the disclaimer in the same bubble.
KINDS_WITH_DISCLAIMER = frozenset(
    {
        ReplyKind.ANSWER,
        ReplyKind.PERSONAL_ADVICE,
        ReplyKind.NOT_COVERED,
        ReplyKind.CLARIFY,
    }
)


class Asks(str, Enum):
    """What a question of the intake form asks for, so that a device can make it easy to answer.

    `KNOWN_CONTACT` asks whether the number that the patient texts from may be used.
    """

    NAME = "name"
    CONTACT = "contact"
    KNOWN_CONTACT = "known_contact"
    BEST_TIME = "best_time"
    REASON = "reason"
    CONFIRM = "confirm"


class Reference(StrictRecord):
    """A publication, as shown to a patient."""

    citation: str
    pmid: str = Field(regex=r"^\d+$")


class Source(StrictRecord):
    """Where an answer comes from and who reviewed the page it rests on."""

    section: str
    url: str
    reviewed_by: str
    reviewed_on: date
    references: tuple[Reference, ...]


class Button(StrictRecord):
    """A choice offered with a reply.

    `payload` is what Rasa is given when it is chosen, as in `/faq{"topic": "migraine.aura"}`. It
    never leaves the server: a patient's device gets an id that the gateway makes.
    """

    title: str = Field(min_length=1, max_length=60)
    payload: str = Field(regex=r"^/")


class Template(StrictRecord):
    """Which curated text a reply says, so that a text message can say it in fewer words.

    `name` is a key of `replies` in `text_messages.yml`, `values` what was filled in besides the
    clinic's facts. `after`: the danger whose line, which keeps the door open, ends the text.
    `left_open`: what is offered was asked too, and is not answered yet.
    """

    name: str
    values: tuple[tuple[str, str], ...] = Field(default=(), repr=False)
    after: Danger | None = None
    left_open: bool = False

    @classmethod
    def of(cls, name: str, /, **values: str) -> Template:
        """The template with these values."""
        return cls(name=name, values=tuple(values.items()))


class Reply(StrictRecord):
    """One bubble: text, and all that belongs to it.

    Parts that do not apply are None (or no buttons). `asks` is what a question of the intake form
    asks for, and `problem` says that it tells what was wrong with the answer before. `language`
    (ISO 639-1) is that of the patient where one is known; None: they write as the pages do.
    `danger` is what a safety reply answers, `request` a finished form that the gateway has to
    store, and `template` what a text message goes by: a patient's device is told none of these.
    """

    kind: ReplyKind
    text: str = Field(min_length=1)
    page: str | None = None
    topic: str | None = None
    disclaimer: str | None = None
    source: Source | None = None
    buttons: tuple[Button, ...] = ()
    asks: Asks | None = None
    problem: bool = False
    language: str | None = None
    danger: Danger | None = None
    request: IntakeRequest | None = None
    template: Template | None = None

    @property
    def is_safety(self) -> bool:
        """Whether this is a fixed reply to danger."""
        return self.kind in (ReplyKind.EMERGENCY, ReplyKind.CRISIS)

    def as_json(self) -> dict[str, Any]:
        """The reply in JSON's own types: dates as ISO text, enums as their values."""
        values: dict[str, Any] = json.loads(self.json())
        return values
