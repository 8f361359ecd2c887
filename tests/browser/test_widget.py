"""The widget on the demonstration page: what a patient sees and does."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import findings
from tests.browser.chat import Chat, HeldMessage, holds
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import PAGES, PHONE, source_line, source_of, text_of
from tests.scenarios.running_product import RunningProduct, until
from tests.scenarios.unclear_messages import topic_of_question, unclear_message

_DISCLAIMER = PAGES["migraine"]["disclaimer"]
_QUESTION = "What is migraine aura?"


def starters() -> list[str]:
    """The questions that the page offers to begin with."""
    return [text_of(f"question of migraine.{name}") for name in PAGES["migraine"]["starters"]]


def test_a_first_visit_from_a_starter_to_the_whole_answer(visit: OpenChat) -> None:
    chat = visit()
    expect(chat.panel).to_have_count(0)
    assert chat.page.evaluate("sessionStorage.length") == 0
    chat.open()
    expect(chat.input).to_be_focused()
    first, *_ = titles = starters()
    offered = chat.panel.get_by_role("group", name=chat.said("starters")).get_by_role("button")
    for title in titles:
        expect(chat.button(title)).to_have_count(1)
    expect(offered).to_have_text(titles)
    chat.button(first).click()
    topic = f"migraine.{PAGES['migraine']['starters'][0]}"
    chat.is_answered_with(f"short of {topic}")
    holds(chat.answer, source_line(topic))
    holds(chat.answer, _DISCLAIMER)
    holds(chat.bubbles.nth(1), f"{chat.said('you_said')}: {first}")
    holds(chat.answer, chat.said("assistant_said"))
    expect(offered).to_have_count(0)
    expect(chat.input).to_be_focused()
    chat.press("texts buttons.more")
    chat.is_answered_with(f"full of {topic}")
    expect(chat.bubbles).to_have_count(5)


def test_the_source_opens_to_the_page_and_its_publications(open_chat: OpenChat) -> None:
    chat, topic = open_chat(), "migraine.references"
    chat.ask("Which references does the page list?")
    chat.is_answered_with(f"short of {topic}")
    source = source_of(topic)
    link = chat.answer.get_by_role("link", name="38876749")
    expect(link).to_be_hidden()
    chat.answer.get_by_text(source_line(topic)).click()
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", "https://pubmed.ncbi.nlm.nih.gov/38876749/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    page = chat.answer.get_by_role("link", name=chat.said("read_page"))
    expect(page).to_have_attribute("href", str(source["url"]))
    for key in ("section", "reviewed_by"):
        expect(chat.answer.get_by_role("definition").get_by_text(str(source[key]))).to_be_visible()


def test_a_question_back_and_a_choice(open_chat: OpenChat, product: RunningProduct) -> None:
    message = unclear_message("two_meanings", product.url)
    chat = open_chat()
    chat.ask(message)
    chat.is_answered_with("texts clarify.two_meanings")
    choices = chat.panel.get_by_role("group", name=chat.said("choices")).get_by_role("button")
    chosen = choices.first.inner_text()
    choices.first.click()
    chat.is_answered_with(f"short of {topic_of_question(chosen)}")


def test_a_refusal_carries_the_disclaimer_and_the_way_to_a_person(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask("should I stop taking my topiramate?")
    chat.is_answered_with("texts personal_advice.decline")
    holds(chat.answer, _DISCLAIMER)
    chat.person.click()
    chat.is_brought_to_a_person()
    phone = chat.bubbles.nth(-2).get_by_role("link", name=PHONE)
    expect(phone).to_have_attribute("href", f"tel:{PHONE.replace(' ', '')}")


@pytest.mark.parametrize(
    ("text", "reference", "key", "number"),
    [
        ("this is the worst headache of my life", "body_911_self.en.1", "emergency", "911"),
        ("I want to kill myself", "suicide_thoughts.en.1", "crisis", "988"),
    ],
    ids=["emergency", "crisis"],
)
def test_danger_looks_different_takes_the_focus_and_is_told_at_once(
    text: str, reference: str, key: str, number: str, open_chat: OpenChat
) -> None:
    chat = open_chat()
    surface = "(element) => getComputedStyle(element).backgroundColor"
    usual = chat.answer.evaluate(surface)
    chat.ask(text)
    chat.is_answered_with(f"safety {reference}")
    expect(chat.answer).to_be_focused()
    expect(chat.answer).to_be_in_viewport()
    holds(chat.alert, chat.said(key))
    assert chat.answer.evaluate(surface) != usual
    for place in (chat.answer, chat.alert):
        link = place.get_by_role("link", name=number).first
        expect(link).to_have_attribute("href", f"tel:{number}")
        expect(link).to_be_in_viewport()
    chat.ask(_QUESTION)
    holds(chat.answer, text_of("short of migraine.aura"))
    expect(chat.alert).to_be_empty()
    expect(chat.input).to_be_focused()


def test_danger_leaves_the_focus_with_somebody_who_writes(open_chat: OpenChat) -> None:
    chat = open_chat()
    held = HeldMessage(chat)
    chat.ask("I want to kill myself")
    chat.input.fill("I mean that")
    expect(chat.status).to_have_text(chat.said("working"))
    held.let_go()
    chat.is_answered_with("safety suicide_thoughts.en.1")
    holds(chat.alert, chat.said("crisis"))
    expect(chat.input).to_be_focused()
    expect(chat.input).to_have_value("I mean that")


def test_a_repeated_disclosure_is_answered_in_other_words_and_leaves_the_choices_open(
    open_chat: OpenChat, product: RunningProduct
) -> None:
    chat, starter = open_chat(), "migraine.tovani_treats_migraine"
    for number in (1, 2):
        chat.ask("I want to kill myself")
        chat.is_answered_with(f"safety suicide_thoughts.en.{number}")
        expect(chat.answer).to_be_focused()
        # A safety reply does not wait for a database that is slow.
        until(lambda: len(history(chat, product)) == chat.bubbles.count(), 15, "the storing")
    chat.page.reload()
    chat.launcher.click()
    chat.is_answered_with("safety suicide_thoughts.en.2")
    chat.press(f"question of {starter}")
    chat.is_answered_with(f"short of {starter} + safety door_open.crisis.en.1")


def test_a_reload_keeps_the_conversation(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    before, token = chat.lines(), chat.token()
    chat.page.reload()
    chat.launcher.click()
    chat.is_answered_with("short of migraine.aura")
    assert (chat.lines(), chat.token()) == (before, token)
    assert findings(chat) == []
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.aura")


def test_a_second_tab_shares_the_conversation(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    page = chat.page.context.new_page()
    other = Chat(page)
    page.goto(chat.page.url)
    other.launcher.click()
    other.is_answered_with("short of migraine.aura")
    assert (other.lines(), other.token()) == (chat.lines(), chat.token())
    other.press("texts buttons.more")
    other.is_answered_with("full of migraine.aura")
    chat.is_shown_again()
    chat.is_answered_with("full of migraine.aura")
    expect(chat.bubbles).to_have_count(5)
    assert (findings(chat), findings(other)) == ([], [])
    clear(other)
    expect(chat.bubbles).to_have_count(0)
    assert other.troubles == []


def history(chat: Chat, product: RunningProduct) -> list[object]:
    """What the server keeps of the conversation."""
    response = httpx.get(f"{product.url}/api/history", headers=chat.authorization(), timeout=30)
    found: list[object] = response.json()["messages"]
    return found


def clear(chat: Chat) -> None:
    """Delete the conversation."""
    chat.button(chat.said("clear")).click()
    chat.button(chat.said("clear_confirm")).click()
    expect(chat.status).to_have_text(chat.said("cleared"))


def test_the_conversation_is_deleted(open_chat: OpenChat, product: RunningProduct) -> None:
    chat = open_chat()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    headers = chat.authorization()

    chat.button(chat.said("clear")).click()
    expect(chat.panel.get_by_role("group", name=chat.said("clear_question"))).to_be_visible()
    chat.button(chat.said("clear_keep")).click()
    expect(chat.panel.get_by_text(chat.said("clear_question"))).to_have_count(0)
    expect(chat.button(chat.said("clear"))).to_be_focused()
    assert httpx.get(f"{product.url}/api/history", headers=headers).status_code == 200

    clear(chat)
    expect(chat.bubbles).to_have_count(0)
    assert chat.page.evaluate("sessionStorage.length") == 0
    assert httpx.get(f"{product.url}/api/history", headers=headers).status_code == 401

    chat.ask("Is Botox used for migraine?")
    chat.is_answered_with("short of migraine.botox")
    expect(chat.log).not_to_contain_text("aura")


def test_it_is_said_whether_an_answer_helped(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    no = chat.answer.get_by_role("button", name=chat.said("helpful_no"))
    with chat.page.expect_response("**/api/feedback") as told:
        no.click()
    assert told.value.status == 204
    expect(no).to_have_attribute("aria-pressed", "true")
    holds(chat.answer, chat.said("helpful_thanks"))
    chat.answer.get_by_role("textbox", name=chat.said("comment")).fill("Too short")
    with chat.page.expect_response("**/api/feedback") as told:
        chat.answer.get_by_role("button", name=chat.said("comment_send")).click()
    assert told.value.status == 204
    assert told.value.request.post_data_json["comment"] == "Too short"
    expect(chat.answer.get_by_role("textbox")).to_have_count(0)
    chat.page.reload()
    chat.launcher.click()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(chat.answer.get_by_role("textbox")).to_have_count(0)
    assert findings(chat, "clinic-chat") == []


def test_a_comment_that_tells_of_a_danger_is_answered(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    chat.answer.get_by_role("button", name=chat.said("helpful_yes")).click()
    chat.answer.get_by_role("textbox", name=chat.said("comment")).fill("I want to kill myself")
    chat.answer.get_by_role("button", name=chat.said("comment_send")).click()
    for _ in range(2):
        chat.is_answered_with("safety suicide_thoughts.en.1")
        holds(chat.bubbles.nth(-2), f"{chat.said('you_said')}: I want to kill myself")
        expect(chat.bubbles).to_have_count(5)
        holds(chat.alert, chat.said("crisis"))
        expect(chat.log.get_by_text(chat.said("helpful_thanks"))).to_have_count(0)
        chat.page.reload()
        chat.launcher.click()


def test_answers_and_the_conversation_are_copied(open_chat: OpenChat) -> None:
    chat = open_chat(permissions=["clipboard-read", "clipboard-write"])
    chat.ask(_QUESTION)
    chat.is_answered_with("short of migraine.aura")
    chat.answer.get_by_role("button", name=chat.said("copy_answer")).click()
    expect(chat.status).to_have_text(chat.said("copied"))
    answer = "\n".join(
        [text_of("short of migraine.aura"), source_line("migraine.aura"), _DISCLAIMER]
    )
    assert chat.page.evaluate("navigator.clipboard.readText()") == answer
    chat.button(chat.said("copy_conversation")).click()
    whole = f"{chat.said('you_said')}: {_QUESTION}\n\n{chat.said('assistant_said')}: {answer}"
    chat.page.wait_for_function(
        "async (whole) => (await navigator.clipboard.readText()).endsWith(whole)", arg=whole
    )


def test_the_letters_grow(open_chat: OpenChat) -> None:
    chat = open_chat()
    size = "(element) => parseFloat(getComputedStyle(element).fontSize)"
    seen = [chat.answer.evaluate(size)]
    for step in ("text_size_2", "text_size_3"):
        chat.button(chat.said("text_size")).click()
        expect(chat.status).to_have_text(chat.said(step))
        seen.append(chat.answer.evaluate(size))
    assert sorted(set(seen)) == seen
    chat.button(chat.said("text_size")).click()
    expect(chat.status).to_have_text(chat.said("text_size_1"))
    assert chat.answer.evaluate(size) == seen[0]


def test_two_quick_presses_send_one_message(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.input.fill("What is")
    chat.input.press("Shift+Enter")
    chat.input.press_sequentially("migraine aura?")
    expect(chat.input).to_have_value("What is\nmigraine aura?")
    chat.input.press("Enter")
    chat.input.press("Enter")
    chat.send.dblclick()
    chat.is_answered_with("short of migraine.aura")
    expect(chat.bubbles).to_have_count(3)
