"""The page at /: a condition page of the clinic with the widget on it, made of curated content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.configuration.clinic import Clinic
from bot.content.library import Library
from bot.content.page import Answer, Page
from bot.content.texts import DEFAULT_LANGUAGE, DemonstrationTexts
from bot.gateway.page_files import PAGES_FOLDER, PageFiles
from bot.gateway.security_headers import WIDGET_POLICY
from bot.replies.wording import fill_in, in_a_sentence, in_words

_FILES = {
    "/demonstration.css": (PAGES_FOLDER / "demonstration.css", "text/css"),
    "/icon.svg": (PAGES_FOLDER / "icon.svg", "image/svg+xml"),
}

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": WIDGET_POLICY,
}


@dataclass(frozen=True)
class Section:
    """A part of the page: its heading, and what is said there."""

    number: int
    title: str
    answers: tuple[Answer, ...]

    @cached_property
    def anchor(self) -> str:
        """Where a link within the page leads to."""
        return f"section-{self.number}"


class Demonstration:
    """Serves the first page of the library, and its files.

    The widget speaks the language that `/?lang=` names, if it is one of its own.
    """

    def __init__(
        self,
        texts: DemonstrationTexts,
        clinic: Clinic,
        library: Library,
        languages: tuple[str, ...],
    ) -> None:
        self._files = PageFiles(_FILES)
        self._pages = {
            language: _render(texts, clinic, library, language).encode() for language in languages
        }

    def routes(self) -> list[Route]:
        """Where the page and its files are found."""
        return [Route("/", self._show, methods=["GET"]), *self._files.routes()]

    def page(self, language: str) -> bytes:
        """The page with the widget in this language; in English if the widget has it not."""
        return self._pages.get(language) or self._pages[DEFAULT_LANGUAGE]

    async def _show(self, request: Request) -> Response:
        language = request.query_params.get("lang", DEFAULT_LANGUAGE)
        return Response(self.page(language), headers=_HEADERS)


def _render(texts: DemonstrationTexts, clinic: Clinic, library: Library, language: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(PAGES_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = library.default_page
    return environment.get_template("demonstration.html").render(
        words=_words(texts, clinic, library),
        clinic=clinic,
        page=page,
        sections=_sections(page, texts.references),
        phone_address="".join(each for each in clinic.phone if each in "+0123456789"),
        widget_language=language,
    )


def _words(texts: DemonstrationTexts, clinic: Clinic, library: Library) -> dict[str, str]:
    page = library.default_page
    facts = {
        "page": in_a_sentence(page.title),
        "reviewer": page.reviewer,
        "date": in_words(page.reviewed_on),
        # Filled in once for each publication.
        "pmid": "{pmid}",
    }
    words = {name: fill_in(text, clinic, library, **facts) for name, text in texts.dict().items()}
    return {**words, "title": fill_in(texts.title, clinic, library, page=page.title)}


def _sections(page: Page, references: str) -> list[Section]:
    """The sections on which something is said, but for the one that lists publications."""
    said = [
        (title, tuple([answer for answer in page.answers if answer.section == title]))
        for title in page.sections
        if title != references
    ]
    filled = [(title, answers) for title, answers in said if answers]
    return [Section(number, *each) for number, each in enumerate(filled, 1)]
