"""All curated pages, and how to find an answer in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.content.page import NOT_ON_PAGE, Answer, Citation, FollowUpKind, Page
from bot.content.yaml_source import ContentError, Fault, read_yaml

PAGES_FOLDER = Path(__file__).parent / "pages"


@dataclass(frozen=True)
class Topic:
    """Names one answer of one page. Written `page.answer`, as in `migraine.aura`."""

    page: str
    answer: str

    def __str__(self) -> str:
        return f"{self.page}.{self.answer}"

    @classmethod
    def parse(cls, text: str) -> Topic:
        """The topic written as `page.answer`.

        Raises:
            ValueError: the text has not exactly that form.
        """
        page, separator, answer = text.partition(".")
        if not (page and separator and answer):
            raise ValueError("a topic is written page.answer")
        return cls(page, answer)


@dataclass(frozen=True)
class Library:
    """The curated pages in the order of their file names. The first is the default page."""

    pages: tuple[Page, ...]

    @cached_property
    def _answers(self) -> dict[Topic, Answer]:
        return {Topic(page.id, answer.id): answer for page in self.pages for answer in page.answers}

    @cached_property
    def _pages(self) -> dict[str, Page]:
        return {page.id: page for page in self.pages}

    @property
    def default_page(self) -> Page:
        """The page that a conversation starts from."""
        return self.pages[0]

    def page(self, page_id: str) -> Page:
        """The page with this id. Raises KeyError if there is none."""
        return self._pages[page_id]

    def answer(self, topic: Topic) -> Answer:
        """The answer to this topic. Raises KeyError if there is none."""
        return self._answers[topic]

    def __contains__(self, topic: object) -> bool:
        return topic in self._answers

    def topics(self) -> Iterator[Topic]:
        """Every topic, in page order."""
        return iter(self._answers)

    def citations(self, topic: Topic) -> tuple[Citation, ...]:
        """The publications that the answer to this topic names."""
        by_id = {citation.id: citation for citation in self.page(topic.page).references}
        return tuple(by_id[name] for name in self.answer(topic).references)

    def follow_up(self, topic: Topic | None, kind: FollowUpKind) -> Topic | None:
        """The answer that a bare follow-up after `topic` asks for; None if the page does not say.

        With no previous topic the default page's own map decides.
        """
        page = self.page(topic.page) if topic else self.default_page
        own = self.answer(topic).follow_ups if topic else {}
        target = own.get(kind, page.follow_ups.get(kind, NOT_ON_PAGE))
        return None if target == NOT_ON_PAGE else Topic(page.id, target)


def load_library(folder: Path = PAGES_FOLDER) -> Library:
    """Load every page of `folder`.

    Raises:
        ContentError: a page breaks the schema, or there is no page.
    """
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ContentError([Fault(folder, 1, "holds no page")])
    return Library(tuple(read_yaml(file).parse(Page) for file in files))
