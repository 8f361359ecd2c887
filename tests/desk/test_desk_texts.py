"""Texts that did not reach a patient: shown at the desk, and sent again from there."""

from __future__ import annotations

from benchmarks.example_desk import ExampleDesk
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.intake.staff import Role
from tests.desk.browsing import Browser
from tests.desk.conftest import SignIn
from tests.messaging.outgoing import NOON, NUMBER, change, new_text, new_thread, row


def test_a_dead_text_is_shown_and_sent_again(desk: ExampleDesk, sign_in: SignIn) -> None:
    admin, other = sign_in(Role.ADMIN), sign_in(Role.ADMIN, "other")
    thread = new_thread(desk.database, vault=desk.vault)
    new_text(desk.database, thread, "hush", kind=OutboundKind.STAFF)
    admin.get("/desk/notices")
    assert "Others: 1 waiting" in admin.text
    change(desk.database, state="undelivered", failure="undelivered 30003", settled_at=NOON)

    admin.get("/desk/notices")
    shown = f"Text messages, ends in {NUMBER[-4:]}"
    assert shown in admin.text
    assert "Message of staff It did not reach the phone (status 30003) 0" in admin.text
    assert "hush" not in admin.page.text
    assert NUMBER not in admin.page.text

    text_id = row(desk.database).id
    answer = admin.post(f"/desk/texts/{text_id}/retry")
    assert answer.headers["location"] == "/desk/notices?done=text_retried"
    assert "The text will be sent again." in admin.text
    assert row(desk.database).state == "waiting"
    assert other.post(f"/desk/texts/{text_id}/retry").status_code == 409
    assert other.post("/desk/texts/nonsense/retry").status_code == 404


def test_a_failure_of_another_version_is_shown_as_it_is(desk: ExampleDesk, admin: Browser) -> None:
    new_text(desk.database, new_thread(desk.database))
    change(desk.database, state="dead", failure="odd thing <b>", settled_at=NOON)
    admin.get("/desk/notices")
    assert "odd thing &lt;b&gt;" in admin.page.text
