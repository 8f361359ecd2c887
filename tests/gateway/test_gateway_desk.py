"""The staff desk in its place in the gateway: pages of its own among answers in JSON."""

from __future__ import annotations

import httpx
import pytest

from bot.database.engine import Database
from bot.intake.actors import COMMAND_LINE
from bot.intake.staff import Role, StaffStore
from tests.gateway.harness import QUICK, RunningGateway

PASSWORD = "long enough as it is"


@pytest.fixture
def person(gateway: RunningGateway) -> str:
    """Somebody who can sign in."""
    database = Database(gateway.settings.database_url, busy_seconds=2, connections=1)
    staff = StaffStore(database, QUICK)
    if staff.named("dana") is None:
        staff.add("dana", PASSWORD, role=Role.ADMIN, actor=COMMAND_LINE)
    database.close()
    return "dana"


def test_the_desk_is_behind_its_sign_in(gateway: RunningGateway) -> None:
    answer = gateway.http.get("/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/sign-in")
    page = gateway.http.get("/desk/sign-in")
    assert page.headers["content-type"].startswith("text/html")
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"


def test_errors_of_the_desk_are_pages_and_others_are_not(gateway: RunningGateway) -> None:
    assert "There is no such page" in gateway.http.get("/desk/nowhere").text
    other = gateway.http.get("/deskx")
    assert (other.status_code, other.json()["error"]["code"]) == (404, "not_found")
    assert other.headers["referrer-policy"] == "no-referrer"
    assert gateway.http.get("/").headers["referrer-policy"] == "no-referrer"


def test_a_foreign_page_cannot_sign_anybody_in(gateway: RunningGateway, person: str) -> None:
    fields = {"name": person, "password": PASSWORD}
    for origin in ("https://evil.example", "null", "https://www.example.com"):
        with gateway.counts('assistant_desk_refusals_total{trouble="foreign_form"}'):
            headers = {"Origin": origin}
            answer = gateway.http.post("/desk/sign-in", data=fields, headers=headers)
        assert answer.status_code == 403


def test_staff_sign_in_and_see_a_danger(gateway: RunningGateway, person: str) -> None:
    gateway.chat().say("I want to vanish forever")
    with httpx.Client(base_url=gateway.url, headers={"Origin": gateway.url}) as browser:
        fields = {"name": person, "password": PASSWORD, "then": "/desk"}
        answer = browser.post("/desk/sign-in", data=fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert "Told of thoughts of suicide" in browser.get("/desk").text
        assert browser.get("/desk/audit").status_code == 200
        assert "vanish" not in browser.get("/desk").text
