"""The page and the table: complete, and inert whatever a patient typed."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.content.library import Topic
from bot.review.files import as_csv, as_html
from bot.review.listed import Outcome
from bot.review.period import Period
from bot.review.report import Group, NearestAnswer, Report

GROUP = Group(
    count=3,
    people=2,
    share=0.25,
    outcomes={Outcome.NOT_COVERED: 2, Outcome.UNHELPFUL: 1},
    first=date(2026, 11, 2),
    last=date(2026, 11, 5),
    nearest=NearestAnswer(Topic("migraine", "botox"), "Does Botox help?", 0.614, 1),
    examples=("is botox covered", "botox price"),
)
REPORT = Report(
    period=Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("America/New_York")),
    groups=(GROUP,),
    asked=12,
    listed=3,
    left_out=0,
    unreadable=0,
    fewest_people=1,
)

#: Tags that the page itself has.
_OURS = frozenset(
    {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3"),
        *("p", "ol", "ul", "li", "section", "bdi", "strong", "code"),
    }
)


class _Reader(HTMLParser):
    """Every tag with its attributes, and the text outside of the style."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if not self.tags or self.tags[-1][0] != "style":
            self.text += data


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def text_of(report: Report) -> str:
    return " ".join(read(as_html(report, "Example Clinic")).text.split())


def rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_the_page_says_everything() -> None:
    text = text_of(REPORT)

    for said in (
        "Example Clinic, 2026-11-01 to 2026-11-30 (America/New_York)",
        "12 questions were asked; 3 of them are listed here, in 1 groups",
        "1. is botox covered",
        "Asked 3 times by 2 people, 25.0% of all questions, from 2026-11-02 to 2026-11-05",
        "the page does not cover it: 2",
        "answered, and it did not help: 1",
        "Nearest answer: migraine.botox (Does Botox help?), likeness 0.61, given or offered 1 time",
        "botox price",
    ):
        assert said in text
    assert "left out" not in text
    assert "could not be read" not in text


def test_what_is_not_shown_is_said() -> None:
    text = text_of(replace(REPORT, left_out=4, fewest_people=3, unreadable=2))

    assert "4 more are left out: fewer than 3 people asked each of them" in text
    assert "2 could not be read" in text


def test_an_empty_period_says_so() -> None:
    empty = replace(REPORT, groups=(), listed=0)

    assert "There is nothing to list in this period." in text_of(empty)
    assert rows(as_csv(empty, 2)) == []


def test_the_page_loads_nothing_and_has_an_order_of_headings() -> None:
    reader = read(as_html(REPORT, "Example Clinic"))

    assert {tag for tag, _ in reader.tags} <= _OURS
    assert not [each for _, each in reader.tags if {"src", "href", "onload", "style"} & each.keys()]
    assert "url(" not in as_html(REPORT, "Example Clinic")
    assert [tag for tag, _ in reader.tags if tag in ("h1", "h2", "h3")] == ["h1", "h2", "h3"]
    assert ("html", {"lang": "en"}) in reader.tags
    ids = {each["id"] for _, each in reader.tags if "id" in each}
    assert {each["aria-labelledby"] for tag, each in reader.tags if tag == "section"} == ids


def test_the_table_says_everything() -> None:
    (row,) = rows(as_csv(REPORT, 3))

    assert row == {
        "group": "1",
        "count": "3",
        "people": "2",
        "percent_of_questions": "25.0",
        "error": "0",
        "not_covered": "2",
        "out_of_scope": "0",
        "unsure": "0",
        "clarified": "0",
        "unhelpful": "1",
        "first_day": "2026-11-02",
        "last_day": "2026-11-05",
        "nearest_answer": "migraine.botox",
        "nearest_question": "Does Botox help?",
        "likeness": "0.61",
        "times_given_or_offered": "1",
        "example_1": "is botox covered",
        "example_2": "botox price",
        "example_3": "",
    }


def test_a_formula_is_a_text() -> None:
    hostile = replace(GROUP, examples=('=HYPERLINK("http://example.com")', "+1;-2"))

    (row,) = rows(as_csv(replace(REPORT, groups=(hostile,)), 2))

    assert row["example_1"].startswith("'=")
    assert row["example_2"].startswith("'+")


@given(st.text(min_size=1, max_size=60), st.sampled_from(["{}", "<b>{}", '"><img src=x>{}', "{}'"]))
def test_any_text_stands_there_as_text(typed: str, around: str) -> None:
    example = around.replace("{}", typed)
    report = replace(REPORT, groups=(replace(GROUP, examples=("a", example)),))

    reader = read(as_html(report, "Example Clinic"))

    assert {tag for tag, _ in reader.tags} <= _OURS
    (row,) = rows(as_csv(report, 2))
    assert not row["example_2"].startswith(("=", "+", "-", "@", "\t", "\r"))
