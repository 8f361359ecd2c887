"""Typed access to `text_messages.yml`: what somebody reads by text message alone."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from pydantic import validator

from bot.content.strict_record import StrictRecord
from bot.content.texts import DEFAULT_LANGUAGE
from bot.content.yaml_source import read_yaml

TEXT_MESSAGES_FILE = Path(__file__).parent / "text_messages.yml"

#: Wordings of the same content: the best first, the shortest last.
Wordings = tuple[str, ...]


class TextNotice(str, Enum):
    """Fixed texts that answer no question: key words, and what cannot be understood."""

    HELP = "help"
    STOPPED = "stopped"
    STARTED = "started"
    ASK_TO_STOP = "ask_to_stop"
    MEDIA = "media"
    LOCATION = "location"
    EMPTY = "empty"
    UNKNOWN = "unknown"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    CHOICE_OVER = "choice_over"
    UNAVAILABLE = "unavailable"


class TextLines(StrictRecord):
    """Lines that belong to several texts. An empty wording leaves the line out."""

    person: Wordings
    link: Wordings
    general: Wordings
    choices: str
    list_button: str
    other_question: str
    other_questions: str
    staff: str
    shortened: str
    as_written: str
    left_out: str


class TextMessages(StrictRecord):
    """What is said in one language. `replies` are by a reply's template (`bot.replies.reply`).

    `labels` and `words` are what a choice is called, by the leaf or the intent of its button.
    """

    introduction: Wordings
    notices: dict[TextNotice, Wordings]
    replies: dict[str, Wordings]
    cannot_show: str
    lines: TextLines
    labels: dict[str, str]
    words: dict[str, str]

    @validator("introduction", "replies", "notices")
    def _says_something(cls, value: object) -> object:
        lists = list(value.values()) if isinstance(value, dict) else [value]
        if not all(isinstance(each, tuple) and each and all(each) for each in lists):
            raise ValueError("a text has no words")
        return value

    @validator("notices")
    def _has_every_notice(cls, texts: dict[TextNotice, Wordings]) -> dict[TextNotice, Wordings]:
        missing = sorted(notice.value for notice in TextNotice if notice not in texts)
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}")
        return texts


class AllTextMessages(StrictRecord):
    """The messages by language (ISO 639-1)."""

    __root__: dict[str, TextMessages]

    @validator("__root__")
    def _speaks_english(cls, messages: dict[str, TextMessages]) -> dict[str, TextMessages]:
        if DEFAULT_LANGUAGE not in messages:
            raise ValueError(f"lacks {DEFAULT_LANGUAGE}")
        return messages

    def in_language(self, language: str) -> TextMessages:
        """The messages in `language`; in English if there are none."""
        return self.__root__.get(language) or self.__root__[DEFAULT_LANGUAGE]

    def languages(self) -> tuple[str, ...]:
        """Every language that there are messages in."""
        return tuple(self.__root__)


def load_text_messages(file: Path = TEXT_MESSAGES_FILE) -> AllTextMessages:
    """Read the messages.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    messages: AllTextMessages = read_yaml(file).parse(AllTextMessages)
    return messages
