"""A review as a page to read or print, and as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.gateway.spreadsheet import csv_text
from bot.review.listed import Outcome
from bot.review.report import Group, Report

_PAGES = Path(__file__).parent / "pages"

#: What the page calls each outcome.
_WORDS = {
    Outcome.ERROR: "could not be answered because of a fault",
    Outcome.NOT_COVERED: "the page does not cover it",
    Outcome.OUT_OF_SCOPE: "out of scope",
    Outcome.UNSURE: "not understood",
    Outcome.CLARIFIED: "asked back",
    Outcome.UNHELPFUL: "answered, and it did not help",
}

_COLUMNS = (
    "group",
    "count",
    "people",
    "percent_of_questions",
    *(outcome.value for outcome in Outcome),
    "first_day",
    "last_day",
    "nearest_answer",
    "nearest_question",
    "likeness",
    "times_given_or_offered",
)


def as_html(report: Report, clinic: str) -> str:
    """One page that loads nothing. Whatever a patient typed stands there as text."""
    pages = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Ours, and never anybody's input.
    style = Markup((_PAGES / "review.css").read_text(encoding="utf-8"))  # noqa: S704
    return pages.get_template("review.html").render(
        report=report, clinic=clinic, outcomes=list(Outcome), words=_WORDS, style=style
    )


def as_csv(report: Report, examples: int) -> str:
    """One row for each group, with so many columns for examples."""
    named = [f"example_{number}" for number in range(1, examples + 1)]
    return csv_text([(*_COLUMNS, *named), *_rows(report, examples)])


def _rows(report: Report, examples: int) -> Iterator[list[str]]:
    for number, group in enumerate(report.groups, 1):
        padding = [""] * (examples - len(group.examples))
        yield [str(number), *_figures(group), *group.examples, *padding]


def _figures(group: Group) -> list[str]:
    nearest = group.nearest
    return [
        str(group.count),
        str(group.people),
        f"{100 * group.share:.1f}",
        *(str(group.outcomes.get(outcome, 0)) for outcome in Outcome),
        group.first.isoformat(),
        group.last.isoformat(),
        str(nearest.topic),
        nearest.question,
        f"{nearest.likeness:.2f}",
        str(nearest.shown),
    ]
