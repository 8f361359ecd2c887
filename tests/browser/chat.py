"""The chat page as a person finds their way in it: by roles and names, never by ids or classes."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.scenarios.curated import text_of


class Chat:
    """One open chat page. `troubles` are the errors and warnings of its console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        self.log = page.get_by_role("log")
        self.input = page.get_by_role("textbox", name=said("input_label"))
        self.send = page.get_by_role("button", name=said("send"), exact=True)
        self.alert = page.get_by_role("alert")
        self.status = page.get_by_role("status")

    @property
    def bubbles(self) -> Locator:
        """Everything that was said, in order."""
        return self.log.locator(":scope > *")

    @property
    def answer(self) -> Locator:
        """The last thing that was said."""
        return self.bubbles.last

    def is_open(self) -> None:
        """The greeting stands and something can be typed."""
        self.is_answered_with("texts chitchat.greet")
        expect(self.input).to_be_editable()

    def ask(self, text: str) -> None:
        """Type and send."""
        self.input.fill(text)
        self.send.click()

    def press(self, reference: str) -> None:
        """Press the button with that title."""
        self.button(text_of(reference)).click()

    def button(self, title: str) -> Locator:
        """The button with that title."""
        return self.page.get_by_role("button", name=title, exact=True)

    def is_answered_with(self, reference: str) -> None:
        """The last bubble holds that text."""
        holds(self.answer, text_of(reference))

    def is_brought_to_a_person(self) -> None:
        """The last bubble but one says how to reach a person, the last one begins the form."""
        self.is_answered_with("intake en.consent.text + intake en.questions.name")
        holds(self.bubbles.nth(-2), text_of("texts human_handoff"))

    def lines(self) -> list[str]:
        """The conversation as it reads."""
        return [line for line in self.log.inner_text().splitlines() if line.strip()]

    def token(self) -> str:
        """The session's token, wherever the page keeps it."""
        kept = self.page.evaluate("Object.values({...sessionStorage, ...localStorage})")
        (token,) = [value for value in kept if re.fullmatch(r"[\w-]{43}", value)]
        return str(token)

    def expects_trouble(self, *words: str) -> None:
        """The console complained of nothing but this, and did so."""
        assert self.troubles
        assert all(any(word in trouble for word in words) for trouble in self.troubles)
        self.troubles.clear()


def said(key: str) -> str:
    """A text of the chat page."""
    return text_of(f"texts chat_page.{key}")


def holds(place: Locator, text: str) -> None:
    """That text stands there, whatever paragraphs and links it is cut into."""
    words = r"\s*".join(re.escape(word) for word in text.split())
    expect(place).to_contain_text(re.compile(words))
