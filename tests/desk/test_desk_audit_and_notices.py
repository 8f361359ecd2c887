"""The audit page, and the notices that nobody got."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from benchmarks.example_desk import ExampleDesk
from bot.database.schema import audit, outbox
from bot.intake.outbox import NoticeState
from bot.intake.staff import Role
from tests.desk.browsing import Browser
from tests.desk.conftest import SignIn


def test_the_audit_is_shown_newest_first(desk: ExampleDesk, admin: Browser) -> None:
    reference = desk.ask()
    admin.get(f"/desk/records/{reference}")
    admin.get("/desk/audit")
    assert "The chain is unbroken: 4 lines" in admin.text
    looked, made = (admin.text.index(words) for words in ("Looked at the record", "Record made"))
    assert looked < made


@pytest.mark.parametrize("typed", ["{reference}", " {lower} ", "Admin"])
def test_the_audit_of_one_subject(desk: ExampleDesk, admin: Browser, typed: str) -> None:
    reference = desk.ask()
    typed = typed.format(reference=reference, lower=reference.lower())
    answer = admin.post("/desk/audit", subject=typed)
    subject = "admin" if typed == "Admin" else reference
    assert answer.headers["location"] == f"/desk/audit?subject={subject}"
    assert ("Record made" in admin.text) is (subject == reference)
    assert ("User added" in admin.text) is (subject == "admin")
    assert "The chain is unbroken: 3 lines" in admin.text


@pytest.mark.parametrize("typed", ["(212) 555-0142", "maria@example.com", "2125550142"])
def test_a_patients_contact_goes_no_further(admin: Browser, typed: str) -> None:
    answer = admin.post("/desk/audit", subject=typed)
    assert answer.headers["location"] == "/desk/audit?subject=-"
    assert "There is nothing about that." in admin.text
    assert typed not in admin.page.text
    assert admin.post("/desk/audit", subject="").headers["location"] == "/desk/audit"


@pytest.mark.parametrize(
    "tamper",
    [
        update(audit).where(audit.c.position == 2).values(actor="user:somebody"),
        update(audit).where(audit.c.position == 2).values(action="no such action"),
        update(audit).where(audit.c.position == 2).values(detail="no json"),
        delete(audit).where(audit.c.position == 2),
    ],
    ids=["actor", "action", "detail", "gone"],
)
def test_a_broken_chain_is_told_of_and_work_goes_on(
    desk: ExampleDesk, admin: Browser, tamper: object
) -> None:
    reference = desk.ask()
    admin.get(f"/desk/records/{reference}")
    with desk.database.writing() as connection:
        connection.execute(tamper)
    assert admin.get("/desk/audit").status_code == 200
    assert "The chain is broken at line 2" in admin.text
    with desk.database.writing() as connection:
        connection.execute(update(audit).values(subject=reference))
    assert admin.get(f"/desk/records/{reference}").status_code == 200


def test_a_dead_notice_is_shown_and_tried_again(desk: ExampleDesk, sign_in: SignIn) -> None:
    admin, other = sign_in(Role.ADMIN), sign_in(Role.ADMIN, "other")
    reference = desk.ask()
    admin.get("/desk/notices")
    assert "None. Everything that could be delivered was." in admin.text
    with desk.database.writing() as connection:
        connection.execute(
            update(outbox)
            .where(outbox.c.sink == "email")
            .values(state=NoticeState.DEAD.value, failure="smtp_status 451", attempts=7)
        )
    admin.get("/desk/notices")
    assert f"{reference} New request E-mail The mail server refused it (status 451) 7" in admin.text
    (notice,) = desk.outbox.dead(10)
    answer = admin.post(f"/desk/notices/{notice.id}/retry")
    assert answer.headers["location"] == "/desk/notices?done=retried"
    assert "The notice will be tried again." in admin.text
    assert desk.outbox.counts().dead == 0
    assert other.post(f"/desk/notices/{notice.id}/retry").status_code == 409
    assert "This notice is not waiting for you" in other.text
    assert other.post("/desk/notices/nonsense/retry").status_code == 404


def test_a_failure_of_another_version_is_shown_as_it_is(desk: ExampleDesk, admin: Browser) -> None:
    desk.ask()
    with desk.database.writing() as connection:
        connection.execute(
            update(outbox).values(state=NoticeState.DEAD.value, failure="odd thing <b>")
        )
    admin.get("/desk/notices")
    assert "odd thing &lt;b&gt;" in admin.page.text
