"""The schema of a page: what a record must and must not hold."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.content.page import FollowUpKind, Page, SignOff
from tests.content.conftest import ContentCopy, line_of


def page_with(**changes: Any) -> dict[str, Any]:
    """A small valid page, with some values changed."""
    return {
        "id": "cramp",
        "title": "Cramp",
        "icd11": "MG30",
        "url_path": "/conditions/cramp",
        "reviewer": "Dr. A",
        "reviewed_on": "2026-01-02",
        "disclaimer": "No advice.",
        "sections": ["One"],
        "figures": [],
        "medicines": [],
        "references": [{"id": "a_2020", "citation": "A 2020", "about": "It.", "pmid": "12345678"}],
        "starters": ["a", "b", "c", "d"],
        "answers": [answer_with()],
    } | changes


def answer_with(**changes: Any) -> dict[str, Any]:
    return {
        "id": "definition",
        "question": "What is it?",
        "section": "One",
        "short": "It is.",
        "full": "It is so.",
        "references": ["a_2020"],
        "related": ["other"],
        "sign_off": "draft",
    } | changes


def test_a_whole_page_is_read() -> None:
    page = Page.parse_obj(page_with(answers=[answer_with(follow_ups={"cause": "none"})]))

    assert page.reviewed_on.isoformat() == "2026-01-02"
    assert page.answers[0].follow_ups == {FollowUpKind.CAUSE: "none"}
    assert page.answers[0].sign_off is SignOff.DRAFT


@pytest.mark.parametrize("count", [3, 4, 5])
def test_a_page_offers_a_few_starters(count: int) -> None:
    starters = [f"answer_{number}" for number in range(count)]

    assert Page.parse_obj(page_with(starters=starters)).starters == tuple(starters)


@pytest.mark.parametrize("name", [name for name in page_with() if name != "follow_ups"])
def test_every_fact_of_a_page_is_needed(name: str) -> None:
    values = page_with()
    del values[name]

    with pytest.raises(ValidationError, match=name):
        Page.parse_obj(values)


@pytest.mark.parametrize("name", list(answer_with()))
def test_every_part_of_an_answer_is_needed(name: str) -> None:
    values = answer_with()
    del values[name]

    with pytest.raises(ValidationError, match=name):
        Page.parse_obj(page_with(answers=[values]))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "Cramp"},
        {"id": "9cramp"},
        {"id": "cr.amp"},
        {"id": ""},
        {"url_path": "conditions"},
        {"url_path": "/with space"},
        {"reviewed_on": "yesterday"},
        {"starters": ["a", "b"]},
        {"starters": ["a", "b", "c", "d", "e", "f"]},
        {"follow_ups": {"whenever": "definition"}},
        {"reveiwer": "Dr. A"},
        {"references": [{"id": "a", "citation": "A", "about": "It."}]},
        {"references": [{"id": "a", "citation": "A", "about": "It.", "pmid": "0123456"}]},
        {"references": [{"id": "a", "citation": "A", "about": "It.", "pmid": "PMID 1"}]},
        {"answers": [answer_with(references=[])]},
        {"answers": [answer_with(related=[])]},
        {"answers": [answer_with(sign_off="maybe")]},
        {"answers": [answer_with(id="a/b")]},
        {"answers": [answer_with(dose="much")]},
        {"answers": [answer_with(follow_ups={"dose": "definition"})]},
    ],
    ids=str,
)
def test_what_breaks_the_schema_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Page.parse_obj(page_with(**changes))


def test_a_page_cannot_be_changed_once_read() -> None:
    page = Page.parse_obj(page_with())

    with pytest.raises(TypeError):
        page.disclaimer = "Do as I say."


def test_a_broken_page_is_named_at_the_line_of_the_value(content: ContentCopy) -> None:
    content.replace(content.page, 'pmid: "28025837"', "pmid: none")

    faults = content.faults()

    line = line_of(content.page, "pmid: none")
    assert str(faults[0]).startswith(f"{content.page}:{line}: references.1.pmid: ")


def test_a_page_of_the_wrong_shape_does_not_hide_the_faults_of_another(
    content: ContentCopy,
) -> None:
    second = content.page.with_name("cramp.yml")
    second.write_text("id: cramp\n")
    content.replace(content.page, "section: References", "section: Nowhere")

    assert {fault.file for fault in content.faults()} >= {second, content.page}


def test_a_name_is_one_word() -> None:
    assert Page.parse_obj(page_with(names=["Imitrex"])).names == ("Imitrex",)
    with pytest.raises(ValidationError, match="must be one word of letters"):
        Page.parse_obj(page_with(names=["two words"]))
