"""Text of a patient is text, on every page that shows it."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.example_desk import ExampleDesk, Said
from bot.gateway.desk.pages import TEMPLATES_FOLDER
from tests.desk.browsing import Browser

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "</textarea></title></style><b>",
    "\u202eevil \u2066\u2067\u2068 text",
    "\ud800 lone surrogate",
    "\0\x1b[31m\x7f",
    "w" * 4000,
    "e\u0301" * 400 + "\u0489" * 400,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_a_patient_wrote_is_inert(desk: ExampleDesk, agent: Browser, text: str) -> None:
    reference = desk.ask(text[:80], reason=text[:500], said=[Said(text, "An answer.")])
    answer = agent.get(f"/desk/records/{reference}")
    assert answer.status_code == 200
    assert_nothing_was_added(answer.text)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(alphabet=st.characters(), min_size=1, max_size=80))
def test_no_text_at_all_makes_an_element(desk: ExampleDesk, agent: Browser, text: str) -> None:
    reference = desk.ask(text, contact="any@example.com", reason=text)
    answer = agent.get(f"/desk/records/{reference}")
    assert answer.status_code == 200
    assert_nothing_was_added(answer.text)


def assert_nothing_was_added(html: str) -> None:
    tags = {tag.lower() for tag in re.findall(r"<([a-zA-Z]+)", html)}
    assert not tags & {"img", "svg", "b", "iframe", "style", "object"}
    assert html.count("<script") == 1
    attributes = re.findall(r"<[a-z][^>]* (on\w+)=", html)
    assert attributes == []
    assert "49" not in re.findall(r">(49)<", html)


def test_a_note_and_a_message_are_inert(desk: ExampleDesk, agent: Browser) -> None:
    reference = desk.ask(said=[Said("hello", "An answer.")])
    agent.post(f"/desk/records/{reference}/notes", note=HOSTILE[0])
    agent.post(f"/desk/records/{reference}/take-over")
    agent.post(f"/desk/records/{reference}/messages", message=HOSTILE[1])
    assert "&lt;script&gt;" in agent.page.text
    assert_nothing_was_added(agent.page.text)
    refused = agent.post(f"/desk/records/{reference}/notes", note=HOSTILE[4] + "x" * 2000)
    assert refused.status_code == 422
    assert_nothing_was_added(refused.text)


def test_no_template_takes_a_text_for_html() -> None:
    for template in TEMPLATES_FOLDER.glob("*.html"):
        words = template.read_text(encoding="utf-8")
        assert "|safe" not in words.replace(" ", "")
        assert "autoescape" not in words
        # An attribute without quotes would end at a blank.
        assert not re.search(r"\s[a-z-]+=\{\{", words), template.name
