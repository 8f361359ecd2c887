"""The texts of e-mail notices, read from the schema-checked `notices.yml`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from string import Formatter
from typing import TypeVar

from pydantic import Field, validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.intake.outbox import Notice, NoticeEvent
from bot.intake.records import Urgency

T = TypeVar("T", bound=Enum)

NOTICES_FILE = Path(__file__).parent / "notices.yml"

_PLACEHOLDERS = {
    "subject": frozenset({"event", "urgency", "reference"}),
    "body": frozenset({"event", "urgency", "reference", "link"}),
}


class NoticeTexts(StrictRecord):
    """Words for every event and urgency, and where they go."""

    events: dict[NoticeEvent, str]
    urgencies: dict[Urgency, str]
    subject: str = Field(min_length=1, max_length=200, regex=r"^[^\r\n]+$")
    body: str = Field(min_length=1)

    @validator("events")
    def _every_event(cls, texts: dict[NoticeEvent, str]) -> dict[NoticeEvent, str]:
        return _complete(texts, NoticeEvent)

    @validator("urgencies")
    def _every_urgency(cls, texts: dict[Urgency, str]) -> dict[Urgency, str]:
        return _complete(texts, Urgency)

    @validator("subject")
    def _subject_placeholders(cls, text: str) -> str:
        return _placeholders_known(text, "subject")

    @validator("body")
    def _body_placeholders(cls, text: str) -> str:
        return _placeholders_known(text, "body")

    def subject_of(self, notice: Notice) -> str:
        """The subject of an e-mail."""
        return self.subject.format(**self._words(notice))

    def body_of(self, notice: Notice, link: str) -> str:
        """The text of an e-mail; `link` leads to the record at the desk."""
        return self.body.format(**self._words(notice), link=link)

    def _words(self, notice: Notice) -> dict[str, str]:
        return {
            "event": self.events[notice.event],
            "urgency": self.urgencies[notice.urgency],
            "reference": notice.reference,
        }


def load_notice_texts(file: Path = NOTICES_FILE) -> NoticeTexts:
    """Read the texts.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    texts: NoticeTexts = read_yaml(file).parse(NoticeTexts)
    return texts


def _complete(texts: dict[T, str], members: type[T]) -> dict[T, str]:
    missing = [member.value for member in members if member not in texts]
    if missing:
        raise ValueError(f"has no text for {', '.join(missing)}")
    if any(not text or "\n" in text for text in texts.values()):
        raise ValueError("each text is one line")
    return texts


def _placeholders_known(text: str, name: str) -> str:
    try:
        found = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    except ValueError:
        raise ValueError("has a brace without its partner") from None
    if found != _PLACEHOLDERS[name]:
        wanted = ", ".join(f"{{{field}}}" for field in sorted(_PLACEHOLDERS[name]))
        raise ValueError(f"must have the placeholders {wanted} and no other")
    return text
