"""The users page: who may work at the desk."""

from __future__ import annotations

import pytest

from benchmarks.example_desk import PASSWORD, ExampleDesk
from bot.intake.staff import Role
from tests.desk.browsing import Browser
from tests.desk.conftest import SignIn

NEW = {"name": "sam", "shown_name": "Sam Lee", "role": "agent", "password": PASSWORD}


def test_a_person_is_added_and_signs_in(desk: ExampleDesk, admin: Browser) -> None:
    assert admin.post("/desk/users", **NEW).status_code == 303
    assert "The person was added." in admin.text
    assert "sam Sam Lee Agent" in admin.text
    assert Browser(desk).sign_in("sam").status_code == 303


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"name": "Sam Lee"}, "name", "Use a-z, 0-9"),
        ({"name": "../admin"}, "name", "Use a-z, 0-9"),
        ({"name": "ADMIN"}, "name", "There is somebody of this name already"),
        ({"shown_name": "\u202eevil"}, "shown_name", "Give a shown name"),
        ({"shown_name": "x" * 65}, "shown_name", "Give a shown name"),
        ({"role": "king"}, "role", "Choose a role"),
        ({"password": "short"}, "password", "Use at least 12 characters"),
        ({"password": "x" * 257}, "password", "Use at most 256 characters"),
        (
            {"name": "samantha.long", "password": "samantha.long"},
            "password",
            "must not be the name",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_person_who_cannot_be_added(
    desk: ExampleDesk, admin: Browser, fields: dict[str, str], field: str, says: str
) -> None:
    answer = admin.post("/desk/users", **{**NEW, **fields})
    assert answer.status_code == 422
    assert says in admin.text
    assert f'<a href="#{field}">' in answer.text
    assert f'aria-describedby="{field}-fault' in answer.text
    # A password is never sent back.
    assert fields.get("password", PASSWORD) not in answer.text or field == "password"
    assert 'type="password" value' not in answer.text
    assert len(desk.staff.all()) == 1


def test_what_was_typed_is_kept(admin: Browser) -> None:
    answer = admin.post("/desk/users", **{**NEW, "password": "short"})
    assert 'value="sam"' in answer.text
    assert 'value="Sam Lee"' in answer.text
    assert '<option value="agent" selected>' in answer.text


def test_a_person_is_disabled_and_enabled(desk: ExampleDesk, sign_in: SignIn) -> None:
    admin, agent = sign_in(Role.ADMIN), sign_in(Role.AGENT)
    assert admin.post("/desk/users/agent/disable").status_code == 303
    assert "agent Disabled" in admin.text
    assert agent.http.get("/desk").status_code == 303
    assert Browser(desk).sign_in("agent").status_code == 401
    assert admin.post("/desk/users/agent/enable").status_code == 303
    assert Browser(desk).sign_in("agent").status_code == 303


def test_a_password_is_reset(desk: ExampleDesk, sign_in: SignIn) -> None:
    admin, agent = sign_in(Role.ADMIN), sign_in(Role.AGENT)
    answer = admin.post("/desk/users/agent/password", password="short")
    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert '<a href="#agent-password">' in answer.text
    new = "a new one, long enough"
    assert admin.post("/desk/users/agent/password", password=new).status_code == 303
    assert agent.http.get("/desk").status_code == 303
    assert Browser(desk).sign_in("agent", new).status_code == 303


@pytest.mark.parametrize("change", ["disable", "role", "password"])
def test_nobody_locks_themselves_out(desk: ExampleDesk, admin: Browser, change: str) -> None:
    answer = admin.post(f"/desk/users/admin/{change}", role="viewer", password=PASSWORD * 2)
    assert answer.status_code == 422
    assert "You cannot take your own rights away" in admin.text
    admin.get("/desk/users")
    assert "/desk/users/admin/" not in admin.page.text
    user = desk.staff.named("admin")
    assert user
    assert (user.role, user.disabled) == (Role.ADMIN, False)


@pytest.mark.parametrize("change", ["disable", "enable", "role", "password"])
def test_a_person_who_is_not_there(admin: Browser, change: str) -> None:
    answer = admin.post(f"/desk/users/nobody/{change}", role="viewer", password=PASSWORD)
    assert answer.status_code == 422
    assert "There is nobody of this name" in admin.text
    answer = admin.post("/desk/users/admin/role", role="king")
    assert answer.status_code == 422
