"""Typed access to `texts.yml`: every patient-facing text that is not a page's answer."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import TypeVar

from pydantic import validator

from bot.content.intake_texts import IntakeTexts
from bot.content.page import FollowUpKind
from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

_Name = TypeVar("_Name", bound=Enum)

#: The language (ISO 639-1) that every text is there in.
DEFAULT_LANGUAGE = "en"

TEXTS_FILE = Path(__file__).parent / "texts.yml"


class ChitchatKind(str, Enum):
    """The kinds of small talk that have a reply."""

    GREET = "greet"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    HOW_ARE_YOU = "how_are_you"
    ARE_YOU_A_ROBOT = "are_you_a_robot"
    WHAT_CAN_YOU_DO = "what_can_you_do"
    INSULT = "insult"
    UNHELPFUL = "unhelpful"
    ACKNOWLEDGE = "acknowledge"
    PAIN = "pain"


class ButtonTitles(StrictRecord):
    """Titles of the buttons that are not a question."""

    person: str
    more: str


class PersonalAdviceTexts(StrictRecord):
    """Declining to advise on one person's case."""

    decline: str
    general: str


class NotCoveredTexts(StrictRecord):
    """Saying that the page does not answer."""

    page: str
    about_topic: str


class ClarifyTexts(StrictRecord):
    """Asking which question was meant."""

    two_meanings: str
    unsure: str
    offer_person_first: str
    nothing_to_follow: str
    understood: str


class SeveralTexts(StrictRecord):
    """Several questions in one message. `other_question` stands for one without an answer."""

    left: str
    other_question: str


class FollowUpTexts(StrictRecord):
    """Follow-ups that are not answered by another answer."""

    source: str
    simpler: str
    already_full: str


class UnhelpfulTexts(StrictRecord):
    """When somebody says that an answer did not help, and says so again."""

    once: str
    again: str


class ErrorTexts(StrictRecord):
    """When something of ours failed."""

    action_failed: str


class ErrorCode(str, Enum):
    """The codes of the public interface's errors.

    `UNAVAILABLE` and `INTERNAL` say the fixed safe text; every other one has its text here.
    """

    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"

    MALFORMED_JSON = "malformed_json"
    WRONG_SHAPE = "wrong_shape"
    KEY_MISSING = "key_missing"
    KEY_MALFORMED = "key_malformed"
    KEY_REUSED = "key_reused"
    SESSION_OVER = "session_over"
    FOREIGN_ORIGIN = "foreign_origin"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_SLOW = "too_slow"
    BODY_TOO_LARGE = "body_too_large"
    WRONG_TYPE = "wrong_type"
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    BUTTON_OVER = "button_over"
    TOO_MANY = "too_many"
    CONVERSATION_BUSY = "conversation_busy"


#: Answered with the fixed safe text in place of one of their own.
SAFE_TEXT_ERRORS = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.INTERNAL})


class DemonstrationTexts(StrictRecord):
    """The demonstration of a page of the clinic."""

    title: str
    skip: str
    emergency: str
    conditions: str
    lead: str
    reviewed: str
    on_this_page: str
    references: str
    pubmed: str
    ask: str
    contact: str
    call: str
    hours: str
    about: str
    no_script: str


class AnswerPageTexts(StrictRecord):
    """The page with one full answer."""

    title: str
    get_help_now: str
    call_911: str
    call_988: str
    text_988: str
    page: str
    references: str
    ask: str
    person: str
    gone_title: str
    gone: str


class Texts(StrictRecord):
    """All of `texts.yml`. Words in {braces} are filled in by whoever composes the reply."""

    source_line: str
    buttons: ButtonTitles
    chitchat: dict[ChitchatKind, str]
    affirm_without_offer: str
    deny: str
    personal_advice: PersonalAdviceTexts
    not_covered: NotCoveredTexts
    out_of_scope: str
    clarify: ClarifyTexts
    several: SeveralTexts
    unhelpful: dict[str, UnhelpfulTexts]
    follow_up: FollowUpTexts
    follow_up_titles: dict[FollowUpKind, str]
    human_handoff: str
    other_language: dict[str, str]
    intake: dict[str, IntakeTexts]
    error: ErrorTexts
    http_errors: dict[ErrorCode, str]
    demonstration: DemonstrationTexts
    answer_page: AnswerPageTexts

    @validator("chitchat")
    def _answers_all_small_talk(cls, texts: dict[ChitchatKind, str]) -> dict[ChitchatKind, str]:
        return _complete(texts, ChitchatKind)

    @validator("follow_up_titles")
    def _names_all_follow_ups(cls, texts: dict[FollowUpKind, str]) -> dict[FollowUpKind, str]:
        return _complete(texts, FollowUpKind)

    @validator("intake", "unhelpful")
    def _speaks_english(cls, texts: dict[str, StrictRecord]) -> dict[str, StrictRecord]:
        if DEFAULT_LANGUAGE not in texts:
            raise ValueError(f"lacks {DEFAULT_LANGUAGE}")
        return texts

    @validator("http_errors")
    def _explains_all_errors(cls, texts: dict[ErrorCode, str]) -> dict[ErrorCode, str]:
        return _complete(texts, set(ErrorCode) - SAFE_TEXT_ERRORS)


def _complete(texts: dict[_Name, str], names: Iterable[_Name]) -> dict[_Name, str]:
    missing = sorted(name.value for name in names if name not in texts)
    if missing:
        raise ValueError(f"lacks {', '.join(missing)}")
    return texts


def load_texts(file: Path = TEXTS_FILE) -> Texts:
    """Read the texts.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    texts: Texts = read_yaml(file).parse(Texts)
    return texts
