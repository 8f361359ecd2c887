"""Signing in and out, throttling, cookies, and one's own password."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks.example_desk import PASSWORD, ExampleDesk
from bot.database import audit_log
from bot.database.audit_log import AuditAction, AuditEntry
from bot.intake.actors import COMMAND_LINE
from bot.intake.staff import Role
from tests.desk.browsing import URL, Browser
from tests.desk.conftest import SignIn
from tests.gateway.harness import limits_with

NEW_PASSWORD = "another one, as long"


def audited(desk: ExampleDesk) -> tuple[AuditEntry, ...]:
    with desk.database.reading() as connection:
        return audit_log.entries(connection)


def test_without_a_user_the_page_says_how_to_make_one(desk: ExampleDesk) -> None:
    browser = Browser(desk)
    assert "python -m bot users add NAME --role admin" in browser.text
    desk.add_user("dana", Role.ADMIN)
    browser.get("/desk/sign-in")
    assert "users add" not in browser.text


def test_signing_in_leads_to_where_one_wanted_to_go(desk: ExampleDesk) -> None:
    desk.add_user("dana", Role.ADMIN)
    browser = Browser(desk)
    answer = browser.http.get("/desk/records/2345-6789")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/desk/sign-in?then=/desk/records/2345-6789"
    browser.get("/desk/audit")
    assert 'name="then" value="/desk/audit"' in browser.page.text
    assert browser.sign_in("dana", then="/desk/audit").headers["location"] == "/desk/audit"
    assert [entry.action for entry in audited(desk)][:1] == [AuditAction.SIGN_IN]
    assert browser.http.get("/desk/sign-in").headers["location"] == "/desk"


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/desk/../api", "/desk\n", "/desk/sign-out"]
)
def test_signing_in_leads_nowhere_else(desk: ExampleDesk, then: str) -> None:
    desk.add_user("dana", Role.ADMIN)
    assert Browser(desk).sign_in("dana", then=then).headers["location"] == "/desk"


@pytest.mark.parametrize(
    ("name", "password"),
    [("dana", "wrong"), ("nobody", PASSWORD), ("", ""), ("dana", PASSWORD * 40)],
    ids=["password", "name", "nothing", "long"],
)
def test_a_wrong_name_or_password_gets_the_same_page(
    desk: ExampleDesk, name: str, password: str
) -> None:
    desk.add_user("dana", Role.ADMIN)
    browser = Browser(desk)
    answer = browser.sign_in(name, password)
    assert answer.status_code == 401
    assert "Name and password do not belong together" in browser.text
    assert "set-cookie" not in answer.headers
    assert password not in answer.text or not password
    (failed, *_) = audited(desk)
    assert failed.action is AuditAction.SIGN_IN_FAILED
    assert failed.subject == ("dana" if name == "dana" else None)


def test_a_disabled_person_cannot_sign_in(desk: ExampleDesk) -> None:
    desk.add_user("dana", Role.ADMIN)
    desk.staff.disable("dana", actor=COMMAND_LINE)
    assert Browser(desk).sign_in("dana").status_code == 401


def test_the_cookie_is_out_of_reach(desk: ExampleDesk) -> None:
    desk.add_user("dana", Role.ADMIN)
    cookie = Browser(desk).sign_in("dana").headers["set-cookie"]
    name, *flags = cookie.split("; ")
    assert name.startswith("desk=")
    assert sorted(flag.lower() for flag in flags) == ["httponly", "path=/", "samesite=lax"]


def test_the_cookie_is_bound_to_a_secure_host(tmp_path: Path) -> None:
    desk = ExampleDesk(tmp_path, "https://desk.test")
    desk.add_user("dana", Role.ADMIN)
    browser = Browser(desk, "https://desk.test")
    answer = browser.sign_in("dana")
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-desk=")
    assert sorted(flag.lower() for flag in flags) == [
        "httponly",
        "path=/",
        "samesite=lax",
        "secure",
    ]
    assert "Open records" in browser.text
    assert "max-age" in answer.headers["strict-transport-security"]
    desk.database.close()


def test_every_sign_in_gets_a_token_of_its_own_and_ends_the_one_before(desk: ExampleDesk) -> None:
    desk.add_user("dana", Role.ADMIN)
    browser = Browser(desk)
    tokens = []
    for _ in range(2):
        browser.sign_in("dana")
        tokens.append(browser.http.cookies["desk"])
    assert tokens[0] != tokens[1]
    other = Browser(desk)
    other.http.cookies.set("desk", tokens[0])
    assert other.http.get("/desk").status_code == 303


@pytest.mark.parametrize("cookie", ["x", "a" * 43, "'; drop table", "\u00e9"])
def test_a_made_up_cookie_is_nobody(desk: ExampleDesk, cookie: str) -> None:
    browser = Browser(desk)
    answer = browser.http.get("/desk", headers={"Cookie": f"desk={cookie}".encode()})
    assert answer.status_code == 303


def test_signing_out_ends_the_session(desk: ExampleDesk, agent: Browser) -> None:
    token = agent.http.cookies["desk"]
    answer = agent.post("/desk/sign-out")
    assert answer.headers["location"] == "/desk/sign-in"
    assert 'desk=""' in answer.headers["set-cookie"]
    agent.http.cookies.set("desk", token)
    assert agent.http.get("/desk").status_code == 303
    assert audited(desk)[0].action is AuditAction.SIGN_OUT


def test_many_tries_with_one_name_have_to_wait(tmp_path: Path) -> None:
    limits = limits_with(rates={"sign_ins_per_name": ["2 per minute"]})
    desk = ExampleDesk(tmp_path, URL, limits)
    desk.add_user("dana", Role.ADMIN)
    browser = Browser(desk)
    assert [browser.sign_in("Dana ", "wrong").status_code for _ in range(2)] == [401, 401]
    answer = browser.sign_in("dana")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert answer.headers["content-type"].startswith("text/html")
    assert "Too many tries" in browser.text
    desk.add_user("sam", Role.AGENT)
    assert Browser(desk).sign_in("sam").status_code == 303
    desk.database.close()


def test_tries_from_elsewhere_lock_nobody_out_where_they_signed_in(tmp_path: Path) -> None:
    limits = limits_with(
        rates={
            "sign_ins_per_name": ["4 per minute"],
            "sign_ins_per_name_anywhere": ["3 per minute"],
        }
    )
    desk = ExampleDesk(tmp_path, URL, limits)
    desk.add_user("dana", Role.ADMIN)
    dana = Browser(desk)
    assert dana.sign_in("dana").status_code == 303
    elsewhere = Browser(desk)
    elsewhere.http = TestClient(
        desk.application, base_url=URL, follow_redirects=False, client=("203.0.113.9", 5000)
    )
    wrong = [elsewhere.sign_in("dana", "a wrong password").status_code for _ in range(5)]
    assert wrong == [401, 401, 429, 429, 429]
    assert elsewhere.sign_in("dana").status_code == 429
    assert dana.sign_in("dana").status_code == 303
    desk.database.close()


def test_many_tries_from_one_address_have_to_wait(tmp_path: Path) -> None:
    limits = limits_with(rates={"sign_ins_per_address": ["2 per minute"]})
    desk = ExampleDesk(tmp_path, URL, limits)
    statuses = [Browser(desk).sign_in(f"nobody{number}").status_code for number in range(3)]
    assert statuses == [401, 401, 429]
    desk.database.close()


def test_one_changes_ones_own_password_and_is_signed_out_elsewhere(
    sign_in: SignIn, desk: ExampleDesk
) -> None:
    here, elsewhere = sign_in(Role.VIEWER), sign_in(Role.VIEWER)
    here.get("/desk/password")
    answer = here.post("/desk/password", old=PASSWORD, password=NEW_PASSWORD, again=NEW_PASSWORD)
    assert answer.status_code == 303
    assert "Your password was changed" in here.text
    assert elsewhere.http.get("/desk").status_code == 303
    assert Browser(desk).sign_in("viewer").status_code == 401
    assert Browser(desk).sign_in("viewer", NEW_PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"old": "wrong"}, "This is not your password"),
        ({"again": "x"}, "The two new passwords are not the same"),
        ({"password": "short", "again": "short"}, "Use at least 12 characters"),
    ],
)
def test_a_password_that_cannot_be_changed(
    agent: Browser, desk: ExampleDesk, fields: dict[str, str], says: str
) -> None:
    whole = {"old": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD, **fields}
    answer = agent.post("/desk/password", **whole)
    assert answer.status_code == 422
    assert says in agent.text
    assert not any(value in answer.text for value in whole.values() if len(value) > 5)
    assert Browser(desk).sign_in("agent").status_code == 303
