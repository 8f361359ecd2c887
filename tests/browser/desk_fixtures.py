"""Fixtures: a desk on a real socket, and browsers at it that end without an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from benchmarks.desk_pictures import served
from benchmarks.example_desk import ExampleDesk
from bot.intake.staff import Role
from tests.browser.desk import DeskPage
from tests.gateway.harness import limits_with
from tests.ports import free_port

OpenDesk = Callable[..., DeskPage]

#: Keeps what the pages' Content-Security-Policy refused.
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""

_MANY = ["1000 per minute"]


@pytest.fixture
def desk_limits() -> dict[str, dict[str, Any]]:
    """What this desk's limits differ in: news come at once."""
    return {
        "desk": {"poll_seconds": 0.2},
        "rates": {"sign_ins_per_name": _MANY, "sign_ins_per_address": _MANY},
    }


@pytest.fixture
def desk(tmp_path: Path, desk_limits: dict[str, dict[str, Any]]) -> Iterator[ExampleDesk]:
    """A desk with one person of each role, named by it."""
    port = free_port()
    made = ExampleDesk(tmp_path, f"http://127.0.0.1:{port}", limits_with(**desk_limits))
    for role in Role:
        made.add_user(role.value, role)
    with served(made, port):
        yield made


@pytest.fixture
def open_desk(chromium: Browser, desk: ExampleDesk) -> Iterator[OpenDesk]:
    """Opens the desk in a browser profile of its own, signed in unless `name` is None."""
    contexts: list[BrowserContext] = []
    pages: list[DeskPage] = []

    def open_one(
        name: str | None = "agent", width: int = 1180, height: int = 800, **options: Any
    ) -> DeskPage:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.add_init_script(_WATCH)
        page = DeskPage(context.new_page(), desk.parts.public_url, desk)
        pages.append(page)
        if name is not None:
            page.sign_in(name)
        return page

    yield open_one
    for page in pages:
        violations = page.page.evaluate("window.violations ?? []")
        assert (page.troubles, violations) == ([], [])
    for context in contexts:
        context.close()
