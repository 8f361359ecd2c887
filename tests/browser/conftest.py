"""A real Chromium on the website widget. Every test ends without a script error or a violation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

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
    # A page that a test makes up is of no network, so it could not ask the product on this machine.
    "--disable-features=LocalNetworkAccessChecks",
]

#: However busy the machine is with other tests.
_PATIENCE_MS = 30_000

#: The console hears of everything that the page's Content-Security-Policy refused.
_WATCH = """document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`refused: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});"""

OpenChat = Callable[..., Chat]
Prepare = Callable[[Page], None]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; without one, local runs go on and CI fails.

    It ends with the file: while it runs, no other test could run an event loop.
    """
    if not _CHROMIUM.exists():
        reason = f"{_CHROMIUM} is missing: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_ARGUMENTS)
        yield browser
        browser.close()


class Profiles:
    """Browser profiles, each of somebody else, and what their pages asked for."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._asked: list[str] = []
        self._contexts: list[BrowserContext] = []
        self.chats: list[Chat] = []
        #: Where the pages may ask for something.
        self.origins: set[str] = set()

    def page(self, *, addressed: bool = True, **options: Any) -> Page:
        """A page of a new profile; `addressed`: it comes from an address of its own."""
        headers = {"X-Forwarded-For": fresh_address()} if addressed else {}
        options.setdefault("viewport", {"width": 1180, "height": 820})
        context = self._chromium.new_context(extra_http_headers=headers, **options)
        context.add_init_script(_WATCH)
        context.on("request", lambda request: self._asked.append(request.url))
        self._contexts.append(context)
        return context.new_page()

    def watch(self, page: Page, language: str = "en") -> Chat:
        """The widget on that page; its console must stay silent."""
        chat = Chat(page, language)
        self.chats.append(chat)
        return chat

    def close(self) -> None:
        """Close them all."""
        for context in self._contexts:
            context.close()

    def are_sound(self) -> None:
        """No error, no violation, nothing left in the browser, no other origin asked."""
        assert [chat.unexpected() for chat in self.chats if chat.unexpected()] == []
        for chat in self.chats:
            assert chat.page.context.cookies() == []
            assert chat.page.evaluate("localStorage.length") == 0
        found = {"{0.scheme}://{0.netloc}".format(urlsplit(address)) for address in self._asked}
        assert found <= self.origins


@pytest.fixture
def profiles(chromium: Browser, product: RunningProduct) -> Iterator[Profiles]:
    """Browser profiles that talk to the product, and to nobody else."""
    made = Profiles(chromium)
    made.origins = {product.url, product.url.replace("127.0.0.1", "localhost")}
    try:
        yield made
        made.are_sound()
    finally:
        made.close()


@pytest.fixture
def visit(profiles: Profiles, product: RunningProduct) -> OpenChat:
    """Opens the demonstration page in a browser profile of its own; the panel stays closed."""

    def visit_it(
        path: str = "/", language: str = "en", prepare: Prepare = lambda page: None, **options: Any
    ) -> Chat:
        chat = profiles.watch(profiles.page(**options), language)
        prepare(chat.page)
        chat.page.goto(f"{product.url}{path}")
        return chat

    return visit_it


@pytest.fixture
def open_chat(visit: OpenChat) -> OpenChat:
    """Opens the demonstration page in a browser profile of its own, and the panel on it."""

    def open_it(path: str = "/", language: str = "en", **options: Any) -> Chat:
        chat = visit(path, language, **options)
        chat.open()
        return chat

    return open_it
