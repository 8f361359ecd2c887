"""The widget for people who use a keyboard or a screen reader, want no motion, or no script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accessibility import findings, live_regions
from tests.browser.chat import HeldMessage, holds
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct

_QUESTION = "What is migraine aura?"

#: What has the focus, how it is outlined, and the contrast of that with what is around it.
_FOCUS = """() => {
  const root = document.querySelector("clinic-chat").shadowRoot;
  const focused = root.activeElement;
  if (focused === null) return null;
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (colour) => rgba(colour).slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  let around = focused.parentElement;
  while (around && rgba(getComputedStyle(around).backgroundColor)[3] === 0) {
    around = around.parentElement;
  }
  const look = getComputedStyle(focused);
  const ground = around ? getComputedStyle(around).backgroundColor : "white";
  const [dark, light] = [luminance(look.outlineColor), luminance(ground)].sort((a, b) => a - b);
  return [focused.id || focused.className, look.outlineStyle, parseFloat(look.outlineWidth),
    (light + 0.05) / (dark + 0.05)];
}"""

#: Writes down what happens in the log, and whether it is announced then.
_RECORD = """() => {
  window.happened = [];
  const root = document.querySelector("clinic-chat").shadowRoot;
  new MutationObserver((changes) => {
    const log = root.querySelector("[role=log]");
    for (const { type, target, addedNodes, removedNodes } of changes) {
      if (type === "attributes" && target === log) window.happened.push(`live ${log.ariaLive}`);
      if (type !== "childList" || target !== log) continue;
      for (const node of addedNodes) {
        if (node.nodeType === 1) window.happened.push(`added while ${log.ariaLive}`);
      }
      for (const node of removedNodes) {
        if (node.nodeType === 1) window.happened.push("removed");
      }
    }
  }).observe(root, { attributes: true, childList: true, subtree: true });
}"""


def test_nothing_moves_for_who_wants_no_motion(visit: OpenChat) -> None:
    chat = visit(reduced_motion="reduce")
    chat.launcher.click()
    expect(chat.panel).to_be_visible()
    held = HeldMessage(chat)
    chat.ask(_QUESTION)
    expect(chat.status).to_have_text(chat.said("working"))
    moving = "document.querySelector('clinic-chat').shadowRoot.getAnimations().length"
    assert chat.page.evaluate(moving) == 0
    held.let_go()
    chat.is_answered_with("short of migraine.aura")


def test_a_keyboard_is_enough_from_start_to_end(visit: OpenChat) -> None:
    chat = visit()
    keyboard = chat.page.keyboard
    chat.walk_to(chat.launcher)
    keyboard.press("Enter")
    expect(chat.input).to_be_focused()
    chat.is_answered_with("texts chitchat.greet")
    keyboard.type(_QUESTION)
    keyboard.press("Enter")
    chat.is_answered_with("short of migraine.aura")
    expect(chat.input).to_be_focused()
    chat.walk_to(chat.button(text_of("texts buttons.more")), "Shift+Tab")
    keyboard.press("Enter")
    chat.is_answered_with("full of migraine.aura")
    chat.walk_to(chat.answer.get_by_role("button", name=chat.said("helpful_yes")), "Shift+Tab")
    keyboard.press("Space")
    holds(chat.answer, chat.said("helpful_thanks"))
    chat.walk_to(chat.answer.get_by_role("textbox"))
    keyboard.type("Clear")
    chat.walk_to(chat.answer.get_by_role("button", name=chat.said("comment_send")))
    keyboard.press("Enter")
    expect(chat.answer.get_by_role("textbox")).to_have_count(0)
    expect(chat.input).to_be_focused()
    chat.walk_to(chat.person)
    keyboard.press("Enter")
    chat.is_brought_to_a_person()
    expect(chat.field("field_name")).to_be_focused()
    keyboard.type("Rosa")
    keyboard.press("Enter")
    chat.asks("contact")
    expect(chat.field("field_phone_label")).to_be_focused()
    chat.walk_to(chat.panel.get_by_role("radio", name=chat.said("field_phone")), "Shift+Tab")
    keyboard.press("ArrowRight")
    chat.walk_to(chat.field("field_email_label"))
    chat.walk_to(chat.button(chat.said("clear")), "Shift+Tab")
    keyboard.press("Enter")
    expect(chat.button(chat.said("clear_keep"))).to_be_focused()
    keyboard.press("Escape")
    expect(chat.button(chat.said("clear"))).to_be_focused()
    keyboard.press("Escape")
    expect(chat.panel).to_have_count(0)
    expect(chat.launcher).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_focus_is_can_be_seen_and_a_closed_panel_has_none(
    scheme: str, visit: OpenChat
) -> None:
    chat = visit(color_scheme=scheme)
    chat.walk_to(chat.launcher)
    chat.page.keyboard.press("Tab")
    assert chat.page.evaluate(_FOCUS) is None
    chat.open()
    seen = []
    for _ in range(18):
        chat.page.keyboard.press("Shift+Tab")
        found = chat.page.evaluate(_FOCUS)
        if found is not None:
            seen.append(found)
    assert len(seen) > 10
    assert [each for each in seen if each[1] == "none" or each[2] < 2 or each[3] < 3] == []


def test_one_polite_log_announces_additions_and_nothing_that_stood_before(
    open_chat: OpenChat,
) -> None:
    chat = open_chat()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    chat.page.reload()
    chat.page.evaluate(_RECORD)
    chat.launcher.click()
    chat.is_answered_with("short of migraine.aura")
    expect(chat.log).to_have_attribute("aria-live", "polite")
    restored: list[str] = chat.page.evaluate("window.happened.splice(0)")
    assert "added while polite" not in restored
    assert restored.count("live polite") == 1
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.aura")
    chat.ask("Is Botox used for migraine?")
    chat.is_answered_with("short of migraine.botox")
    assert chat.page.evaluate("window.happened") == ["added while polite"] * 4
    regions = live_regions(chat.page)
    inside = [(each["role"], each["live"]) for each in regions]
    assert sorted(inside) == [("alert", "assertive"), ("log", "polite"), ("status", "polite")]
    (log,) = [each for each in regions if each["role"] == "log"]
    assert (log["name"], log["relevant"]) == (chat.said("messages"), "additions")
    assert not {"log", "status", "alert"} & {role for each in regions for role in each["parents"]}


def test_who_speaks_is_told_and_the_dialog_leaves_the_page_usable(open_chat: OpenChat) -> None:
    chat = open_chat()
    assert chat.panel.get_attribute("aria-modal") in (None, "false")
    chat.page.get_by_role("navigation").get_by_role("link").first.press("Enter")
    expect(chat.page).to_have_url(re.compile("#"))
    expect(chat.panel).to_be_visible()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    expect(chat.bubbles.nth(1)).to_contain_text(chat.said("you_said"))
    expect(chat.answer).to_contain_text(chat.said("assistant_said"))
    expect(chat.page.get_by_role("heading", level=1)).to_have_count(1)


def test_spanish(visit: OpenChat) -> None:
    chat = visit("/?lang=es", language="es")
    chat.launcher.click()
    expect(chat.input).to_be_editable()
    holds(chat.panel, chat.said("disclaimer"))
    assert findings(chat) == []
    chat.ask("I want to kill myself")
    holds(chat.alert, chat.said("crisis"))
    chat.person.click()
    expect(chat.field("field_name")).to_be_editable()
    assert findings(chat, "clinic-chat") == []
    root = chat.panel.locator("xpath=..")
    expect(root).to_have_attribute("lang", "es")
    for key in ("close", "clear", "text_size", "copy_conversation"):
        expect(chat.button(chat.said(key))).to_be_visible()


def test_without_a_script_the_telephone_number_stands_there(
    chromium: Browser, product: RunningProduct
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(product.url)
    words = " ".join(page.get_by_role("main").inner_text().split())
    assert text_of("texts demonstration.no_script") in words
    context.close()
