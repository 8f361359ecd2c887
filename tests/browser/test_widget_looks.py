"""Axe finds nothing in any state of the widget, however it is looked at; nothing is hard to hit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.accessibility import LOOKS, findings, look
from tests.browser.chat import Chat, holds
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct
from tests.scenarios.unclear_messages import unclear_message

#: A look that a browser profile has by itself.
_AS_IT_IS = "as it is"

#: In these looks the page around the widget is looked at too.
_WHOLE_PAGE = (_AS_IT_IS, "light", "dark")

_QUESTION = "What is migraine aura?"

_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}


def refuse(route: Route) -> None:
    """Too much was sent: come again in ten minutes."""
    error = {"code": "too_many", "message": "."}
    route.fulfill(status=429, json={"error": error}, headers={"Retry-After": "600"})


def answers(chat: Chat, unclear: str) -> Iterator[str]:
    """From the closed panel through every kind of reply; names each state once it stands."""
    yield "closed"
    chat.open()
    yield "greeted"
    chat.ask("Can ketamine treat my migraines?")
    chat.is_answered_with("short of migraine.ketamine_for_migraine")
    chat.answer.locator("summary").click()
    chat.answer.get_by_role("button", name=chat.said("helpful_no")).click()
    holds(chat.answer, chat.said("helpful_thanks"))
    yield "answer with its source and a comment"
    chat.button(chat.said("clear")).click()
    yield "asked whether to delete"
    chat.button(chat.said("clear_keep")).click()
    chat.ask(unclear)
    chat.is_answered_with("texts clarify.two_meanings")
    yield "clarify"
    chat.ask("should I stop taking my topiramate?")
    chat.is_answered_with("texts personal_advice.decline")
    yield "refusal"
    chat.ask("this is the worst headache of my life")
    chat.is_answered_with("safety body_911_self.en.1")
    yield "emergency"
    chat.ask("I want to kill myself")
    holds(chat.alert, chat.said("crisis"))
    yield "crisis"


def form_and_failures(chat: Chat) -> Iterator[str]:
    """The request form up to its receipt; then what it looks like when nothing works."""
    chat.person.click()
    expect(chat.field("field_name")).to_be_editable()
    yield "form: name"
    chat.fill_in("field_name", "Rosa")
    expect(chat.field("field_phone_label")).to_be_editable()
    chat.fill_in("field_phone_label", "212 555")
    expect(chat.field("field_phone_label")).to_have_attribute("aria-invalid", "true")
    yield "form: wrong phone"
    chat.panel.get_by_role("radio", name=chat.said("field_email")).check()
    chat.fill_in("field_email_label", f"{uuid.uuid4().hex}@example.com")
    expect(chat.button(text_of("intake en.buttons.any"))).to_be_visible()
    yield "form: time"
    chat.press("intake en.buttons.any")
    expect(chat.field("field_reason")).to_be_editable()
    chat.fill_in("field_reason", "Prices")
    expect(chat.button(text_of("intake en.buttons.send"))).to_be_visible()
    yield "form: read back"
    chat.press("intake en.buttons.send")
    expect(chat.input).to_be_editable()
    yield "form: receipt"
    chat.page.route("**/api/message", refuse)
    chat.ask(_QUESTION)
    expect(chat.button(chat.said("try_again"))).to_be_visible()
    chat.expects_trouble("429", "ERR_INTERNET_DISCONNECTED")
    yield "not sent"
    chat.page.context.set_offline(True)
    holds(chat.alert, chat.said("offline"))
    yield "offline"
    chat.page.context.set_offline(False)


def is_walked_without_a_finding(chat: Chat, states: Iterator[str], *looks: str) -> None:
    """In no state and no look is anything wrong."""
    found: dict[str, list[str]] = {}
    for state in states:
        for name in looks or (_AS_IT_IS,):
            if name != _AS_IT_IS:
                look(chat.page, name)
            wrong = findings(chat, None if name in _WHOLE_PAGE else "clinic-chat")
            if wrong:
                found[f"{state}, {name}"] = wrong
        if looks:
            look(chat.page, "light")
    assert found == {}


def test_no_reply_has_a_violation_in_any_look(visit: OpenChat, product: RunningProduct) -> None:
    chat = visit(reduced_motion="reduce")
    unclear = unclear_message("two_meanings", product.url)
    is_walked_without_a_finding(chat, answers(chat, unclear), *LOOKS)


def test_no_step_of_the_form_has_a_violation_in_any_look(visit: OpenChat) -> None:
    chat = visit(reduced_motion="reduce")
    chat.open()
    is_walked_without_a_finding(chat, form_and_failures(chat), *LOOKS)


def test_a_telephone_shows_everything_without_a_violation(
    visit: OpenChat, product: RunningProduct
) -> None:
    chat = visit(**_PHONE)
    unclear = unclear_message("two_meanings", product.url)
    is_walked_without_a_finding(chat, answers(chat, unclear))
    is_walked_without_a_finding(chat, form_and_failures(chat))
    panel = chat.panel.bounding_box()
    assert panel == {"x": 0, "y": 0, "width": 390, "height": 844}
    for part in (chat.input, chat.send, chat.person):
        expect(part).to_be_in_viewport(ratio=1)


#: A window whose visible part a test changes, as a phone's keyboard does.
_VISIBLE_PART = """Object.defineProperty(window, "visualViewport", {
  value: Object.assign(new EventTarget(), { scale: 1, height: 844, offsetTop: 0 }),
});"""


@pytest.mark.parametrize("left", [500, 300])
def test_a_telephones_keyboard_does_not_cover_the_field(left: int, visit: OpenChat) -> None:
    chat = visit(**_PHONE, prepare=lambda page: page.add_init_script(_VISIBLE_PART))
    chat.open()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    chat.input.focus()
    chat.page.evaluate(
        "(left) => { Object.assign(visualViewport, { height: left, offsetTop: 20 });"
        " visualViewport.dispatchEvent(new Event('resize')); }",
        left,
    )
    expect(chat.panel).to_have_css("height", f"{left}px")
    chat.input.press_sequentially("And")
    for part in (chat.panel, chat.input, chat.send):
        box = part.bounding_box()
        assert box is not None
        assert 20 <= box["y"] < box["y"] + box["height"] <= 20 + left


@pytest.mark.parametrize("name", ["small", "zoomed"])
def test_a_small_window_is_enough(name: str, visit: OpenChat) -> None:
    chat = visit()
    look(chat.page, name)
    chat.open()
    chat.ask("w" * 300)
    expect(chat.bubbles).to_have_count(3)
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    assert findings(chat, "clinic-chat") == []
    for key in ("call_911", "call_988", "text_988"):
        expect(chat.panel.get_by_role("link", name=chat.said(key), exact=True)).to_be_in_viewport()
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.aura")
    chat.input.scroll_into_view_if_needed()
    expect(chat.input).to_be_in_viewport()
    expect(chat.send).to_be_in_viewport()
