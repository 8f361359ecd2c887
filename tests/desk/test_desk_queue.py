"""The queue and the search: what comes first, what is late, and what is not shown."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.example_desk import ExampleDesk, Said
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.intake.records import Urgency
from bot.intake.staff import Role
from bot.safety.danger import Danger, DangerTopic
from tests.desk.browsing import URL, Browser, words_of
from tests.desk.conftest import SignIn
from tests.gateway.harness import limits_with

WEEK = timedelta(days=7)


def references(html: str) -> list[str]:
    return re.findall(r'data-key="([^"]+)"', html)


def row(html: str, reference: str) -> str:
    """The words of one row."""
    found = re.search(rf'<tr [^>]*data-key="{reference}".*?</tr>', html, re.DOTALL)
    assert found
    return words_of(found[0])


def test_the_gravest_come_first_and_then_what_was_promised_first(
    desk: ExampleDesk, agent: Browser
) -> None:
    late = desk.ask("A", "+12125550101", ago=WEEK)
    soon = desk.ask("B", "+12125550102", urgency=Urgency.SOON)
    routine = desk.ask("C", "+12125550103")
    body, crisis = (Danger(topic=topic) for topic in (DangerTopic.BODY, DangerTopic.SUICIDE))
    desk.converse([Said("worst headache", "Call 911.", body)])
    desk.converse([Said("vanish", "Call 988.", crisis)])
    html = agent.get("/desk").text
    first, second, *others = references(html)
    assert others == [soon, late, routine]
    assert "Crisis" in row(html, first)
    assert "Told of thoughts of suicide or self-harm" in row(html, first)
    assert "Safety alert, no contact given" in row(html, first)
    assert "signs of a physical emergency" in row(html, second)
    assert re.search(r"\w{3}, \w{3} \d+, \d+:\d\d [AP]M : Told of", row(html, first))
    assert html.count("data-pressing") == 2


def test_what_is_late_says_so_in_words(desk: ExampleDesk, agent: Browser) -> None:
    late, early = desk.ask("A", "+12125550101", ago=WEEK), desk.ask("B", "+12125550102")
    html = agent.get("/desk").text
    assert re.search(r"Overdue by \d+ days", row(html, late))
    assert "Overdue" not in row(html, early)
    assert re.search(r"in \d+ (hours|days|minutes)", row(html, early))
    assert "Overdue 1" in agent.text
    assert "2 open in all" in agent.text


def test_an_empty_queue_says_so(agent: Browser) -> None:
    agent.get("/desk")
    assert "Nothing is open." in agent.text
    agent.get("/desk?show=closed")
    assert "Nothing is closed yet." in agent.text


def test_a_queue_that_is_cut_says_so(tmp_path: Path) -> None:
    desk = ExampleDesk(tmp_path, URL, limits_with(desk={"queue_rows": 2}))
    desk.add_user("agent", Role.AGENT)
    browser = Browser(desk)
    browser.sign_in("agent")
    for number in range(3):
        desk.ask(contact=f"+1212555010{number}")
    browser.get("/desk")
    assert len(references(browser.page.text)) == 2
    assert "These are the first 2." in browser.text
    desk.database.close()


@pytest.mark.parametrize("show", ["", "?show=closed"])
def test_the_news_are_the_part_of_the_page_and_keep_nobody_signed_in(
    desk: ExampleDesk, agent: Browser, show: str
) -> None:
    reference = desk.ask()
    if show:
        agent.move(reference, "withdraw")
    page = agent.get(f"/desk{show}").text
    news = agent.http.get(f"/desk/queue.fragment{show}")
    assert references(news.text) == references(page) == [reference]
    assert "<html" not in news.text
    assert news.text.startswith('<div id="queue-part" data-left="')
    assert Browser(desk).http.get(f"/desk/queue.fragment{show}").status_code == 401


def test_the_queue_shows_nothing_that_a_patient_said(desk: ExampleDesk, agent: Browser) -> None:
    desk.ask("Maria", "maria@example.com", "throbbing")
    html = agent.get("/desk").text
    assert not any(word in html for word in ("Maria", "maria", "throbbing"))


@pytest.mark.parametrize(
    "term", ["{reference}", "{lower}", "(212) 555-0142", "+1 212 555 0142", "2125550142"]
)
def test_one_record_is_found_and_opened(desk: ExampleDesk, agent: Browser, term: str) -> None:
    reference = desk.ask("Maria", "+12125550142")
    term = term.format(reference=reference, lower=reference.lower().replace("-", " "))
    answer = agent.post("/desk/search", term=term)
    assert answer.headers["location"] == f"/desk/records/{reference}"
    assert "Maria" in agent.text


def test_several_records_are_listed(desk: ExampleDesk, agent: Browser) -> None:
    old = desk.ask("Lee", "lee@example.com")
    agent.move(old, "withdraw")
    new = desk.ask("Lee", "lee@example.com")
    agent.post("/desk/search", term="LEE@example.com")
    assert "2 records found" in agent.text
    assert old in agent.text
    assert new in agent.text


def test_a_search_that_finds_nothing_says_why(agent: Browser) -> None:
    answer = agent.post("/desk/search", term="Maria")
    assert "Nothing was found." in agent.text
    assert "Maria" not in answer.text
    assert agent.post("/desk/search", term=" ").status_code == 422
    assert agent.post("/desk/search", term="x" * 255).status_code == 422


def test_the_audit_notes_a_search_and_not_for_what(desk: ExampleDesk, agent: Browser) -> None:
    agent.post("/desk/search", term="maria@example.com")
    with desk.database.reading() as connection:
        (line, *_) = audit_log.entries(connection)
    assert (line.action, line.actor) == (AuditAction.SEARCHED, "user:agent")
    assert (line.subject, line.detail) == (None, {})


def test_what_was_looked_for_is_in_no_address(desk: ExampleDesk, sign_in: SignIn) -> None:
    browser = sign_in(Role.VIEWER)
    html = browser.get("/desk").text
    assert '<form class="search" role="search" method="post" action="/desk/search">' in html
    assert "get" not in re.findall(r'method="(\w+)"', html)
