"""A person of the clinic writes, and the open page shows it without being touched."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat import Chat, holds, said
from tests.browser.conftest import OpenChat
from tests.scenarios.conversation import fresh_address
from tests.scenarios.intake import CLINIC, FORM, Patient, StaffBrowser, reference_in
from tests.scenarios.running_product import RunningProduct

#: The page asks every 4 seconds.
_SOON = 15_000


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
def chat(open_chat: OpenChat, product: RunningProduct) -> Chat:
    return open_chat()


@pytest.fixture
def reference(chat: Chat, product: RunningProduct) -> str:
    """Of the request that was made in the page's session; the page shows it."""
    patient = Elsewhere(product.url, chat.token())
    patient.fills_in(contact=f"{uuid.uuid4().hex}@example.com")
    found = reference_in(patient.presses("Send")[-1])
    patient.close()
    chat.page.reload()
    expect(chat.answer).to_contain_text(found)
    return found


def writes(staff: StaffBrowser, reference: str, text: str) -> None:
    staff.does(reference, "messages", message=text, once=uuid.uuid4().hex)


def asked_for_news(page: Page) -> list[str]:
    """The addresses of the page's requests for news, as they come."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if "updates" in request.url else 0)
    return seen


def test_a_person_joins_writes_and_leaves(chat: Chat, staff: StaffBrowser, reference: str) -> None:
    staff.does(reference, "take-over")
    expect(chat.answer).to_contain_text("Dana", timeout=_SOON)
    holds(chat.answer, FORM.person_joined("Dana").text)

    text = "Which <b>days</b> suit you?\nCall <img src=x onerror=alert(1)>"
    writes(staff, reference, text)
    expect(chat.answer).to_contain_text("days", timeout=_SOON)
    assert chat.answer.inner_text().splitlines()[0] == f"Dana from {CLINIC.name}:"
    holds(chat.answer, text)
    assert chat.answer.locator("img, b").count() == 0
    expect(chat.log).to_have_attribute("aria-live", "polite")

    count = chat.bubbles.count()
    chat.ask("Mondays")
    expect(chat.status).to_have_text(said("delivered"))
    expect(chat.bubbles).to_have_count(count + 1)
    assert chat.input.input_value() == ""

    staff.does(reference, "hand-back")
    expect(chat.answer).to_contain_text(FORM.person_left("Dana").text[:20], timeout=_SOON)
    expect(chat.bubbles).to_have_count(count + 2)
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")


def test_a_reload_shows_the_same_and_waits_for_nothing(
    chat: Chat, staff: StaffBrowser, reference: str
) -> None:
    staff.does(reference, "take-over")
    writes(staff, reference, "Hello there")
    expect(chat.answer).to_contain_text("Hello there", timeout=_SOON)
    chat.ask("Hello to you")
    expect(chat.status).to_have_text(said("delivered"))
    lines = chat.lines()
    chat.page.reload()
    expect(chat.answer).to_contain_text("Hello to you")
    expect(chat.input).to_be_editable()
    expect(chat.status).to_have_text("")
    assert chat.lines() == lines
    staff.does(reference, "hand-back")


def test_a_second_tab_shows_it_too(chat: Chat, staff: StaffBrowser, reference: str) -> None:
    token = chat.token()
    other = chat.page.context.new_page()
    other.add_init_script(f"sessionStorage.setItem('assistant-token', '{token}')")
    other.goto(chat.page.url)
    tabs = [Chat(chat.page), Chat(other)]
    for tab in tabs:
        expect(tab.answer).to_contain_text(reference)
    staff.does(reference, "take-over")
    writes(staff, reference, "In both")
    for tab in tabs:
        expect(tab.answer).to_contain_text("In both", timeout=_SOON)
        expect(tab.page.get_by_text("In both")).to_have_count(1)
    staff.does(reference, "hand-back")


def test_a_page_that_cannot_be_seen_asks_for_nothing(chat: Chat, reference: str) -> None:
    page = chat.page
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(500)
    asked = asked_for_news(page)
    page.wait_for_timeout(6000)
    assert asked == []
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: false, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(1000)
    assert len(asked) == 1


def test_without_a_request_it_asks_rarely(chat: Chat) -> None:
    asked = asked_for_news(chat.page)
    chat.page.wait_for_timeout(9000)
    assert asked == []
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")
    chat.page.wait_for_timeout(6000)
    assert len(asked) == 1


def test_a_deleted_conversation_is_asked_for_no_more(chat: Chat, reference: str) -> None:
    chat.page.get_by_role("button", name=said("clear")).click()
    chat.page.get_by_role("button", name=said("clear_confirm")).click()
    expect(chat.status).to_have_text(said("cleared"))
    asked = asked_for_news(chat.page)
    chat.page.wait_for_timeout(6000)
    assert asked == []
