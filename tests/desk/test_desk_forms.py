"""Forms come from our own pages and this very session, or nothing is done; and errors are pages."""

from __future__ import annotations

import pytest

from benchmarks.example_desk import PASSWORD, ExampleDesk
from bot.gateway.desk.forms import TOKEN_FIELD
from bot.intake.staff import Role
from tests.desk.browsing import URL, Browser
from tests.desk.conftest import SignIn


def notes(desk: ExampleDesk, reference: str) -> int:
    record = desk.records.get(reference)
    assert record
    return len(desk.records.entries(record.id))


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://testserver.evil"])
def test_a_form_of_another_page_does_nothing(
    desk: ExampleDesk, agent: Browser, origin: str | None
) -> None:
    reference = desk.ask()
    fields = {TOKEN_FIELD: agent.token, "note": "from afar"}
    answer = agent.send(f"/desk/records/{reference}/notes", fields, origin)
    assert answer.status_code == 403
    assert "This form cannot be used any more" in agent.text
    assert notes(desk, reference) == 0


def test_one_cannot_be_signed_in_by_another_page(desk: ExampleDesk) -> None:
    desk.add_user("dana", Role.ADMIN)
    fields = {"name": "dana", "password": PASSWORD, "then": "/desk"}
    answer = Browser(desk).send("/desk/sign-in", fields, "https://evil.example")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("token", ["", "x", "\u00e9", "a" * 43])
def test_a_form_without_the_sessions_token_does_nothing(
    desk: ExampleDesk, agent: Browser, token: str
) -> None:
    reference = desk.ask()
    fields = {TOKEN_FIELD: token, "note": "without"}
    assert agent.send(f"/desk/records/{reference}/notes", fields, URL).status_code == 403
    assert agent.send(f"/desk/records/{reference}/notes", {"note": "x"}, URL).status_code == 403
    assert notes(desk, reference) == 0


def test_a_form_of_an_earlier_session_does_nothing(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    earlier = agent.token
    agent.sign_in("agent")
    assert agent.token != earlier
    fields = {TOKEN_FIELD: earlier, "note": "late"}
    assert agent.send(f"/desk/records/{reference}/notes", fields, URL).status_code == 403
    assert notes(desk, reference) == 0


def test_a_form_too_large_gets_a_page(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    fields = {TOKEN_FIELD: agent.token, "note": "x" * 70_000}
    answer = agent.send(f"/desk/records/{reference}/notes", fields, URL)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "That is too long" in agent.text


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("", b"note=x", 415),
        ("application/x-www-form-urlencoded", b"\xff\xfe", 400),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 50), 400),
    ],
    ids=["json", "multipart", "none", "bytes", "many"],
)
def test_what_is_no_form_gets_a_page(agent: Browser, kind: str, body: bytes, status: int) -> None:
    headers = {"Origin": URL, "Content-Type": kind}
    answer = agent.http.post("/desk/search", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_pages_that_are_not_there_and_methods_that_do_not_work(
    sign_in: SignIn, desk: ExampleDesk
) -> None:
    browser = sign_in(Role.VIEWER)
    for path in ("/desk/nowhere", "/desk/", "/desk/records/2345-6789", "/desk/records/a'b"):
        assert browser.get(path).status_code == 404
        assert "There is no such page" in browser.text
        assert "Go to the queue" in browser.text
    answer = browser.http.delete("/desk", headers={"Origin": URL})
    assert (answer.status_code, "GET" in answer.headers["allow"]) == (405, True)
    assert Browser(desk).http.get("/desk/nowhere").status_code == 404


def test_a_database_that_does_not_answer_gets_a_page(
    desk: ExampleDesk, agent: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        from bot.database.engine import DatabaseUnavailableError

        raise DatabaseUnavailableError(OSError("secret words"))

    monkeypatch.setattr(desk.database, "reading", fail)
    for browser in (agent, Browser(desk)):
        answer = browser.get("/desk" if browser is agent else "/desk/sign-in")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "cannot be reached just now" in browser.text
        assert "secret words" not in answer.text


def test_what_nobody_expected_gets_a_page_without_its_words(
    desk: ExampleDesk, agent: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(desk.records, "queue", fail)
    answer = agent.get("/desk")
    assert answer.status_code == 500
    assert "Something went wrong" in agent.text
    assert "secret words" not in answer.text


def test_every_page_is_guarded_by_its_headers(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask()
    for path in ("/desk", "/desk/sign-in", f"/desk/records/{reference}", "/desk/nowhere"):
        headers = agent.http.get(path).headers
        assert headers["cache-control"] == "no-store"
        if "content-security-policy" not in headers or path == "/desk/sign-in":
            continue
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        # "no-referrer" would take the origin away from our own forms.
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"


def test_no_page_has_inline_code_or_style(desk: ExampleDesk, admin: Browser) -> None:
    reference = desk.ask()
    for path in ("", f"/records/{reference}", "/search", "/notices", "/users", "/audit"):
        html = admin.get(f"/desk{path}").text
        assert "<style" not in html
        assert " style=" not in html
        assert " onclick=" not in html
        assert html.count("<script") == html.count('<script src="/desk/desk.js" defer></script>')


def test_files_are_only_sent_again_when_they_changed(desk: ExampleDesk) -> None:
    http = Browser(desk).http
    for path, kind in (("desk.css", "text/css"), ("desk.js", "text/javascript")):
        answer = http.get(f"/desk/{path}")
        assert answer.headers["content-type"].startswith(kind)
        again = http.get(f"/desk/{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_staying_signed_in_needs_a_form_too(agent: Browser) -> None:
    answer = agent.post("/desk/stay")
    assert answer.status_code == 200
    assert 'data-left="' in answer.text
    assert agent.send("/desk/stay", {"x": "y"}, URL).status_code == 403
