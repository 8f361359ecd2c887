"""The words that somebody who texts should read, taken from the content and spelled as sent."""

from __future__ import annotations

from bot.configuration.clinic import load_clinic
from bot.content.gsm7 import with_plain_letters
from bot.content.text_messages import TextNotice, load_text_messages
from bot.safety.short_replies import load_short_replies
from tests.scenarios.curated import record

CLINIC = load_clinic()
_MESSAGES = load_text_messages()
_SAFETY = {reply.id: reply for reply in load_short_replies().dangers}


def filled(text: str, language: str, **values: str) -> str:
    """A text of the content as it is sent."""
    facts = {
        "clinic": CLINIC.name,
        "phone": CLINIC.phone,
        "hours": CLINIC.opening_hours_in(language),
    }
    return with_plain_letters(text.format(**facts, **values))


def introduction(language: str = "en") -> str:
    """Who writes."""
    return filled(_MESSAGES.in_language(language).introduction[0], language)


def notice(which: TextNotice, language: str = "en") -> str:
    """A fixed text."""
    return filled(_MESSAGES.in_language(language).notices[which][0], language)


def said(template: str, language: str = "en", **values: str) -> str:
    """What a text says in place of a reply of the website, in its best wording."""
    return filled(_MESSAGES.in_language(language).replies[template][0], language, **values)


def person_line(language: str = "en") -> str:
    """The last line of what offers nothing but a person."""
    return filled(_MESSAGES.in_language(language).lines.person[-1], language)


def safety(reply: str, language: str = "en") -> str:
    """A safety text, with the way to a person below it."""
    text = _SAFETY[reply].wordings_in(language)[0].filled_in(CLINIC).text
    return f"{with_plain_letters(text)}\n{person_line(language)}"


def short_of(topic: str) -> str:
    """The short form of an answer, written page.answer."""
    return with_plain_letters(str(record(topic)["short"]))
