"""The texts of the intake form, in one language each: the part `intake` of `texts.yml`."""

from __future__ import annotations

from enum import Enum

from pydantic import Field, validator

from bot.content.strict_record import StrictRecord


class ContactProblem(str, Enum):
    """What is wrong with a contact that somebody tried to give."""

    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_WITHOUT_AREA_CODE = "phone_without_area_code"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_NOT_OF_THE_US = "phone_not_of_the_us"
    PHONE_NOT_OF_ITS_COUNTRY = "phone_not_of_its_country"
    PHONE_WITHOUT_COUNTRY = "phone_without_country"
    EMAIL_WITHOUT_AT = "email_without_at"
    EMAIL_WITHOUT_NAME = "email_without_name"
    EMAIL_WITHOUT_DOMAIN = "email_without_domain"
    EMAIL_WITHOUT_DOT = "email_without_dot"
    EMAIL_UNUSABLE = "email_unusable"


class ConsentWording(StrictRecord):
    """What a patient reads before the first question, and agrees to by going on.

    `version` is a number and the first eight digits of the text's SHA-256: a test compares them,
    so that neither is edited without the other.
    """

    version: str = Field(regex=r"^[a-z]{2}\.\d+-[0-9a-f]{8}$")
    text: str


class QuestionTexts(StrictRecord):
    """The questions, one for each step."""

    name: str
    contact: str
    known_phone: str
    best_time: str
    reason: str
    confirm: str


class HintTexts(StrictRecord):
    """What is said when an answer to a question was not understood as one."""

    name: str
    contact: str
    best_time: str
    reason: str
    reason_too_long: str
    confirm: str


class ReadBackTexts(StrictRecord):
    """What was answered, one line each, before it is sent."""

    before: str
    name: str
    phone: str
    known_phone: str
    email: str
    best_time: str
    reason: str
    left_out: str


class IntakeButtons(StrictRecord):
    """Titles of the form's buttons. Those of the times are also how the times are read back."""

    skip: str
    cancel: str
    use_known: str
    morning: str
    afternoon: str
    evening: str
    any: str
    send: str
    change_name: str
    change_contact: str
    change_time: str
    change_reason: str
    person: str


class EndTexts(StrictRecord):
    """The last word of a form, and what the gateway says once it has or has not stored it."""

    cancelled: str
    put_aside: str
    tries_used: str
    not_passed_on: str
    nothing_open: str
    received: str
    appended: str
    not_stored: str


class PersonTexts(StrictRecord):
    """What a patient reads when a person of the clinic takes over the chat, and leaves it."""

    joined: str
    left: str


class IntakeTexts(StrictRecord):
    """All texts of the form in one language."""

    consent: ConsentWording
    consent_by_text: ConsentWording
    questions: QuestionTexts
    again: str
    again_confirm: str
    hints: HintTexts
    problems: dict[ContactProblem, str]
    kept_contact: str
    read_back: ReadBackTexts
    buttons: IntakeButtons
    ends: EndTexts
    person: PersonTexts

    @validator("problems")
    def _explains_all_problems(cls, texts: dict[ContactProblem, str]) -> dict[ContactProblem, str]:
        missing = sorted(problem.value for problem in ContactProblem if problem not in texts)
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}")
        return texts
