"""The chat page for people who use a keyboard, a screen reader, a small telephone, or no script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.chat import Chat, said
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct

#: How far a key press may have to go; more would be a page that nobody can walk through.
_STOPS = 25

_LOOK = """(element) => {
  const look = getComputedStyle(element);
  return [look.backgroundColor, look.borderColor, look.borderWidth, look.fontWeight];
}"""

#: WCAG 2.2, 1.4.3: the contrast ratio of each text with what stands behind it.
_CONTRAST = """(element) => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = numbers(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  return [...element.querySelectorAll("p, a, button, summary, li")].map((node) => {
    const [high, low] = [luminance(numbers(getComputedStyle(node).color)), luminance(behind(node))]
      .sort((one, other) => other - one);
    return (high + 0.05) / (low + 0.05);
  });
}"""


def walk_to(chat: Chat, key: str, target: Locator) -> None:
    """Press `key` until `target` has the focus."""
    for _ in range(_STOPS):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        chat.page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead there")


def test_a_keyboard_is_enough(open_chat: OpenChat) -> None:
    chat = open_chat()
    keyboard = chat.page.keyboard
    walk_to(chat, "Tab", chat.input)
    keyboard.type("What is migraine aura?")
    keyboard.press("Enter")
    chat.is_answered_with("short of migraine.aura")

    expect(chat.input).to_be_focused()
    walk_to(chat, "Shift+Tab", chat.button(text_of("texts buttons.more")))
    keyboard.press("Enter")
    chat.is_answered_with("full of migraine.aura")

    walk_to(chat, "Tab", chat.input)
    walk_to(chat, "Shift+Tab", chat.button(said("clear")))
    keyboard.press("Enter")
    walk_to(chat, "Tab", chat.button(said("clear_confirm")))
    keyboard.press("Space")
    expect(chat.status).to_contain_text(said("cleared"))
    expect(chat.input).to_be_focused()


def test_where_the_focus_is_can_be_seen(open_chat: OpenChat) -> None:
    chat = open_chat()
    for _ in range(12):
        chat.page.keyboard.press("Tab")
        look: Any = chat.page.evaluate(
            "(() => { const look = getComputedStyle(document.activeElement);"
            " return [document.activeElement.tagName, look.outlineStyle, look.boxShadow]; })()"
        )
        assert look[0] == "BODY" or look[1] != "none" or look[2] != "none", look


def test_one_live_log_with_a_name(open_chat: OpenChat) -> None:
    chat = open_chat()
    expect(chat.log).to_have_count(1)
    expect(chat.page.get_by_role("log", name=said("conversation"))).to_have_count(1)
    assert chat.log.get_attribute("aria-live") in (None, "polite")
    expect(chat.page.get_by_role("main")).to_have_count(1)
    expect(chat.page.get_by_role("heading", level=1)).to_have_text(said("heading"))
    expect(chat.page).to_have_title(said("title"))
    ids = chat.page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


def test_a_screen_reader_hears_who_said_what_and_that_it_works(open_chat: OpenChat) -> None:
    chat = open_chat()
    held = []
    chat.page.route("**/api/message", lambda route: held.append(route))
    chat.ask("What is migraine aura?")
    expect(chat.status).to_contain_text(said("working"))
    held[0].continue_()
    chat.is_answered_with("short of migraine.aura")
    expect(chat.status).not_to_contain_text(said("working"))
    expect(chat.bubbles.nth(1)).to_contain_text(said("you_said"))
    expect(chat.answer).to_contain_text(said("assistant_said"))


@pytest.mark.parametrize(
    ("text", "reference", "number"),
    [
        ("this is the worst headache of my life", "safety body_911_self.en.1", "911"),
        ("I want to kill myself", "safety suicide_thoughts.en.1", "988"),
    ],
)
def test_danger_looks_different_and_can_be_called_at_once(
    text: str, reference: str, number: str, open_chat: OpenChat
) -> None:
    chat = open_chat()
    usual = chat.answer.evaluate(_LOOK)
    chat.ask(text)
    chat.is_answered_with(reference)
    assert chat.answer.evaluate(_LOOK) != usual
    expect(chat.answer.get_by_role("link", name=number).first).to_have_attribute(
        "href", f"tel:{number}"
    )
    expect(chat.answer.get_by_role("link", name=number).first).to_be_in_viewport()


def test_help_can_be_called_from_the_start(open_chat: OpenChat) -> None:
    chat = open_chat(320, 568)
    for name, href in (("call_911", "tel:911"), ("call_988", "tel:988"), ("text_988", "sms:988")):
        link = chat.page.get_by_role("link", name=said(name), exact=True)
        expect(link).to_be_in_viewport()
        expect(link).to_have_attribute("href", href)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read(scheme: str, open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")
    chat.ask("this is the worst headache of my life")
    chat.is_answered_with("safety body_911_self.en.1")
    assert min(chat.page.locator("body").evaluate(_CONTRAST)) >= 4.5


def test_nothing_moves_sideways_on_a_small_telephone(open_chat: OpenChat) -> None:
    chat = open_chat(320, 568)
    chat.ask("Which references does the page list?")
    chat.is_answered_with("short of migraine.references")
    chat.ask("w" * 300)
    expect(chat.bubbles).to_have_count(5)
    width = chat.page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= 320
    assert chat.log.evaluate("(log) => log.scrollWidth - log.clientWidth") <= 0
    expect(chat.input).to_be_in_viewport()
    expect(chat.send).to_be_in_viewport()


def test_without_a_script_the_telephone_number_stands_there(
    chromium: Browser, product: RunningProduct
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(product.url)
    assert said("no_script") in " ".join(page.get_by_role("main").inner_text().split())
    expect(page.get_by_role("link", name=said("call_911"))).to_be_visible()
    context.close()
