"""The page of an evaluation in a browser: for everybody, and inert whatever a message holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot.evaluation.figures import figures_of
from bot.evaluation.page import as_page
from bot.evaluation.report import Report
from tests.evaluation.making import AURA, BOTOX, judged

_HOSTILE = (
    "</td><script>document.title='run'</script><img src='http://127.0.0.1:9/x' "
    "onerror=\"document.title='run'\"><a href='javascript:1'>" + "x" * 300
)
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN_AXE = """(tags) => axe.run(document, { runOnly: { type: "tag", values: tags } })
  .then((found) => found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`)))"""


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    made = [judged(AURA, AURA), judged(AURA, BOTOX, 0.5, text=_HOSTILE, style="story")]
    made += [judged("not_covered", "clarify", 0.4, likeliest=AURA, conversation="c", turn=2)]
    report = Report("some.csv", figures_of(made), tuple(one for one in made if not one.right))
    file = tmp_path / "evaluation.html"
    file.write_text(as_page(report), encoding="utf-8")
    opened = chromium.new_page()
    opened.goto(file.as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize("width", [1180, 320])
def test_it_is_accessible_and_needs_no_sideways_scrolling(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    page.evaluate(Axe().axe_script)

    assert page.evaluate(_RUN_AXE, _TAGS) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    pictures = page.evaluate("[...document.images].map((each) => each.naturalWidth)")
    assert len(pictures) == 2
    assert all(pictures)


def test_hostile_words_are_only_words(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()

    assert page.title() == "Evaluation of some.csv"
    assert page.get_by_text("onerror", exact=False).count() == 1
    assert page.locator("a, script").count() == 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
