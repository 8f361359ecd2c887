"""The website widget as a person finds their way in it: by roles and names, never by classes."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Locator, Page, Route, expect

from bot.configuration.clinic import load_clinic
from bot.content.widget_texts import load_widget_texts
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import until

_TEXTS = load_widget_texts()
_CLINIC = load_clinic()

#: How far a key press may have to go; more would be a page that nobody can walk through.
_STOPS = 60

#: Inside a shadow root too, what has the keyboard's focus.
_HAS_FOCUS = "(element) => element.getRootNode().activeElement === element"


class Chat:
    """The widget on one open page. `troubles` are the errors and warnings of its console."""

    def __init__(self, page: Page, language: str = "en") -> None:
        self.page = page
        self.language = language
        self.troubles: list[str] = []
        self._expected: list[str] = []
        self.element = page.locator("clinic-chat")
        self.launcher = page.get_by_role("button", name=self.said("launcher"))
        self.panel = page.get_by_role("dialog", name=self.said("title"))
        self.log = self.panel.get_by_role("log", name=self.said("messages"))
        self.input = self.field("input")
        self.send = self.button(self.said("send"))
        self.person = self.button(self.said("person"))
        self.alert = self.panel.get_by_role("alert")
        self.status = self.panel.get_by_role("status")
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    def said(self, key: str, **values: str) -> str:
        """A text of the widget in the language of this one."""
        return said(key, self.language, **values)

    @property
    def bubbles(self) -> Locator:
        """Everything that was said, in order."""
        return self.log.locator(":scope > div")

    @property
    def answer(self) -> Locator:
        """The last thing that was said."""
        return self.bubbles.last

    def field(self, key: str) -> Locator:
        """What is written in, by the name it has for that step of the form."""
        return self.panel.get_by_role("textbox", name=self.said(key), exact=True)

    def button(self, title: str) -> Locator:
        """The button with that title."""
        return self.panel.get_by_role("button", name=title, exact=True)

    def open(self) -> None:
        """Open the panel; the greeting stands then, and something can be typed."""
        self.launcher.click()
        self.is_answered_with("texts chitchat.greet")
        expect(self.input).to_be_editable()

    def ask(self, text: str) -> None:
        """Type and send."""
        self.input.fill(text)
        self.send.click()

    def fill_in(self, key: str, text: str) -> None:
        """Type into the field of a step of the form, and send."""
        self.field(key).fill(text)
        self.send.click()

    def press(self, reference: str) -> None:
        """Press the button with that title."""
        self.button(text_of(reference)).click()

    def is_answered_with(self, reference: str) -> None:
        """The last bubble holds that text."""
        holds(self.answer, text_of(reference))

    def asks(self, question: str) -> None:
        """The form asks that."""
        self.is_answered_with(f"intake en.questions.{question}")

    def is_brought_to_a_person(self) -> None:
        """The last bubble but one says how to reach a person, the last one begins the form."""
        self.is_answered_with("intake en.consent.text + intake en.questions.name")
        holds(self.bubbles.nth(-2), text_of("texts human_handoff"))

    def walk_to(self, target: Locator, key: str = "Tab") -> None:
        """Press `key` until `target` has the focus."""
        for _ in range(_STOPS):
            if target.evaluate(_HAS_FOCUS):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead there")

    def lines(self) -> list[str]:
        """The conversation as it reads."""
        return [line for line in self.log.inner_text().splitlines() if line.strip()]

    def token(self) -> str:
        """The session's token, which this tab alone keeps."""
        token = self.page.evaluate("sessionStorage.getItem('clinic-chat-token')")
        assert re.fullmatch(r"[\w-]{43}", str(token))
        return str(token)

    def authorization(self) -> dict[str, str]:
        """What a request of this conversation carries."""
        return {"Authorization": f"Bearer {self.token()}"}

    def is_shown_again(self) -> None:
        """The page becomes visible, as when somebody comes back to its tab."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def expects_trouble(self, *words: str) -> None:
        """The console complains of this, and of nothing else; it may do so once more later."""
        self._expected += words
        # The console is heard while something is asked of the page.
        until(lambda: self.page.evaluate("true") and bool(self.troubles), 15, "the complaint")
        assert self.unexpected() == []

    def unexpected(self) -> list[str]:
        """What the console complained of and no test expected."""
        return [
            trouble
            for trouble in self.troubles
            if not any(word in trouble for word in self._expected)
        ]


class HeldMessage:
    """The next message that a page sends stays on its way until it is let go."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._held: list[Route] = []
        chat.page.route("**/api/message", lambda route: self._held.append(route), times=1)

    def is_sent(self) -> None:
        """Wait until the page has sent it."""
        until(lambda: self._chat.page.evaluate("true") and bool(self._held), 15, "the sending")

    def let_go(self) -> None:
        """It goes on to the server."""
        self.is_sent()
        self._held.pop().continue_()


def said(key: str, language: str = "en", **values: str) -> str:
    """A text of the widget."""
    facts = {
        "clinic": _CLINIC.name,
        "phone": _CLINIC.phone,
        "hours": _CLINIC.opening_hours_in(language),
        "email": _CLINIC.email,
    }
    return _TEXTS.filled_in(language, facts)[key].format(**values)


def holds(place: Locator, text: str) -> None:
    """That text stands there, whatever paragraphs and links it is cut into."""
    words = r"\s*".join(re.escape(word) for word in text.split())
    expect(place).to_contain_text(re.compile(words))
