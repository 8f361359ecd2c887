"""A person of the clinic writes at the desk, and the open widget shows it without being touched."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import LOOKS, findings, look
from tests.browser.chat import Chat, holds
from tests.browser.conftest import OpenChat, Profiles
from tests.browser.desk import DeskPage
from tests.scenarios.conversation import fresh_address
from tests.scenarios.intake import FORM, PASSWORD, Patient, StaffBrowser, reference_in
from tests.scenarios.running_product import RunningProduct, until

#: The widget asks every 4 seconds, the desk every 5.
_SOON = 60_000

_HOSTILE = "Which <b>days</b> suit you?\nCall <img src=x onerror=alert(1)>"


class Elsewhere(Patient):
    """The same session, written in by something else than the page."""

    def __init__(self, url: str, token: str) -> None:
        self.http = httpx.Client(
            base_url=url, timeout=30, headers={"X-Forwarded-For": fresh_address()}
        )
        self.token, self.keys = token, []
        self.offered = {}
        self._remember([entry for entry in self.history() if entry["role"] != "patient"])


@pytest.fixture(scope="module")
def staff(product: RunningProduct) -> Iterator[StaffBrowser]:
    browser = StaffBrowser(product, "dana")
    yield browser
    browser.close()


@pytest.fixture
def chat(open_chat: OpenChat) -> Chat:
    return open_chat()


@pytest.fixture
def reference(chat: Chat, product: RunningProduct) -> str:
    """Of the request that was made in the page's session; the page shows it."""
    patient = Elsewhere(product.url, chat.token())
    patient.fills_in(contact=f"{uuid.uuid4().hex}@example.com")
    found = reference_in(patient.presses("Send")[-1])
    patient.close()
    chat.is_shown_again()
    expect(chat.answer).to_contain_text(found)
    return found


@pytest.fixture
def desk_page(profiles: Profiles, product: RunningProduct, staff: StaffBrowser) -> DeskPage:
    """The desk in a browser beside the patient's, signed in."""
    page = profiles.page()
    page.goto(f"{product.url}/desk")
    page.get_by_label("Name").fill("dana")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open records")
    return DeskPage(page, product.url, None)  # type: ignore[arg-type]


def asked_for_news(page: Page) -> list[str]:
    """The addresses of the page's requests for news, as they come."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if "updates" in request.url else 0)
    return seen


def test_a_person_joins_at_the_desk_writes_and_leaves(
    chat: Chat, desk_page: DeskPage, reference: str
) -> None:
    desk_page.open(f"/desk/records/{reference}")
    desk_page.press("Take over the conversation")
    holds_soon(chat, FORM.person_joined("Dana").text)
    expect(subtitle(chat, "subtitle_person")).to_be_visible()

    desk_page.page.get_by_label("Message to the patient").fill(_HOSTILE)
    desk_page.press("Send to the patient")
    holds_soon(chat, _HOSTILE)
    holds(chat.answer, chat.said("person_said", name="Dana"))
    assert chat.answer.locator("img, b").count() == 0
    for name in (*LOOKS, "light"):
        look(chat.page, name)
        assert findings(chat, "clinic-chat") == []

    count = chat.bubbles.count()
    chat.ask("Mondays")
    expect(chat.status).to_have_text(chat.said("delivered"))
    expect(chat.bubbles).to_have_count(count + 1)
    expect(chat.input).to_have_value("")
    messages = desk_page.page.get_by_role("region", name="Messages")
    expect(messages).to_contain_text("Mondays", timeout=_SOON)

    desk_page.press("Hand back to the assistant")
    holds_soon(chat, FORM.person_left("Dana").text)
    expect(subtitle(chat, "subtitle")).to_be_visible()
    expect(chat.bubbles).to_have_count(count + 2)
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")
    assert desk_page.troubles == []


def subtitle(chat: Chat, key: str) -> Locator:
    """Who answers, as the header says."""
    return chat.panel.get_by_text(chat.said(key, name="Dana"), exact=True)


def holds_soon(chat: Chat, text: str) -> None:
    """That is the last thing said, as soon as the page has asked for news."""
    words = r"\s*".join(re.escape(word) for word in text.split())
    expect(chat.answer).to_contain_text(re.compile(words), timeout=_SOON)


def test_the_closed_chat_counts_what_a_person_wrote(
    chat: Chat, staff: StaffBrowser, reference: str
) -> None:
    chat.button(chat.said("close")).click()
    expect(chat.launcher).to_have_accessible_name(chat.said("launcher"))
    staff.does(reference, "take-over")
    staff.does(reference, "messages", message="Are you there?", once=uuid.uuid4().hex)
    # The notice that somebody joins, and the message.
    named = f"{chat.said('launcher')} {chat.said('unread', count='2')}"
    expect(chat.launcher).to_have_accessible_name(named, timeout=_SOON)
    assert findings(chat, "clinic-chat") == []
    chat.launcher.click()
    holds(chat.answer, "Are you there?")
    chat.button(chat.said("close")).click()
    expect(chat.launcher).to_have_accessible_name(chat.said("launcher"))
    staff.does(reference, "hand-back")


def test_a_reload_and_a_second_tab_show_the_same_person(
    chat: Chat, staff: StaffBrowser, reference: str
) -> None:
    staff.does(reference, "take-over")
    staff.does(reference, "messages", message="Hello there", once=uuid.uuid4().hex)
    expect(chat.log).to_contain_text("Hello there", timeout=_SOON)
    chat.ask("Hello to you")
    expect(chat.status).to_have_text(chat.said("delivered"))
    lines = chat.lines()
    page = chat.page.context.new_page()
    other = Chat(page)
    page.goto(chat.page.url)
    chat.page.reload()
    for tab in (chat, other):
        tab.launcher.click()
        expect(tab.answer).to_contain_text("Hello to you")
        expect(subtitle(tab, "subtitle_person")).to_be_visible()
        expect(tab.status).to_have_text("")
        assert tab.lines() == lines
    staff.does(reference, "messages", message="In both", once=uuid.uuid4().hex)
    for tab in (chat, other):
        expect(tab.log.get_by_text("In both")).to_have_count(1, timeout=_SOON)
    staff.does(reference, "hand-back")
    assert other.troubles == []


def test_news_are_asked_for_while_the_page_can_be_seen_until_the_end(visit: OpenChat) -> None:
    chat = visit(prepare=lambda page: page.clock.install())
    page = chat.page
    asked = asked_for_news(page)

    def asks_later() -> bool:
        count = len(asked)
        page.clock.fast_forward("00:31")
        return len(asked) > count

    chat.open()
    until(asks_later, 15, "a question for news")
    hide(page, hidden=True)
    page.clock.fast_forward("00:31")
    assert not any(asks_later() for _ in range(5))
    hide(page, hidden=False)
    until(asks_later, 15, "a question for news")
    chat.button(chat.said("clear")).click()
    chat.button(chat.said("clear_confirm")).click()
    expect(chat.status).to_have_text(chat.said("cleared"))
    assert not any(asks_later() for _ in range(5))


def hide(page: Page, *, hidden: bool) -> None:
    """Make the page believe that nobody can see it, or somebody can."""
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden,"
        " configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )
