"""Puts facts into the places that a text names in {braces}, as a sentence says them."""

from __future__ import annotations

from datetime import date

from bot.configuration.clinic import Clinic
from bot.content.library import Library


def fill_in(text: str, clinic: Clinic, library: Library, **more: str) -> str:
    """Put the clinic's facts, and `more`, where `text` names them in {braces}."""
    titles = [in_a_sentence(page.title) for page in library.pages]
    facts = {
        "clinic": clinic.name,
        "phone": clinic.phone,
        "hours": clinic.opening_hours,
        "email": clinic.email,
        "pages": " and ".join([", ".join(titles[:-1]), titles[-1]] if titles[:-1] else titles),
    }
    return text.format(**(facts | more))


def in_a_sentence(title: str) -> str:
    """A page's title as a sentence uses it: small, but for abbreviations such as PTSD."""
    return " ".join(word if word.isupper() else word.lower() for word in title.split())


def in_words(day: date) -> str:
    """A date as a page prints it: May 31, 2026."""
    return f"{day:%B} {day.day}, {day.year}"
