"""The widget on pages of other people, and with texts of people who mean harm."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.accessibility import findings
from tests.browser.chat import Chat, holds
from tests.browser.conftest import Profiles
from tests.browser.host_page import HOSTILE_STYLE, HostPage
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct

_QUESTION = "What is migraine aura?"
_ANSWER = "short of migraine.aura"

#: reference: issue of the widget, "safety of text".
HOSTILE = {
    "image": '<img src=x onerror="window.hacked = 1">',
    "script": "</script><script>window.hacked = 2</script>",
    "javascript_link": "[press](javascript:window.hacked=3) javascript:window.hacked=4",
    "data_link": "[see](data:text/html,<script>window.hacked=5</script>)",
    "template": "${window.hacked = 6} {{7*7}} <!-- --> ?lit$0$",
    "turned": "safe \u202etxt.exe\u202c \u2066x\u2069",
    "long_word": "w" * 1_900,
}

#: Everything in the widget that could do something, and where its links lead.
_DANGEROUS = """() => {
  const root = document.querySelector("clinic-chat").shadowRoot;
  const scripts = [...root.querySelectorAll("img, script, iframe, object, embed, style")];
  const links = [...root.querySelectorAll("a")].map((each) => each.protocol)
    .filter((each) => !["tel:", "sms:", "https:", "http:"].includes(each));
  const handlers = [...root.querySelectorAll("*")].flatMap((each) => each.getAttributeNames())
    .filter((name) => name.startsWith("on") || name === "style");
  return [...scripts.map((each) => each.outerHTML), ...links, ...handlers, window.hacked]
    .filter((each) => each !== undefined);
}"""

#: "Call 911 now. (aura)", with letters of both directions.
_ARABIC = "\u0627\u062a\u0635\u0644 \u0639\u0644\u0649 911 \u0627\u0644\u0622\u0646. (aura)"

#: Nearer to which side of its paragraph the first letter stands.
_FIRST_LETTER_AT = """(paragraph) => {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  while (!node.data.trim()) node = walker.nextNode();
  const range = document.createRange();
  const start = node.data.search(/\\S/);
  range.setStart(node, start);
  range.setEnd(node, start + 1);
  const [letter, box] = [range.getBoundingClientRect(), paragraph.getBoundingClientRect()];
  return letter.left - box.left < box.right - letter.right ? "left" : "right";
}"""

_TURNING = r"/[\u202a-\u202e\u2066-\u2069]/"


@pytest.fixture
def own(product: RunningProduct) -> HostPage:
    """A page of the product's own origin."""
    return HostPage(product.url, f"{product.url}/host")


@pytest.fixture
def chat(profiles: Profiles) -> Chat:
    """A browser that has opened no page yet."""
    return profiles.watch(profiles.page(addressed=False))


def colour(place: Locator, what: str = "backgroundColor") -> str:
    return str(place.evaluate(f"(element) => getComputedStyle(element).{what}"))


def test_another_origin_with_a_strict_policy(chat: Chat, product: RunningProduct) -> None:
    foreign = product.url.replace("127.0.0.1", "localhost")
    HostPage(product.url, f"{foreign}/host").show(chat.page)
    chat.open()
    chat.ask(_QUESTION)
    chat.is_answered_with(_ANSWER)
    chat.answer.get_by_role("button", name=chat.said("helpful_yes")).click()
    holds(chat.answer, chat.said("helpful_thanks"))
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.aura")
    chat.button(chat.said("clear")).click()
    chat.button(chat.said("clear_confirm")).click()
    expect(chat.status).to_have_text(chat.said("cleared"))


def test_a_page_that_is_drawn_by_the_same_library(chat: Chat, own: HostPage) -> None:
    chat.page.add_init_script(
        "window.own = trustedTypes.createPolicy('lit-html', { createHTML: (html) => html });"
    )
    own.show(chat.page, trusted_types="lit-html 'allow-duplicates'")
    assert chat.page.evaluate("window.own.name") == "lit-html"
    chat.open()
    chat.ask(_QUESTION)
    chat.is_answered_with(_ANSWER)


def test_hostile_styles_of_the_page_change_nothing(chat: Chat, own: HostPage) -> None:
    own.show(chat.page)
    chat.open()
    usual = [chat.panel.bounding_box(), chat.input.bounding_box(), colour(chat.send)]
    chat.page.evaluate("sessionStorage.clear()")
    own.show(chat.page, style=HOSTILE_STYLE)
    chat.open()
    assert [chat.panel.bounding_box(), chat.input.bounding_box(), colour(chat.send)] == usual
    chat.ask(_QUESTION)
    chat.is_answered_with(_ANSWER)
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.aura")
    assert findings(chat, "clinic-chat") == []
    chat.button(chat.said("close")).click()
    expect(chat.launcher).to_be_in_viewport()


def test_nothing_is_left_on_the_page_but_the_element(chat: Chat, own: HostPage) -> None:
    chat.page.add_init_script(
        "const before = new Set(Object.getOwnPropertyNames(window));"
        "window.added = () => Object.getOwnPropertyNames(window)"
        ".filter((name) => !before.has(name) && name !== 'added');"
    )
    own.show(chat.page, body='<p id="content">Text</p>')
    chat.open()
    assert chat.page.evaluate("window.added()") == []
    assert chat.page.evaluate("[...document.body.children].map((each) => each.localName)") == [
        "main",
        "clinic-chat",
    ]
    assert chat.page.evaluate("Object.keys(sessionStorage)") == ["clinic-chat-token"]


def test_the_page_sets_colours_language_and_what_stands_in_the_slot(
    chat: Chat, own: HostPage
) -> None:
    style = "clinic-chat { --clinic-chat-accent: rgb(90, 20, 120); --clinic-chat-radius: 3px; }"
    element = '<clinic-chat lang="es" theme="dark"><b slot="disclaimer">And this.</b></clinic-chat>'
    own.show(chat.page, style=style, body=element)
    assert chat.element.count() == 1
    spanish = Chat(chat.page, "es")
    assert colour(spanish.launcher) == "rgb(90, 20, 120)"
    spanish.launcher.click()
    expect(spanish.panel).to_be_visible()
    expect(chat.page.get_by_text("And this.")).to_be_in_viewport()
    assert colour(spanish.panel, "borderStartStartRadius") == "3px"
    assert colour(spanish.panel, "colorScheme") == "dark"


def test_right_to_left(chat: Chat, own: HostPage) -> None:
    own.show(chat.page, html='<html lang="en" dir="rtl">')
    box = chat.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 60
    chat.open()
    chat.ask(_QUESTION)
    chat.is_answered_with(_ANSWER)
    assert findings(chat, "clinic-chat") == []


@pytest.mark.parametrize(("direction", "side"), [("ltr", "left"), ("rtl", "right")])
def test_text_of_either_direction_starts_at_its_own_side(
    direction: str, side: str, chat: Chat, own: HostPage
) -> None:
    own.show(chat.page, html=f'<html lang="en" dir="{direction}">')
    chat.open()
    chat.page.route(
        "**/api/message",
        lambda route: route.fulfill(json={"messages": [message(1, _ARABIC, language="ar")]}),
    )
    chat.ask(_ARABIC)
    expect(chat.bubbles).to_have_count(3)
    for place in (chat.bubbles.nth(1).locator("p"), chat.answer.locator(".said p")):
        holds(place, _ARABIC)
        assert place.evaluate(_FIRST_LETTER_AT) == "right"
    assert chat.bubbles.first.locator(".said p").first.evaluate(_FIRST_LETTER_AT) == "left"
    expect(chat.answer.locator(".said")).to_have_attribute("lang", "ar")
    number = chat.answer.locator(".said").get_by_role("link", name="911")
    expect(number).to_have_attribute("href", "tel:911")
    header = chat.panel.get_by_role("heading").bounding_box()
    panel = chat.panel.bounding_box()
    assert header is not None
    assert panel is not None
    left = header["x"] - panel["x"] < panel["x"] + panel["width"] - header["x"] - header["width"]
    assert ("left" if left else "right") == side
    is_inert(chat)


def test_the_page_hears_that_the_panel_opens_and_closes_and_nothing_more(
    chat: Chat, own: HostPage
) -> None:
    own.show(chat.page)
    chat.page.evaluate(
        "window.heard = []; for (const name of ['open', 'close'])"
        " document.addEventListener(`clinic-chat:${name}`,"
        " (event) => window.heard.push([event.type, event.detail]))"
    )
    chat.page.evaluate("document.querySelector('clinic-chat').open()")
    chat.is_answered_with("texts chitchat.greet")
    chat.page.evaluate("document.querySelector('clinic-chat').close()")
    expect(chat.panel).to_have_count(0)
    assert chat.page.evaluate("window.heard") == [
        ["clinic-chat:open", None],
        ["clinic-chat:close", None],
    ]


def message(number: int, text: str, **parts: Any) -> dict[str, Any]:
    """A message of the interface in which every text is this one."""
    return {
        "id": f"m{number}",
        "kind": "answer",
        "page": "migraine",
        "topic": "aura",
        "text": text,
        "disclaimer": text,
        "from": "assistant",
        "name": None,
        "asks": None,
        "problem": False,
        "language": None,
        "helpful": None,
        "source": {
            "section": text,
            "url": "javascript:window.hacked=7",
            "reviewed_by": text,
            "reviewed_on": "2026-05-31",
            "references": [{"citation": text, "pmid": text}],
        },
        "buttons": [{"id": "b", "title": text}],
        **parts,
    }


@pytest.mark.parametrize("name", [*HOSTILE, "very_long_word"])
def test_hostile_replies_are_only_text(name: str, chat: Chat, own: HostPage) -> None:
    # Longer than a patient may write.
    text = HOSTILE.get(name, "w" * 10_000)
    replies = [
        message(1, text),
        message(2, text, kind="notice", **{"from": "person", "name": text}),
        message(3, f"Right?\n{text}: {text}\nSend?", kind="intake", asks="confirm", problem=True),
    ]

    def reply(route: Route) -> None:
        route.fulfill(json={"messages": replies})

    own.show(chat.page)
    chat.open()
    chat.page.route("**/api/message", reply)
    chat.ask(_QUESTION)
    expect(chat.bubbles).to_have_count(5)
    chat.answer.scroll_into_view_if_needed()
    chat.bubbles.nth(2).locator("summary").click()
    is_inert(chat)
    if name not in ("turned",):
        holds(chat.bubbles.nth(2), text)


def test_several_answers_are_shown_from_the_first(chat: Chat, own: HostPage) -> None:
    replies = [message(number, f"Answer {number}. " * 20) for number in (1, 2)]
    own.show(chat.page)
    chat.open()
    chat.page.route("**/api/message", lambda route: route.fulfill(json={"messages": replies}))
    chat.ask(_QUESTION)
    expect(chat.bubbles).to_have_count(4)
    expect(chat.bubbles.nth(2).locator(".said p").first).to_be_in_viewport(ratio=1)
    expect(chat.answer.locator(".tools")).not_to_be_in_viewport()


def is_inert(chat: Chat) -> None:
    """Nothing of what stands there does anything, turns the text around or is too wide."""
    assert chat.page.evaluate(_DANGEROUS) == []
    root = "document.querySelector('clinic-chat').shadowRoot.textContent"
    assert not chat.page.evaluate(f"{_TURNING}.test({root})")
    assert findings(chat, "clinic-chat") == []


def test_hostile_words_of_a_patient_are_only_text_there_and_after_a_reload(
    chat: Chat, own: HostPage
) -> None:
    own.show(chat.page)
    chat.open()
    for number, text in enumerate(HOSTILE.values(), 1):
        chat.ask(text)
        expect(chat.bubbles).to_have_count(1 + 2 * number)
    is_inert(chat)
    own.show(chat.page)
    chat.launcher.click()
    expect(chat.bubbles).to_have_count(1 + 2 * len(HOSTILE))
    holds(chat.log, HOSTILE["image"])
    is_inert(chat)
    chat.ask(_QUESTION)
    holds(chat.answer, text_of(_ANSWER))
