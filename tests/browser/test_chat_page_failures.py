"""The chat page when something does not work: nothing that was typed is lost."""

from __future__ import annotations

import httpx
from playwright.sync_api import Route, expect

from tests.browser.chat import holds, said
from tests.browser.conftest import OpenChat
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct

_QUESTION = "What is migraine aura?"


def test_offline_and_back(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.page.context.set_offline(True)
    chat.ask(_QUESTION)
    holds(chat.alert, said("offline"))
    expect(chat.input).to_have_value(_QUESTION)
    chat.expects_trouble("ERR_INTERNET_DISCONNECTED")

    chat.page.context.set_offline(False)
    chat.button(said("try_again")).click()
    chat.is_answered_with("short of migraine.aura")
    expect(chat.input).to_have_value("")
    expect(chat.alert).to_be_empty()
    expect(chat.bubbles).to_have_count(3)
    chat.page.reload()
    expect(chat.bubbles).to_have_count(3)


def test_an_answer_that_was_lost_on_its_way_is_fetched_and_not_asked_twice(
    open_chat: OpenChat,
) -> None:
    chat = open_chat()
    lost = []

    def lose(route: Route) -> None:
        # The message arrives; its answer does not.
        lost.append(route.fetch())
        route.abort("connectionreset")

    chat.page.route("**/api/message", lose, times=1)
    chat.ask(_QUESTION)
    chat.button(said("try_again")).click()
    chat.is_answered_with("short of migraine.aura")
    chat.expects_trouble("ERR_CONNECTION_RESET")
    assert [response.status for response in lost] == [200]
    chat.page.reload()
    expect(chat.bubbles).to_have_count(3)


def test_a_conversation_that_is_over_starts_anew(
    open_chat: OpenChat, product: RunningProduct
) -> None:
    chat = open_chat()
    token = {"Authorization": f"Bearer {chat.token()}"}
    assert httpx.delete(f"{product.url}/api/session", headers=token).status_code == 204
    chat.ask(_QUESTION)
    holds(chat.alert, said("session_over"))
    expect(chat.input).to_have_value(_QUESTION)
    chat.expects_trouble("401")
    chat.send.click()
    chat.is_answered_with("short of migraine.aura")


def test_a_reload_after_the_end_of_a_conversation_greets_again(
    open_chat: OpenChat, product: RunningProduct
) -> None:
    chat = open_chat()
    token = {"Authorization": f"Bearer {chat.token()}"}
    assert httpx.delete(f"{product.url}/api/session", headers=token).status_code == 204
    chat.page.reload()
    chat.is_open()
    chat.expects_trouble("401")


def test_a_broken_server_shows_the_safe_text(open_chat: OpenChat) -> None:
    chat = open_chat()
    body = {"error": {"code": "unavailable", "message": text_of("safety unavailable")}}
    chat.page.route("**/api/message", lambda route: route.fulfill(status=503, json=body), times=1)
    chat.ask(_QUESTION)
    holds(chat.alert, text_of("safety unavailable"))
    expect(chat.alert.get_by_role("link", name="988").first).to_be_visible()
    expect(chat.input).to_have_value(_QUESTION)
    chat.expects_trouble("503")
    chat.button(said("try_again")).click()
    chat.is_answered_with("short of migraine.aura")
