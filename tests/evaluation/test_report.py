"""What is reported in text, JSON and on the page."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation.figures import Figures, figures_of
from bot.evaluation.judgements import Judgement
from bot.evaluation.page import as_page
from bot.evaluation.pictures import reliability_picture, risk_picture
from bot.evaluation.report import Report
from tests.evaluation.making import AURA, BOTOX, judged, judgements

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"


def report_of(made: list[Judgement], source: str = "some.csv") -> Report:
    return Report(source, figures_of(made), tuple(one for one in made if not one.right))


def some(text: str = "words") -> list[Judgement]:
    return [
        judged(AURA, AURA, 0.9),
        judged(AURA, BOTOX, 0.6, text=text, style="terse", also_ok="clarify"),
        judged("crisis", "", text=text),
    ]


class Elements(HTMLParser):
    """Every element of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_text_holds_figures_and_no_message() -> None:
    text = "\n".join(report_of(some("secret")).as_text())

    assert "3 messages of some.csv" in text
    assert re.search(r"right kind and topic +1/3 33.3% \(", text)
    assert "Expected calibration error, 10 bins of equal width: 0.350" in text
    assert f"   1  {AURA} -> {BOTOX}" in text
    assert "secret" not in text


def test_json_holds_everything() -> None:
    values = json.loads(report_of(some("geheim ü")).as_json())

    assert values["shares"]["overall"]["right kind and topic"]["count"] == 1
    assert values["calibration"]["expected_calibration_error"] == pytest.approx(0.35)
    assert [one["count"] for one in values["calibration"]["curve"]] == [1, 1]
    assert values["risk_coverage"]["curve"][-1]["risk"] == 0.5
    assert {"expected": AURA, "decided": BOTOX, "count": 1} in values["confusion"]
    assert [row["decided"] for row in values["wrong"]] == [BOTOX, "error"]
    assert values["wrong"][0] == {
        "text": "geheim ü",
        "expected": AURA,
        "also_ok": ["clarify"],
        "decided": BOTOX,
        "understood": BOTOX,
        "likeliest": BOTOX,
        "confidence": 0.6,
        "failing": "wrong clinical answer",
        "style": "terse",
        "conversation": "",
        "turn": 1,
    }


@settings(deadline=None, max_examples=15)
@given(st.text(min_size=1, max_size=80).map(lambda text: HOSTILE + text))
def test_hostile_words_are_inert_on_the_page(text: str) -> None:
    harmless, hostile = (as_page(report_of(some(words), words)) for words in ("words", text))

    tags = [tag for tag, _ in Elements(harmless).found]
    assert [tag for tag, _ in Elements(hostile).found] == tags
    assert "script" not in tags
    assert all(
        not name.startswith("on")
        for _, attributes in Elements(hostile).found
        for name in attributes
    )
    assert HOSTILE in Elements(hostile).words


def test_the_page_needs_nothing_else_and_can_be_read_without_pictures() -> None:
    elements = Elements(as_page(report_of(some()))).found
    pictures = [attributes for tag, attributes in elements if tag == "img"]

    assert len(pictures) == 2
    for attributes in pictures:
        assert (attributes["src"] or "").startswith("data:image/svg+xml;base64,")
        assert len(attributes["alt"] or "") > 40
        _, _, encoded = (attributes["src"] or "").partition(",")
        root = ElementTree.fromstring(base64.b64decode(encoded))
        assert root.tag.endswith("svg")
    assert not [tag for tag, _ in elements if tag in ("link", "script", "iframe", "object")]
    assert ("html", {"lang": "en"}) in elements
    assert sum(tag == "h1" for tag, _ in elements) == 1
    headers = [attributes for tag, attributes in elements if tag == "th"]
    assert all(attributes.get("scope") in ("row", "col") for attributes in headers)
    assert sum(tag == "table" for tag, _ in elements) == sum(
        tag == "caption" for tag, _ in elements
    )


@settings(deadline=None, max_examples=20)
@given(judgements())
def test_whatever_was_decided_can_be_reported(made: list[Judgement]) -> None:
    report = report_of(made)

    assert list(report.as_text())
    assert json.loads(report.as_json())["messages"] == len(made)
    assert as_page(report).endswith("</html>")


@pytest.mark.parametrize("draw", [reliability_picture, risk_picture])
def test_a_picture_is_the_same_every_time_and_shows_the_figures(
    draw: Callable[[Figures], bytes],
) -> None:
    figures = figures_of(some())

    assert draw(figures) == draw(figures)
    assert draw(figures) != draw(figures_of([judged(AURA, BOTOX, 0.2)]))
