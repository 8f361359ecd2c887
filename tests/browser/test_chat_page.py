"""The plain chat page in a browser: what a patient sees and does."""

from __future__ import annotations

import httpx
from playwright.sync_api import expect

from tests.browser.chat import holds, said
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import PAGES, PHONE, source_line, source_of, text_of
from tests.scenarios.running_product import RunningProduct

_DISCLAIMER = PAGES["migraine"]["disclaimer"]
_HOSTILE = '<img src=x onerror="window.hacked = 1"> <script>window.hacked = 2</script> {{7*7}}'


def test_a_question_gets_its_answer_source_and_disclaimer_in_one_bubble(
    open_chat: OpenChat,
) -> None:
    chat, topic = open_chat(), "migraine.ketamine_for_migraine"
    chat.ask("Can ketamine treat my migraines?")
    chat.is_answered_with(f"short of {topic}")
    holds(chat.answer, source_line(topic))
    holds(chat.answer, _DISCLAIMER)
    expect(chat.answer.get_by_role("button")).to_have_count(5)
    expect(chat.bubbles).to_have_count(3)
    holds(chat.bubbles.nth(1), "Can ketamine treat my migraines?")
    expect(chat.input).to_have_value("")


def test_the_references_lead_to_the_publications(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask("Which references does the page list?")
    chat.is_answered_with("short of migraine.references")
    link = chat.answer.get_by_role("link", name="38876749")
    expect(link).to_be_hidden()
    chat.answer.get_by_text(said("references"), exact=True).click()
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", "https://pubmed.ncbi.nlm.nih.gov/38876749/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    page = chat.answer.get_by_role("link", name=said("read_page"))
    expect(page).to_have_attribute("href", str(source_of("migraine.references")["url"]))


def test_a_button_is_pressed_and_is_gone_afterwards(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.press("question of migraine.tovani_treats_migraine")
    chat.is_answered_with("short of migraine.tovani_treats_migraine")
    holds(chat.bubbles.nth(1), text_of("question of migraine.tovani_treats_migraine"))
    expect(chat.bubbles.first.get_by_role("button")).to_have_count(0)
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.tovani_treats_migraine")
    chat.press("texts buttons.person")
    chat.is_brought_to_a_person()
    expect(chat.bubbles.nth(-2).get_by_role("link", name=PHONE)).to_have_attribute(
        "href", f"tel:{PHONE.replace(' ', '')}"
    )


def test_a_reload_keeps_the_conversation(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")
    before = chat.lines()
    chat.page.reload()
    chat.is_answered_with("short of migraine.aura")
    assert chat.lines() == before
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.aura")


def test_a_new_tab_starts_anew(open_chat: OpenChat, product: RunningProduct) -> None:
    chat = open_chat()
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")
    other = chat.page.context.new_page()
    other.goto(product.url)
    log = other.get_by_role("log")
    holds(log, text_of("texts chitchat.greet"))
    expect(log).not_to_contain_text(text_of("question of migraine.aura"))


def test_a_refusal_carries_the_disclaimer_and_the_way_to_a_person(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask("should I stop taking my topiramate?")
    chat.is_answered_with("texts personal_advice.decline")
    holds(chat.answer, _DISCLAIMER)
    chat.press("texts buttons.person")
    chat.is_brought_to_a_person()


def test_a_request_is_read_back_line_by_line(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.press("texts buttons.person")
    chat.is_brought_to_a_person()
    chat.press("intake en.buttons.skip")
    chat.is_answered_with("intake en.questions.contact")
    chat.ask("ana.browser@example.com")
    chat.is_answered_with("intake en.questions.best_time")
    chat.press("intake en.buttons.evening")
    chat.is_answered_with("intake en.questions.reason")
    chat.ask("my daily migraines")
    for line in ("name left out", "email ana.browser@example.com", "best_time Evening"):
        shown = text_of(f"line en.{line}")
        expect(chat.answer.get_by_text(shown, exact=True)).to_have_count(1)
    chat.press("intake en.buttons.cancel")
    chat.is_answered_with("intake en.ends.cancelled")


def test_hostile_text_is_only_text(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(_HOSTILE)
    expect(chat.bubbles).to_have_count(3)
    for _ in range(2):
        holds(chat.bubbles.nth(1), _HOSTILE)
        expect(chat.log.locator("img, script, iframe, object")).to_have_count(0)
        assert chat.page.evaluate("window.hacked") is None
        chat.page.reload()
        expect(chat.bubbles).to_have_count(3)


def test_the_conversation_is_deleted(open_chat: OpenChat, product: RunningProduct) -> None:
    chat = open_chat()
    chat.ask("What is migraine aura?")
    chat.is_answered_with("short of migraine.aura")
    token = {"Authorization": f"Bearer {chat.token()}"}

    chat.button(said("clear")).click()
    expect(chat.page.get_by_text(said("clear_question"))).to_be_visible()
    chat.button(said("clear_keep")).click()
    expect(chat.page.get_by_text(said("clear_question"))).to_be_hidden()
    assert httpx.get(f"{product.url}/api/history", headers=token).status_code == 200

    chat.button(said("clear")).click()
    chat.button(said("clear_confirm")).click()
    expect(chat.status).to_contain_text(said("cleared"))
    expect(chat.bubbles).to_have_count(0)
    assert httpx.get(f"{product.url}/api/history", headers=token).status_code == 401

    chat.ask("Is Botox used for migraine?")
    chat.is_answered_with("short of migraine.botox")
    expect(chat.log).not_to_contain_text("aura")


def test_two_quick_presses_send_one_message(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.input.fill("What is migraine aura?")
    chat.input.press("Enter")
    chat.input.press("Enter")
    chat.send.dblclick()
    chat.is_answered_with("short of migraine.aura")
    chat.page.reload()
    chat.is_answered_with("short of migraine.aura")
    expect(chat.bubbles).to_have_count(3)


def test_shift_enter_makes_a_new_line(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.input.fill("What is")
    chat.input.press("Shift+Enter")
    chat.input.press_sequentially("migraine aura?")
    expect(chat.input).to_have_value("What is\nmigraine aura?")
    chat.input.press("Enter")
    chat.is_answered_with("short of migraine.aura")


def test_what_was_offered_before_a_danger_can_still_be_pressed(open_chat: OpenChat) -> None:
    chat = open_chat()
    starter = text_of("question of migraine.tovani_treats_migraine")
    chat.ask("I want to kill myself")
    chat.is_answered_with("safety suicide_thoughts.en.1")
    expect(chat.button(starter)).to_have_count(1)
    chat.page.reload()
    chat.is_answered_with("safety suicide_thoughts.en.1")
    chat.button(starter).click()
    chat.is_answered_with("short of migraine.tovani_treats_migraine + safety door_open.crisis.en.1")
    expect(chat.bubbles.first.get_by_role("button")).to_have_count(0)
    chat.press("texts buttons.more")
    chat.is_answered_with("full of migraine.tovani_treats_migraine")


def test_a_repeated_disclosure_is_shown_in_other_words_each_time(open_chat: OpenChat) -> None:
    chat = open_chat()
    for number in (1, 2, 3):
        chat.ask("I want to kill myself")
        chat.is_answered_with(f"safety suicide_thoughts.en.{number}")
