"""The telephone of the Twilio double in a real browser: by keyboard, at any width, in any look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.twilio_double.exchange import Direction
from tests.messaging.outgoing import NUMBER, OURS
from tests.messaging.running_double import RunningDouble, running_double

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "small": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
    "forced": {"forced_colors": "active"},
}

_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`);
});
"""


@pytest.fixture
def twilio() -> Iterator[RunningDouble]:
    with running_double() as running:
        yield running


@pytest.fixture(params=LOOKS)
def page(
    request: pytest.FixtureRequest, chromium: Browser, twilio: RunningDouble
) -> Iterator[Page]:
    context = chromium.new_context(**LOOKS[request.param])
    context.add_init_script(_WATCH)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    opened.goto(twilio.url)
    yield opened
    assert (troubles, opened.evaluate("window.violations")) == ([], [])
    context.close()


def has_no_violation(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_texting_by_keyboard(page: Page, twilio: RunningDouble) -> None:
    has_no_violation(page)
    page.get_by_label("Your text").focus()
    page.keyboard.type("What is a migraine? <b>")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log.locator(".message")).to_have_count(1)
    expect(log).to_contain_text("What is a migraine? <b>")
    # Nobody is there.
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.get_by_label("Your text").focus()
    answer = twilio.double.exchange.add(
        Direction.OUTBOUND_API,
        sender=OURS,
        recipient=NUMBER,
        body="A headache\nthat...",
        status="sent",
    )
    expect(log.locator(".message")).to_have_count(2)
    expect(log).to_contain_text("sent, 1 segment")
    answer.status = "delivered"
    expect(log).to_contain_text("delivered, 1 segment")
    expect(page.get_by_label("Your text")).to_be_focused()
    has_no_violation(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_another_number_is_another_patient_and_faults_are_chosen(
    page: Page, twilio: RunningDouble
) -> None:
    page.get_by_label("Your text").fill("Hello.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message")).to_have_count(1)
    page.get_by_label("Number of this telephone").fill("+12125550142")
    page.get_by_label("Number of this telephone").press("Tab")
    expect(page.locator(".message")).to_have_count(0)
    page.get_by_label("WhatsApp").check()
    page.get_by_role("button", name="Send a picture").click()
    expect(page.get_by_text("[no text]")).to_be_visible()
    assert twilio.double.exchange.messages[-1].sender == "whatsapp:+12125550142"
    page.get_by_text("Let something go wrong").click()
    page.get_by_label("The next answer").select_option("time_out")
    has_no_violation(page)
    page.get_by_role("button", name="Let it go wrong once").click()
    expect(page.get_by_role("status")).to_contain_text("goes wrong")
