"""The chat page: what it is made of, and a patient's visit in a real browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.gateway.chat_page import PAGES_FOLDER
from bot.replies.composer import ReplyComposer
from tests.gateway.fake_rasa import FakeRasa, chat
from tests.gateway.harness import CRISIS_TEXT, RunningGateway, StartGateway, limits_with, until
from tests.gateway.test_gateway_failures import answer_with, locked

HOSTILE = '<img src=x onerror="alert(1)"> [x](javascript:alert(1)) \\u202e</script>'


def test_the_page_allows_no_inline_code_and_names_every_way_to_help(
    gateway: RunningGateway,
) -> None:
    response = gateway.http.get("/")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "require-trusted-types-for 'script'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    html = response.text
    assert html.count("<h1>") == 1
    assert html.count('role="log"') == 1
    for link in ('href="tel:911"', 'href="tel:988"', 'href="sms:988"'):
        assert link in html
    assert not re.search(r"\son\w+=|style=|<style", html)
    assert re.findall(r"<script([^>]*)>", html) == [
        ' type="application/json" id="strings"',
        ' src="/chat.js" defer',
    ]


def test_texts_cannot_break_out_of_the_page(start: StartGateway) -> None:
    gateway = start(clinic_with={"name": "</script><b>"})
    html = gateway.http.get("/").text
    assert "<b>" not in html
    assert html.count("</script>") == 2
    block = re.search(r'id="strings">(.*?)</script>', html)
    assert block
    assert json.loads(block[1])["title"] == "</script><b> assistant"


def test_the_script_never_makes_html_from_text() -> None:
    script = (PAGES_FOLDER / "chat.js").read_text(encoding="utf-8")
    for word in ("innerHTML", "outerHTML", "insertAdjacent", "eval(", "document.write", "localS"):
        assert word not in script


def test_files_are_asked_for_again_only_when_changed(gateway: RunningGateway) -> None:
    first = gateway.http.get("/chat.js")
    assert first.headers["Content-Type"].startswith("text/javascript")
    again = gateway.http.get("/chat.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        reason = "Chromium is not installed: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 320, "height": 568})
    made.set_default_timeout(10_000)
    yield made
    made.close()


def visit(context: BrowserContext, gateway: RunningGateway) -> tuple[Page, list[str]]:
    """The page once it has greeted, and everything that it complains about."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            complaints.append(request.url) if not request.url.startswith(gateway.url) else None
        ),
    )
    page.goto(gateway.url)
    page.locator(".bubble").first.wait_for()
    return page, complaints


def ask(page: Page, text: str) -> None:
    page.get_by_label("Your question").fill(text)
    page.get_by_label("Your question").press("Enter")


def test_a_visit(
    context: BrowserContext, gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    page, complaints = visit(context, gateway)
    rasa.answer = lambda said: answer_with(
        text=f"{HOSTILE} Call 911.", buttons=[{"title": "Second", "payload": "/second"}]
    )
    ask(page, "<b>what helps?</b>")
    bubble = page.locator(".bubble.answer")
    expect(bubble).to_contain_text('<img src=x onerror="alert(1)">')
    expect(bubble).to_contain_text("general education")
    expect(bubble).to_contain_text("reviewed by Dr. Sam Ple, on January 2, 2026")
    expect(bubble.locator("a[href='tel:911']")).to_have_count(1)
    bubble.locator("summary").click()
    expect(bubble.locator("a").nth(1)).to_have_attribute(
        "href", "https://pubmed.ncbi.nlm.nih.gov/12345678/"
    )
    expect(page.get_by_label("Your question")).to_have_value("")
    rasa.answer = lambda said: {"replies": [chat("Pressed.")], "intent": None}
    page.get_by_role("button", name="Second").click()
    expect(page.locator(".bubble").last).to_contain_text("Pressed.")
    assert rasa.seen[-1]["payload"] == "/second"
    ask(page, CRISIS_TEXT)
    expect(page.locator(".bubble.crisis")).to_be_visible()
    before = page.locator(".bubble").all_text_contents()
    page.reload()
    page.locator(".bubble.crisis").wait_for()
    assert page.locator(".bubble").all_text_contents() == before
    help_line = page.locator(".help").bounding_box()
    assert help_line
    assert help_line["y"] == 0
    assert page.locator("html").evaluate("e => e.scrollWidth") == 320
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_role("status")).to_have_text("This conversation has been deleted.")
    expect(page.locator(".bubble")).to_have_count(0)
    until(lambda: len(rasa.forgotten) == 1, what="forgetting")
    assert complaints == []


def test_what_was_typed_survives_a_failure_and_is_sent_once(
    context: BrowserContext, start: StartGateway, rasa: FakeRasa
) -> None:
    gateway = start(limits_with(database={"busy_seconds": 0.1}))
    rasa.answer = lambda said: {"replies": [chat("Noted.")], "intent": None}
    page, _ = visit(context, gateway)
    keys: list[Any] = []
    page.on(
        "request",
        lambda request: (
            keys.append(request.headers.get("idempotency-key"))
            if request.url.endswith("/api/message")
            else None
        ),
    )
    with locked(gateway):
        ask(page, "what helps?")
        expect(page.get_by_role("alert")).to_contain_text("988")
        expect(page.get_by_label("Your question")).to_have_value("what helps?")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".bubble.chitchat").last).to_contain_text("Noted.")
    expect(page.get_by_role("alert")).to_be_empty()
    assert keys[0] == keys[1]
    assert rasa.texts() == ["what helps?"]


def test_offline_and_a_session_that_is_over(
    context: BrowserContext, gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = lambda said: {"replies": [chat("Noted.")], "intent": None}
    page, _ = visit(context, gateway)
    context.set_offline(True)
    ask(page, "are you there?")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    context.set_offline(False)
    token = page.evaluate_handle("sessionStorage").evaluate("s => s.getItem('assistant-token')")
    gateway.http.delete("/api/session", headers={"Authorization": f"Bearer {token}"})
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_contain_text("conversation has ended")
    expect(page.get_by_label("Your question")).to_have_value("are you there?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble.chitchat").last).to_contain_text("Noted.")


def test_the_pages_folder_holds_what_is_served() -> None:
    names = {file.name for file in Path(PAGES_FOLDER).iterdir()}
    assert names == {"chat.html", "chat.css", "chat.js", "icon.svg"}
