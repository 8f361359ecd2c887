"""The request form in the widget: the right field for every step, up to the reference."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.chat import Chat, holds
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import text_of
from tests.scenarios.intake import record_of
from tests.scenarios.running_product import RunningProduct

_REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")

#: Of no other test.
_PHONE, _AS_READ = "+1 212 555 0187", "(212) 555-0187"


def is_field(field: Locator, **attributes: str) -> None:
    """The field can be written in and has these attributes."""
    expect(field).to_be_editable()
    for name, value in attributes.items():
        expect(field).to_have_attribute(name, value)


def is_wrong(chat: Chat, field: Locator, problem: str) -> None:
    """The field says what is wrong, to the eye and to the ear."""
    chat.is_answered_with(f"intake en.problems.{problem}")
    expect(field).to_have_attribute("aria-invalid", "true")
    shown = text_of(f"intake en.problems.{problem}")
    words = r"\s*".join(re.escape(word) for word in shown.split())
    expect(field).to_have_accessible_description(
        re.compile(re.escape(chat.said("field_problem")) + r"[\s\S]*" + words)
    )


def test_a_request_with_a_wrong_phone_up_to_its_reference(
    open_chat: OpenChat, product: RunningProduct
) -> None:
    chat = open_chat()
    chat.person.click()
    chat.is_brought_to_a_person()
    name = chat.field("field_name")
    is_field(name, autocomplete="given-name", type="text")
    expect(name).to_be_focused()
    chat.fill_in("field_name", "Rosa")

    chat.asks("contact")
    phone, email = chat.field("field_phone_label"), chat.field("field_email_label")
    is_field(phone, autocomplete="tel", inputmode="tel", type="tel")
    expect(phone).to_be_focused()
    choice = chat.panel.get_by_role("group", name=chat.said("field_how"))
    choice.get_by_role("radio", name=chat.said("field_email")).check()
    is_field(email, autocomplete="email", inputmode="email", type="email")
    choice.get_by_role("radio", name=chat.said("field_phone")).check()

    chat.fill_in("field_phone_label", "212 555")
    is_wrong(chat, phone, "phone_too_short")
    expect(phone).to_have_value("212 555")
    chat.fill_in("field_phone_label", _PHONE)

    chat.asks("best_time")
    expect(chat.panel.locator("[aria-invalid]")).to_have_count(0)
    chat.press("intake en.buttons.morning")
    chat.asks("reason")
    is_field(chat.field("field_reason"))
    chat.fill_in("field_reason", "my daily migraines")

    lines = {
        "name": "Rosa",
        "phone": _AS_READ,
        "best_time": "Morning",
        "reason": "my daily migraines",
    }
    for line, value in lines.items():
        label, _, shown = text_of(f"line en.{line} {value}").partition(": ")
        term = chat.answer.get_by_role("term").filter(has_text=re.compile(f"^{label}$"))
        expect(term).to_have_count(1)
        expect(chat.answer.get_by_role("definition").filter(has_text=shown)).to_have_count(1)

    send = chat.button(text_of("intake en.buttons.send"))
    expect(chat.answer).to_be_in_viewport(ratio=0.98)
    expect(send).to_be_in_viewport(ratio=1)
    send.click()
    expect(chat.answer).to_contain_text(_REFERENCE)
    found = _REFERENCE.search(chat.answer.inner_text())
    assert found
    record = record_of(product, found[0])
    assert (record.name, record.reason) == ("Rosa", "my daily migraines")
    expect(chat.input).to_be_editable()


def test_a_wrong_email_is_corrected_and_the_form_is_changed_and_cancelled(
    open_chat: OpenChat,
) -> None:
    chat = open_chat()
    chat.person.click()
    chat.is_brought_to_a_person()
    chat.press("intake en.buttons.skip")
    chat.asks("contact")
    chat.panel.get_by_role("radio", name=chat.said("field_email")).check()
    chat.fill_in("field_email_label", "ana.example.com")
    email = chat.field("field_email_label")
    is_wrong(chat, email, "email_without_at")
    chat.page.reload()
    chat.launcher.click()
    expect(chat.panel.locator("[aria-invalid=true]")).to_have_count(1)
    chat.panel.get_by_role("radio", name=chat.said("field_email")).check()
    chat.fill_in("field_email_label", f"{uuid.uuid4().hex}@example.com")
    chat.asks("best_time")
    chat.field("input_form").fill("evening")
    chat.send.click()
    chat.asks("reason")
    chat.press("intake en.buttons.skip")
    holds(chat.answer, text_of("intake en.questions.confirm"))
    chat.press("intake en.buttons.cancel")
    chat.is_answered_with("intake en.ends.cancelled")
    expect(chat.input).to_be_editable()


@pytest.mark.parametrize("reply", ["aura", "danger"])
def test_the_form_goes_on_behind_another_answer(reply: str, open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.person.click()
    chat.is_brought_to_a_person()
    if reply == "aura":
        chat.fill_in("field_name", "What is migraine aura?")
        chat.is_answered_with("back to en.questions.name")
        expect(chat.bubbles.nth(-2)).to_contain_text(text_of("short of migraine.aura")[:40])
    else:
        chat.fill_in("field_name", "I want to kill myself")
        holds(chat.log, text_of("safety suicide_thoughts.en.1"))
        holds(chat.alert, chat.said("crisis"))
    chat.fill_in("field_name", "Rosa")
    chat.asks("contact")
    expect(chat.field("field_phone_label")).to_be_editable()
