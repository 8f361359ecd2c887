"""A real Chromium on the plain chat page. Every test ends without a script error or a violation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

from tests.browser.chat import Chat
from tests.browser.desk_fixtures import desk, desk_limits, open_desk  # noqa: F401
from tests.scenarios.conversation import fresh_address
from tests.scenarios.running_product import RunningProduct

_CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Keeps what the page's Content-Security-Policy refused.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""

OpenChat = Callable[..., Chat]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; without one, local runs go on and CI fails."""
    if not _CHROMIUM.exists():
        reason = f"{_CHROMIUM} is missing: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_chat(chromium: Browser, product: RunningProduct) -> Iterator[OpenChat]:
    """Opens the chat page in a browser profile of its own."""
    contexts: list[BrowserContext] = []
    chats: list[Chat] = []

    def open_one(width: int = 1024, height: int = 768) -> Chat:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            extra_http_headers={"X-Forwarded-For": fresh_address()},
        )
        contexts.append(context)
        context.add_init_script(_WATCH)
        page = context.new_page()
        chat = Chat(page)
        chats.append(chat)

        def on_console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                chat.troubles.append(message.text)

        page.on("console", on_console)
        page.on("pageerror", lambda error: chat.troubles.append(str(error)))
        page.goto(product.url)
        chat.is_open()
        return chat

    yield open_one
    for chat in chats:
        violations = chat.page.evaluate("window.violations")
        assert (chat.troubles, violations) == ([], [])
    for context in contexts:
        context.close()
