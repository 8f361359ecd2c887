"""How text messages are read and how long they may be, from `text_rules.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, validator

from bot.content.strict_record import FilledRecord
from bot.content.yaml_source import read_yaml

RULES_FILE = Path(__file__).parent / "text_rules.yml"

Words = tuple[str, ...]

#: Whole messages by the language (ISO 639-1) that they are in.
WordsByLanguage = dict[str, Words]


class SegmentLimits(FilledRecord):
    """Segments of one text at most. `text_rules.yml` says of which."""

    reply: int = Field(gt=0)
    introduction: int = Field(gt=0)
    other_script: int = Field(gt=0)
    # Twilio takes 1600 characters (error 21617): 10 segments.
    staff: int = Field(gt=0, le=10)


class WhatsAppLimits(FilledRecord):
    """What WhatsApp takes in one message with buttons or a list, in characters."""

    # Twilio's limit of a body (error 21617) stands above WhatsApp's own.
    body_characters: int = Field(gt=0, le=1600)
    buttons: int = Field(gt=0)
    button_characters: int = Field(gt=0)
    rows: int = Field(gt=0)
    row_characters: int = Field(gt=0)
    description_characters: int = Field(gt=0)


class PortalLimits(FilledRecord):
    """What a portal takes in one message."""

    body_characters: int = Field(gt=0)


class EchoLimits(FilledRecord):
    """How much of an answer to the form is read back."""

    name_characters: int = Field(gt=0)
    contact_characters: int = Field(gt=0)


class KeywordLists(FilledRecord):
    """Whole messages that are key words, by what they ask for."""

    stop: WordsByLanguage
    start: WordsByLanguage
    help: WordsByLanguage
    more: WordsByLanguage
    sources: WordsByLanguage
    person: WordsByLanguage

    def lists(self) -> Mapping[str, WordsByLanguage]:
        """Every list by its name."""
        return {name: getattr(self, name) for name in self.__fields__}

    @validator("stop")
    def _holds_what_the_law_names(cls, lists: WordsByLanguage) -> WordsByLanguage:
        # 47 CFR 64.1200(a)(10), in force since 2025-04-11.
        per_se = {"stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"}
        missing = sorted(per_se.difference(*lists.values()))
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}")
        return lists


class StopWording(FilledRecord):
    """Clear wording for "no more texts" besides the key words."""

    phrases: Words
    endings: Words
    texts: Words
    words_between: int = Field(ge=0)
    not_after: Words


class TextRules(FilledRecord):
    """All of `text_rules.yml`."""

    segments: SegmentLimits
    whatsapp: WhatsAppLimits
    portal: PortalLimits
    plain_letters: Words
    echo: EchoLimits
    keywords: KeywordLists
    start_again: Words
    courtesies: Words
    before_number: Words
    numbers: tuple[Words, ...]
    stop_wording: StopWording


def load_text_rules(file: Path = RULES_FILE) -> TextRules:
    """Read the rules.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    rules: TextRules = read_yaml(file).parse(TextRules)
    return rules
