"""The typed shape of a curated page: one YAML file in `pages/` each."""

from __future__ import annotations

from datetime import date
from enum import Enum

from pydantic import Field, validator

from bot.content.strict_record import StrictRecord


class SignOff(str, Enum):
    """Whether the clinic has signed this exact text."""

    DRAFT = "draft"
    SIGNED = "signed"


class FollowUpKind(str, Enum):
    """What a question that leans on the previous answer asks for."""

    MORE = "more"
    SOURCE = "source"
    SIMPLER = "simpler"
    REPEAT = "repeat"
    DURATION = "duration"
    SAFETY = "safety"
    EFFECTIVENESS = "effectiveness"
    PREVENTION = "prevention"
    RELIEF = "relief"
    CAUSE = "cause"
    FREQUENCY = "frequency"


#: So many questions can be taken in at a glance.
FEWEST_STARTERS = 3
MOST_STARTERS = 5

#: In a follow-up map: the page does not say.
NOT_ON_PAGE = "none"

Slug = Field(regex=r"^[a-z][a-z0-9_]*$")


class Citation(StrictRecord):
    """A publication that the page rests on. `pmid` is its PubMed number."""

    id: str = Slug
    citation: str
    about: str
    pmid: str = Field(regex=r"^[1-9][0-9]{5,8}$")


class Answer(StrictRecord):
    """One curated answer.

    `subject` is what "it" and "those" mean right after the answer; None: nothing by itself.

    `short` is what a patient reads first and fits a text message with the disclaimer; `full` is
    what "tell me more" gives. `follow_ups` says which answer a bare follow-up leads to.
    """

    id: str = Slug
    question: str
    subject: str | None = None
    section: str
    short: str
    full: str
    references: tuple[str, ...]
    related: tuple[str, ...]
    follow_ups: dict[FollowUpKind, str] = Field(default_factory=dict)
    sign_off: SignOff

    @validator("references", "related")
    def _names_one_at_least(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("must name one at least")
        return names


class Page(StrictRecord):
    """A condition page: its facts once, then its answers.

    `starters` are the answers that somebody who does not know what to ask is offered. `names` are
    single words, besides `medicines`, whose spelling is forgiven.
    """

    id: str = Slug
    title: str
    icd11: str
    url_path: str = Field(regex=r"^/\S*$")
    reviewer: str
    reviewed_on: date
    disclaimer: str
    sections: tuple[str, ...]
    figures: tuple[str, ...]
    medicines: tuple[str, ...]
    names: tuple[str, ...] = ()
    references: tuple[Citation, ...]
    starters: tuple[str, ...]
    follow_ups: dict[FollowUpKind, str] = Field(default_factory=dict)
    answers: tuple[Answer, ...]

    @validator("names", each_item=True)
    def _is_one_word(cls, name: str) -> str:
        if not name.isalpha():
            raise ValueError("must be one word of letters")
        return name

    @validator("starters")
    def _offers_a_few(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not FEWEST_STARTERS <= len(names) <= MOST_STARTERS:
            raise ValueError(f"must name {FEWEST_STARTERS} to {MOST_STARTERS}")
        return names
