"""The widget when something does not work: it says so, and nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.browser.accessibility import findings
from tests.browser.chat import Chat, HeldMessage, holds, said
from tests.browser.conftest import OpenChat, Profiles
from tests.scenarios.curated import PHONE
from tests.scenarios.running_product import RunningProduct, until

_QUESTION = "What is migraine aura?"
_ANSWER = "short of migraine.aura"


@pytest.fixture
def chat(visit: OpenChat) -> Chat:
    """An open panel whose clock can be put forward."""
    opened = visit(prepare=lambda page: page.clock.install())
    opened.open()
    return opened


def waits_for(chat: Chat, key: str) -> None:
    """After whatever time it takes, something says that."""
    words = said(key).partition("{")[0]

    def is_said() -> bool:
        chat.page.clock.fast_forward("00:03")
        return words.split()[0] in chat.panel.inner_text() and words.strip() in " ".join(
            chat.panel.inner_text().split()
        )

    until(is_said, 30, key)


def keys_of(chat: Chat) -> list[str]:
    """The Idempotency-Keys of the messages that are sent from now on."""
    keys: list[str] = []
    chat.page.on(
        "request",
        lambda request: (
            keys.append(request.headers["idempotency-key"])
            if request.url.endswith("/api/message")
            else None
        ),
    )
    return keys


def help_is_in_sight(chat: Chat) -> None:
    """The ways to help, the clinic's telephone and the disclaimer."""
    for key, href in (("call_911", "tel:911"), ("call_988", "tel:988"), ("text_988", "sms:988")):
        link = chat.panel.get_by_role("link", name=chat.said(key), exact=True).first
        expect(link).to_be_in_viewport()
        expect(link).to_have_attribute("href", href)
    number = PHONE.replace(" ", "")
    expect(chat.panel.get_by_role("link", name=PHONE).first).to_have_attribute(
        "href", f"tel:{number}"
    )
    expect(chat.panel.get_by_text(chat.said("disclaimer")).first).to_be_in_viewport()


def answer_with(status: int, code: str, **headers: str) -> Callable[[Route], None]:
    """A route that is answered like this."""

    def answer(route: Route) -> None:
        body = {"error": {"code": code, "message": "."}}
        route.fulfill(status=status, json=body, headers=headers)

    return answer


#: What Chromium says of a server that is killed before, within or after any request.
_SERVER_DIED = (
    "ERR_CONNECTION_ABORTED",
    "ERR_CONNECTION_CLOSED",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_CONTENT_LENGTH_MISMATCH",
    "ERR_EMPTY_RESPONSE",
    "ERR_INCOMPLETE_CHUNKED_ENCODING",
    "ERR_SOCKET_NOT_CONNECTED",
)


def test_offline_and_back(chat: Chat) -> None:
    context = chat.page.context
    context.set_offline(True)
    holds(chat.alert, chat.said("offline"))
    help_is_in_sight(chat)
    chat.ask(_QUESTION)
    expect(chat.button(chat.said("try_again"))).to_be_visible()
    expect(chat.log).to_contain_text(_QUESTION)
    holds(chat.alert, chat.said("offline"))
    chat.expects_trouble("ERR_INTERNET_DISCONNECTED")
    context.set_offline(False)
    chat.is_answered_with(_ANSWER)
    expect(chat.alert).to_be_empty()
    expect(chat.bubbles).to_have_count(3)


def test_an_answer_that_was_lost_is_fetched_with_the_same_key(chat: Chat) -> None:
    lost, keys = [], keys_of(chat)

    def lose(route: Route) -> None:
        # The message arrives; its answer does not.
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    chat.page.route("**/api/message", lose, times=1)
    chat.ask(_QUESTION)
    expect(chat.status).to_have_text(chat.said("again"))
    waits_for(chat, "helpful")
    chat.is_answered_with(_ANSWER)
    chat.expects_trouble("ERR_CONNECTION_RESET")
    assert (lost, len(keys), len(set(keys))) == ([200], 2, 1)
    chat.page.reload()
    chat.launcher.click()
    chat.is_answered_with(_ANSWER)
    expect(chat.bubbles).to_have_count(3)


def test_a_server_that_breaks_is_asked_again_and_then_by_hand(chat: Chat) -> None:
    keys = keys_of(chat)
    chat.page.route("**/api/message", answer_with(503, "unavailable"))
    chat.ask(_QUESTION)
    waits_for(chat, "not_sent")
    assert (len(keys), len(set(keys))) == (4, 1)
    holds(chat.alert, chat.said("unreachable"))
    expect(chat.alert.get_by_role("link", name="988").first).to_be_visible()
    chat.expects_trouble("503")
    chat.page.unroute_all()
    chat.button(chat.said("try_again")).click()
    chat.is_answered_with(_ANSWER)
    assert (len(keys), len(set(keys))) == (5, 1)
    expect(chat.alert).to_be_empty()
    expect(chat.input).to_be_focused()


def test_too_many_messages_wait_as_long_as_the_server_asks(chat: Chat) -> None:
    keys = keys_of(chat)
    chat.page.route("**/api/message", answer_with(429, "too_many", **{"Retry-After": "7"}), times=1)
    chat.ask(_QUESTION)
    expect(chat.status).to_have_text(chat.said("again_soon", seconds="7"))
    chat.page.clock.fast_forward("00:06")
    assert len(keys) == 1
    waits_for(chat, "helpful")
    chat.is_answered_with(_ANSWER)
    chat.page.route("**/api/message", answer_with(429, "too_many", **{"Retry-After": "600"}))
    chat.ask("Is Botox used for migraine?")
    holds(chat.alert, chat.said("too_many"))
    chat.page.unroute_all()
    chat.button(chat.said("try_again")).click()
    chat.is_answered_with("short of migraine.botox")
    chat.expects_trouble("429")
    assert len(set(keys)) == 2


def test_a_slow_answer_is_told_of_and_then_asked_for_again(chat: Chat) -> None:
    keys, held = keys_of(chat), HeldMessage(chat)
    chat.ask(_QUESTION)
    expect(chat.status).to_have_text(chat.said("working"))
    held.is_sent()
    chat.page.clock.fast_forward("00:07")
    expect(chat.status).to_have_text(chat.said("slow"))
    chat.page.clock.fast_forward("00:09")
    expect(chat.status).to_have_text(chat.said("again"))
    waits_for(chat, "helpful")
    chat.is_answered_with(_ANSWER)
    assert (len(keys), len(set(keys))) == (2, 1)


def test_a_conversation_that_is_over_says_so_and_begins_anew(
    chat: Chat, product: RunningProduct
) -> None:
    httpx.delete(f"{product.url}/api/session", headers=chat.authorization()).raise_for_status()
    chat.ask(_QUESTION)
    holds(chat.alert, chat.said("session_over"))
    assert findings(chat) == []
    chat.button(chat.said("try_again")).click()
    chat.is_answered_with(_ANSWER)
    expect(chat.log).to_contain_text(_QUESTION)
    httpx.delete(f"{product.url}/api/session", headers=chat.authorization()).raise_for_status()
    chat.page.reload()
    chat.open()
    expect(chat.log).to_contain_text(chat.said("ended_before"))
    assert findings(chat) == []
    chat.expects_trouble("401")


def test_what_is_too_long_stays_to_be_shortened(chat: Chat) -> None:
    text = "long " * 500
    chat.ask(text)
    holds(chat.alert, chat.said("too_long", most="2000"))
    expect(chat.input).to_have_value(text)
    expect(chat.bubbles).to_have_count(1)


def test_the_launcher_works_with_the_server_down(visit: OpenChat) -> None:
    chat = visit(prepare=lambda page: page.clock.install())
    chat.page.route("**/api/**", lambda route: route.abort("connectionrefused"))
    chat.launcher.click()
    expect(chat.panel).to_be_visible()
    help_is_in_sight(chat)
    chat.ask(_QUESTION)
    waits_for(chat, "try_again")
    holds(chat.alert, chat.said("unreachable"))
    chat.expects_trouble("ERR_CONNECTION_REFUSED")
    chat.page.unroute_all()
    chat.button(chat.said("try_again")).last.click()
    chat.is_answered_with(_ANSWER)
    expect(chat.log).to_contain_text(_QUESTION)


def test_the_server_restarts_in_the_middle_of_a_conversation(
    profiles: Profiles, breakable: RunningProduct
) -> None:
    profiles.origins.add(breakable.url)
    chat = profiles.watch(profiles.page())
    chat.page.goto(breakable.url)
    chat.open()
    chat.ask("Is Botox used for migraine?")
    chat.is_answered_with("short of migraine.botox")
    with breakable.paused("serve"):
        breakable.kill("gateway")
        chat.ask(_QUESTION)
        expect(chat.status).to_have_text(chat.said("again"))
        assert findings(chat) == []
    breakable.wait_until_ready()
    again = chat.button(chat.said("try_again"))
    expect(chat.log.get_by_text(chat.said("helpful")).nth(1).or_(again)).to_be_visible()
    if again.is_visible():
        again.click()
    chat.is_answered_with(_ANSWER)
    expect(chat.bubbles).to_have_count(5)
    assert findings(chat) == []
    chat.expects_trouble(*_SERVER_DIED)
