"""Who may do what: every route of the desk, for every role and for nobody."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from benchmarks.example_desk import PASSWORD, ExampleDesk
from bot.database.schema import outbox
from bot.gateway.desk.desk import Desk
from bot.gateway.desk.forms import TOKEN_FIELD
from bot.intake.staff import Role
from tests.desk.browsing import URL, Browser
from tests.desk.conftest import SignIn

#: The least that one must be; None: anybody.
LEAST: dict[tuple[str, str], Role | None] = {
    ("GET", "/desk/sign-in"): None,
    ("POST", "/desk/sign-in"): None,
    ("GET", "/desk/desk.css"): None,
    ("GET", "/desk/desk.js"): None,
    ("GET", "/desk/icon.svg"): None,
    ("POST", "/desk/sign-out"): Role.VIEWER,
    ("POST", "/desk/stay"): Role.VIEWER,
    ("GET", "/desk/password"): Role.VIEWER,
    ("POST", "/desk/password"): Role.VIEWER,
    ("GET", "/desk"): Role.VIEWER,
    ("GET", "/desk/queue.fragment"): Role.VIEWER,
    ("GET", "/desk/records/{reference}"): Role.VIEWER,
    ("GET", "/desk/records/{reference}/conversation.fragment"): Role.VIEWER,
    ("GET", "/desk/search"): Role.VIEWER,
    ("POST", "/desk/search"): Role.VIEWER,
    ("POST", "/desk/records/{reference}/move"): Role.AGENT,
    ("POST", "/desk/records/{reference}/notes"): Role.AGENT,
    ("POST", "/desk/records/{reference}/take-over"): Role.AGENT,
    ("POST", "/desk/records/{reference}/hand-back"): Role.AGENT,
    ("POST", "/desk/records/{reference}/take-from-owner"): Role.ADMIN,
    ("POST", "/desk/records/{reference}/messages"): Role.AGENT,
    ("POST", "/desk/export"): Role.ADMIN,
    ("GET", "/desk/notices"): Role.ADMIN,
    ("POST", "/desk/notices/{id}/retry"): Role.ADMIN,
    ("POST", "/desk/texts/{id}/retry"): Role.ADMIN,
    ("GET", "/desk/users"): Role.ADMIN,
    ("POST", "/desk/users"): Role.ADMIN,
    ("POST", "/desk/users/{name}/role"): Role.ADMIN,
    ("POST", "/desk/users/{name}/password"): Role.ADMIN,
    ("POST", "/desk/users/{name}/disable"): Role.ADMIN,
    ("POST", "/desk/users/{name}/enable"): Role.ADMIN,
    ("GET", "/desk/audit"): Role.ADMIN,
    ("POST", "/desk/audit"): Role.ADMIN,
}

FIELDS = {
    "which": "all",
    "move": "claim",
    "version": "1",
    "note": "a note",
    "message": "a message",
    "term": "2345-6789",
    "name": "someone",
    "role": "viewer",
    "password": PASSWORD,
    "old": PASSWORD,
    "again": PASSWORD,
}


def test_every_route_has_its_role_here(desk: ExampleDesk) -> None:
    routes = Desk(desk.parts)._application.app.routes  # type: ignore[attr-defined]
    found = {
        (method, route.path)
        for route in routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert found == set(LEAST)


def path_of(desk: ExampleDesk, path: str) -> str:
    """The route's path, to things that are there."""
    values = {"name": "other"}
    if "{reference}" in path or "{id}" in path:
        values["reference"] = desk.ask(said=())
    if "{id}" in path:
        with desk.database.writing() as connection:
            connection.execute(outbox.update().values(state="dead"))
        values["id"] = desk.outbox.dead(1)[0].id
    return path.format(**values)


@pytest.mark.parametrize("who", [None, *Role], ids=lambda who: who.value if who else "nobody")
@pytest.mark.parametrize(("method", "path"), list(LEAST), ids=lambda part: part)
def test_a_route_is_open_to_its_roles_and_to_nobody_else(
    desk: ExampleDesk, sign_in: SignIn, who: Role | None, method: str, path: str
) -> None:
    desk.add_user("other", Role.AGENT)
    least = LEAST[method, path]
    browser = sign_in(who) if who else Browser(desk)
    address = path_of(desk, path)
    if method == "GET":
        answer = browser.http.get(address)
    else:
        fields = {**FIELDS, TOKEN_FIELD: browser.token if who else "x" * 43}
        answer = browser.http.post(address, data=fields, headers={"Origin": URL})
    if least is None or (who and who.includes(least)):
        assert answer.status_code not in (403, 404, 405, 500)
        if least is not None:
            assert answer.headers.get("location", "") != "/desk/sign-in" or "sign-out" in path
        return
    if who is None and method == "GET" and not path.endswith(".fragment"):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/desk/sign-in")
        return
    assert answer.status_code == (403 if who else 401)
    record = desk.records.queue()
    assert all(one.version == 1 and one.state.value == "new" for one in record)
    assert desk.staff.named("someone") is None


@pytest.mark.parametrize("role", Role)
def test_a_page_offers_what_its_reader_may_do_and_no_more(
    desk: ExampleDesk, sign_in: SignIn, role: Role
) -> None:
    reference = desk.ask()
    browser = sign_in(role)
    queue = browser.get("/desk").text
    assert ("/desk/export" in queue) is (role is Role.ADMIN)
    assert ("/desk/users" in queue) is (role is Role.ADMIN)
    record = browser.get(f"/desk/records/{reference}").text
    works = role.includes(Role.AGENT)
    assert (f"/desk/records/{reference}/move" in record) is works
    assert (f"/desk/records/{reference}/notes" in record) is works
    assert ("As a viewer you can read this record" in browser.text) is not works


def test_a_role_that_changes_counts_from_the_next_request_on(
    desk: ExampleDesk, sign_in: SignIn
) -> None:
    agent, admin = sign_in(Role.AGENT), sign_in(Role.ADMIN)
    admin.get("/desk/users")
    assert admin.post("/desk/users/agent/role", role="viewer").status_code == 303
    reference = desk.ask()
    answer = agent.post(f"/desk/records/{reference}/notes", note="no more")
    assert answer.status_code == 403
    assert "You may not do that" in agent.text
