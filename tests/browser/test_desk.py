"""The staff desk in a browser: a record's way, live news, and a live hand-over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from benchmarks.example_desk import ExampleDesk, Said
from bot.intake.actors import COMMAND_LINE
from bot.intake.records import RecordState
from bot.intake.transitions import Move
from bot.safety.danger import Danger, DangerTopic
from tests.browser.desk_fixtures import OpenDesk

CRISIS = Danger(topic=DangerTopic.SUICIDE)
SAID = (Said("can somebody call me?", "Yes."),)
HOSTILE = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 2</script>'


def state_of(desk: ExampleDesk, reference: str) -> RecordState:
    record = desk.records.get(reference)
    assert record
    return record.state


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])
def test_a_record_goes_its_way(open_desk: OpenDesk, desk: ExampleDesk, scripted: bool) -> None:
    reference = desk.ask("Maria", reason="Every day", said=SAID)
    page = open_desk(java_script_enabled=scripted)
    page.page.get_by_role("link", name=reference).click()
    expect(page.page).to_have_title(re.compile(f"^Record {reference}"))
    expect(page.page.get_by_role("link", name="(212) 555-0142")).to_have_attribute(
        "href", "tel:+12125550142"
    )
    expect(page.main).to_contain_text("can somebody call me?")
    page.press("Claim")
    expect(page.page.get_by_role("status").first).to_have_text("You have claimed this record.")
    expect(page.page).to_have_title(re.compile("^You have claimed this record"))
    page.page.get_by_label("Note for staff").fill("Rang, she is well.")
    page.press("Add note")
    expect(page.main).to_contain_text("Rang, she is well.")
    page.press("Mark as contacted")
    page.press("Resolved")
    expect(page.main).to_contain_text("Closed as resolved.")
    assert state_of(desk, reference) is RecordState.RESOLVED
    page.press("Reopen")
    if scripted:
        expect(page.page.get_by_role("alert").first).to_be_focused()
    expect(page.main).to_contain_text("Say why the record is opened again")
    page.expects_trouble("422")
    page.page.get_by_label("Why it is opened again").fill("She rang again.")
    page.press("Reopen")
    assert state_of(desk, reference) is RecordState.CLAIMED
    page.press("Sign out")
    expect(page.page.get_by_role("heading", level=1)).to_have_text("Sign in to the desk")


def test_a_keyboard_is_enough(open_desk: OpenDesk, desk: ExampleDesk) -> None:
    reference = desk.ask("Maria", said=SAID)
    page = open_desk(name=None)
    page.open()
    keyboard = page.page.keyboard
    page.walk_to(page.page.get_by_label("Name"))
    keyboard.type("agent")
    page.walk_to(page.page.get_by_label("Password"))
    keyboard.type("an example is no secret")
    keyboard.press("Enter")
    expect(page.page.get_by_role("heading", level=1)).to_have_text("Open records")
    keyboard.press("Tab")
    expect(page.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    keyboard.press("Enter")
    page.walk_to(page.page.get_by_role("link", name=reference))
    keyboard.press("Enter")
    page.walk_to(page.button("Claim"))
    keyboard.press("Space")
    page.walk_to(page.page.get_by_label("Note for staff"))
    keyboard.type("Rang.")
    page.walk_to(page.button("Add note"))
    keyboard.press("Enter")
    expect(page.main).to_contain_text("Note by Agent")
    page.walk_to(page.button("Mark as contacted"))
    keyboard.press("Enter")
    expect(page.main).to_contain_text("Marked as contacted.")
    page.walk_to(page.button("Resolved"))
    keyboard.press("Enter")
    expect(page.main).to_contain_text("Closed as resolved.")
    assert state_of(desk, reference) is RecordState.RESOLVED


def test_two_at_one_record(open_desk: OpenDesk, desk: ExampleDesk) -> None:
    reference = desk.ask()
    one, other = open_desk(), open_desk("admin")
    for page in (one, other):
        page.open(f"/desk/records/{reference}")
    one.press("Claim")
    expect(other.page.get_by_text("This record changed meanwhile.")).to_be_visible()
    other.press("Claim")
    expect(other.page.get_by_role("alert").first).to_contain_text(
        "Somebody else changed this record meanwhile"
    )
    expect(other.main).to_contain_text("In hand by Agent")
    other.expects_trouble("409")


def test_an_urgent_record_reaches_an_open_page(open_desk: OpenDesk, desk: ExampleDesk) -> None:
    reference = desk.ask()
    page = open_desk()
    link = page.page.get_by_role("link", name=reference)
    link.focus()
    desk.converse([Said("I want to vanish", "Call or text 988.", CRISIS)])
    urgent = page.page.get_by_role("row").filter(has_text="Crisis")
    expect(urgent).to_contain_text("Told of thoughts of suicide")
    expect(page.page.get_by_role("row").nth(1)).to_contain_text("Crisis")
    expect(page.page.locator("#alarm")).to_contain_text("New: Crisis, record")
    expect(link).to_be_focused()
    desk.ask("Lee", "lee@example.com")
    expect(page.page.get_by_role("row")).to_have_count(4)
    expect(page.page.locator("#news")).to_have_text("1 new record.")
    expect(page.main).to_contain_text("3 open in all")
    expect(link).to_be_focused()


def test_news_are_counted_in_the_title_until_they_are_seen(
    open_desk: OpenDesk, desk: ExampleDesk
) -> None:
    page = open_desk()
    page.page.evaluate("document.hasFocus = () => false")
    desk.ask()
    expect(page.page).to_have_title("(1 new) Queue - Tovani desk")
    page.page.evaluate("document.hasFocus = () => true")
    page.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.page).to_have_title("Queue - Tovani desk")


def test_a_row_that_changes_and_one_that_goes(open_desk: OpenDesk, desk: ExampleDesk) -> None:
    admin = desk.staff.named("admin")
    assert admin
    first, second = desk.ask("A", "+12125550101"), desk.ask("B", "+12125550102")
    page = open_desk()
    expect(page.row(first)).to_contain_text("New")
    desk.records.move(first, Move.CLAIM, version=1, actor=admin.actor)
    expect(page.row(first)).to_contain_text("In hand by Admin")
    page.page.get_by_role("link", name=second).focus()
    desk.records.move(second, Move.WITHDRAW, version=1, actor=admin.actor)
    expect(page.row(second)).to_have_count(0)
    desk.records.move(first, Move.WITHDRAW, version=2, actor=admin.actor)
    expect(page.main).to_contain_text("Nothing is open.")
    third = desk.ask("C", "+12125550103")
    expect(page.row(third)).to_be_visible()


def test_what_a_patient_writes_reaches_an_open_record(
    open_desk: OpenDesk, desk: ExampleDesk
) -> None:
    reference = desk.ask(said=SAID)
    record = desk.records.get(reference)
    assert record
    assert record.conversation_id
    page = open_desk()
    page.open(f"/desk/records/{reference}")
    page.press("Take over the conversation")
    page.page.get_by_label("Message to the patient").fill("Hello, how can I")
    desk.say(record.conversation_id, Said("are you there?", ""))
    expect(page.page.get_by_role("region", name="Messages")).to_contain_text("are you there?")
    expect(page.page.locator("#news")).to_have_text("The patient wrote: are you there?")
    expect(page.page.get_by_label("Message to the patient")).to_have_value("Hello, how can I")
    expect(page.page.get_by_label("Message to the patient")).to_be_focused()
    page.page.get_by_label("Message to the patient").fill("Yes, this is Agent.")
    page.press("Send to the patient")
    expect(page.page.get_by_role("region", name="Messages")).to_contain_text("Yes, this is Agent.")
    page.press("Hand back to the assistant")
    expect(page.main).to_contain_text("The assistant answers.")


def test_a_second_press_does_nothing(open_desk: OpenDesk, desk: ExampleDesk) -> None:
    reference = desk.ask()
    page = open_desk()
    page.open(f"/desk/records/{reference}")
    page.page.get_by_label("Note for staff").fill("once")
    page.button("Add note").dblclick()
    expect(page.main).to_contain_text("Your note was added.")
    record = desk.records.get(reference)
    assert record
    assert len(desk.records.entries(record.id)) == 1


def test_hostile_text_is_only_text(open_desk: OpenDesk, desk: ExampleDesk) -> None:
    reference = desk.ask(
        HOSTILE[:80],
        reason=f"\u202e{HOSTILE}",
        said=[Said(HOSTILE, "An answer."), Said("w" * 4000, HOSTILE), Said("\u202eabc", "x")],
    )
    page = open_desk(width=320)
    page.open(f"/desk/records/{reference}")
    record = desk.records.get(reference)
    assert record
    assert record.conversation_id
    desk.say(record.conversation_id, Said(f"new {HOSTILE}", ""))
    expect(page.page.get_by_role("region", name="Messages")).to_contain_text(f"new {HOSTILE}")
    expect(page.page.locator("main img, main script, main iframe")).to_have_count(0)
    assert page.page.evaluate("window.hacked") is None
    assert page.page.evaluate("document.scrollingElement.scrollWidth") <= 320


class TestSigningOut:
    """With limits so short that a test can wait for them."""

    @pytest.fixture
    def desk_limits(self) -> dict[str, dict[str, Any]]:
        return {"desk": {"idle_minutes": 0.4, "warning_seconds": 22, "poll_seconds": 0.2}}

    def test_a_page_asks_before_it_is_signed_out(self, open_desk: OpenDesk) -> None:
        page = open_desk()
        warning = page.page.get_by_role("region", name=re.compile("You are signed out in"))
        expect(warning).to_be_visible()
        expect(page.page.locator("#alarm")).to_contain_text("You are signed out in")
        page.press("Stay signed in")
        expect(warning).to_be_hidden()
        expect(warning).to_be_visible()

    def test_a_page_that_is_signed_out_says_so(
        self, open_desk: OpenDesk, desk: ExampleDesk
    ) -> None:
        page = open_desk()
        desk.staff.disable("agent", actor=COMMAND_LINE)
        expect(page.main).to_contain_text("You are signed out. Nothing new is shown here.")
        expect(page.page).to_have_title(re.compile("^Signed out"))
        page.expects_trouble("401")
        desk.staff.enable("agent", actor=COMMAND_LINE)
        page.page.get_by_role("link", name="Sign in again").click()
        expect(page.page.get_by_role("heading", level=1)).to_have_text("Sign in to the desk")


def test_a_server_that_does_not_answer_is_told_of(open_desk: OpenDesk) -> None:
    page = open_desk()
    page.cut_off()
    expect(page.main).to_contain_text("the server does not answer")
    expect(page.page.locator("#news")).to_contain_text("What is shown may be old.")
    page.expects_trouble("ERR_CONNECTION_REFUSED")
    page.page.unroute_all()
    expect(page.main).to_contain_text("Up to date at")
    page.troubles.clear()
