"""The staff desk for everybody: axe on every page, in light and dark, at 320 px, by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from benchmarks.desk_pictures import served
from benchmarks.example_desk import ExampleDesk, Said
from bot.database.schema import outbox
from bot.intake.records import Urgency
from bot.safety.danger import Danger, DangerTopic
from tests.browser.desk import DeskPage
from tests.browser.desk_fixtures import OpenDesk
from tests.ports import free_port

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "small": {"color_scheme": "light", "width": 320, "height": 640},
    "forced": {"forced_colors": "active"},
}
CRISIS = Danger(topic=DangerTopic.SUICIDE)
SAID = (Said("¿pueden llamarme?", "Sí."), Said("I want to vanish", "Call 988.", CRISIS))


@pytest.fixture
def record(desk: ExampleDesk) -> str:
    """A record of everything, beside others; a notice that nobody got."""
    reference = desk.ask("María", reason="Cada día", said=SAID, language="es")
    desk.ask("Lee", "lee@example.com", urgency=Urgency.SOON)
    desk.converse([Said("worst headache", "Call 911.", Danger(topic=DangerTopic.BODY))])
    with desk.database.writing() as connection:
        dead = update(outbox).where(outbox.c.sink == "email")
        connection.execute(dead.values(state="dead", failure="time_out", attempts=7))
    return reference


def refused(page: DeskPage, path: str, button: str, **filled: str) -> None:
    """Send a form that cannot be used; the browser's own checks left out."""
    page.open(path)
    page.page.evaluate("for (const form of document.forms) form.noValidate = true")
    for label, text in filled.items():
        page.page.get_by_label(label.replace("_", " ")).first.fill(text)
    page.press(button)
    expect(page.page.get_by_role("alert").first).to_be_focused()


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_violation(open_desk: OpenDesk, record: str, look: str) -> None:
    page = open_desk("admin", **LOOKS[look])
    page.has_no_violation()
    for path in (
        "?show=closed",
        f"/records/{record}",
        "/search",
        "/notices",
        "/users",
        "/audit",
        "/audit?subject=-",
        "/password",
    ):
        page.open(f"/desk{path}")
        page.has_no_violation()
    page.open("/desk/users")
    page.page.get_by_text("Change viewer").click()
    page.has_no_violation()
    page.open("/desk/nowhere")
    page.has_no_violation()
    page.expects_trouble("404")


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_after_something_was_done_has_a_violation(
    open_desk: OpenDesk, record: str, look: str
) -> None:
    page = open_desk("admin", **LOOKS[look])
    path = f"/desk/records/{record}"
    page.open(path)
    for button in ("Claim", "Take over the conversation", "Duplicate"):
        page.press(button)
        page.has_no_violation()
    refused(page, path, "Reopen")
    page.has_no_violation()
    refused(page, path, "Add note")
    page.has_no_violation()
    refused(page, path, "Send to the patient")
    page.has_no_violation()
    refused(page, "/desk/search", "Find")
    page.has_no_violation()
    refused(page, "/desk/users", "Add", Name_to_sign_in_with="two words")
    page.has_no_violation()
    refused(page, "/desk/password", "Change password", Password_until_now="x")
    page.has_no_violation()
    page.expects_trouble("422")
    page.open("/desk/search")
    page.page.get_by_label("Reference, phone number").fill("nobody@example.com")
    page.press("Find")
    page.has_no_violation()
    page.press("Sign out")
    page.has_no_violation()
    page.page.get_by_label("Name").fill("nobody")
    page.page.get_by_label("Password").fill("wrong")
    page.press("Sign in")
    page.has_no_violation()
    page.expects_trouble("401")


def test_a_viewers_page_has_no_violation(open_desk: OpenDesk, record: str) -> None:
    page = open_desk("viewer")
    page.open(f"/desk/records/{record}")
    page.has_no_violation()


def test_where_the_focus_is_can_be_seen(open_desk: OpenDesk, record: str) -> None:
    page = open_desk()
    page.open(f"/desk/records/{record}")
    for _ in range(20):
        page.page.keyboard.press("Tab")
        look: Any = page.page.evaluate(
            "(() => { const look = getComputedStyle(document.activeElement);"
            " return [document.activeElement.tagName, look.outlineStyle, look.outlineWidth]; })()"
        )
        assert look[0] == "BODY" or (look[1] == "solid" and look[2] == "3px"), look


def test_a_table_stays_a_table_when_it_is_small(open_desk: OpenDesk, record: str) -> None:
    page = open_desk(width=320)
    expect(page.page.get_by_role("table")).to_have_count(1)
    expect(page.page.get_by_role("row")).to_have_count(4)
    expect(page.page.get_by_role("columnheader")).to_have_count(5)
    expect(page.row(record).get_by_role("rowheader")).to_have_count(1)
    expect(page.row(record).get_by_role("cell")).to_have_count(4)


def test_a_page_says_what_it_is(open_desk: OpenDesk, record: str) -> None:
    page = open_desk("admin")
    assert page.page.locator("html").get_attribute("lang") == "en"
    for path, title in (
        ("", "Queue"),
        ("?show=closed", "Closed records"),
        (f"/records/{record}", f"Record {record}"),
        ("/search", "Search"),
        ("/users", "Users"),
        ("/audit", "Audit"),
    ):
        page.open(f"/desk{path}")
        expect(page.page).to_have_title(f"{title} - Tovani desk")
        expect(page.page.get_by_role("heading", level=1)).to_have_count(1)
        for landmark in ("banner", "main", "contentinfo"):
            expect(page.page.get_by_role(landmark)).to_have_count(1)  # type: ignore[arg-type]
    expect(page.page.get_by_role("link", name="Audit")).to_have_attribute("aria-current", "page")


def test_the_first_page_of_all(chromium: Any, tmp_path: Any) -> None:
    port = free_port()
    empty = ExampleDesk(tmp_path, f"http://127.0.0.1:{port}")
    with served(empty, port):
        context = chromium.new_context()
        page = DeskPage(context.new_page(), empty.parts.public_url, empty)
        page.open()
        expect(page.main).to_contain_text("python -m bot users add NAME --role admin")
        page.has_no_violation()
        context.close()
    assert page.troubles == []
