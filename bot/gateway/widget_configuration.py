"""What the website widget is told with its own file, so that it needs no second request for it."""

from __future__ import annotations

import json

from bot.configuration.clinic import Clinic
from bot.content.library import Library
from bot.content.page import Page
from bot.content.widget_texts import WidgetTexts
from bot.gateway.limits import GatewayLimits
from bot.replies.wording import in_a_sentence


def widget_configuration(
    clinic: Clinic,
    library: Library,
    widget_texts: WidgetTexts,
    limits: GatewayLimits,
) -> dict[str, object]:
    """The clinic's facts, the interface's strings by language, and the pages with their starters.

    Pages are written in one language, so their questions are the same in each.
    """
    languages = widget_texts.languages
    return {
        "clinic": clinic.name,
        "phone": clinic.phone,
        "longest_text": limits.request.longest_text,
        "languages": languages,
        "strings": {
            language: widget_texts.filled_in(language, _facts(clinic, language))
            for language in languages
        },
        "pages": {
            page.id: {
                "title": in_a_sentence(page.title),
                "starters": dict.fromkeys(languages, _starters(page)),
            }
            for page in library.pages
        },
    }


def as_script_literal(configuration: dict[str, object]) -> bytes:
    """A string literal of JavaScript, in ASCII, that `JSON.parse` makes the configuration of.

    JSON's own escapes are JavaScript's too, so the literal is the JSON of the JSON.
    """
    inner = json.dumps(configuration, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(inner).encode("ascii")


def _facts(clinic: Clinic, language: str) -> dict[str, str]:
    return {
        "clinic": clinic.name,
        "phone": clinic.phone,
        "hours": clinic.opening_hours_in(language),
        "email": clinic.email,
    }


def _starters(page: Page) -> list[str]:
    questions = {answer.id: answer.question for answer in page.answers}
    return [questions[name] for name in page.starters]
