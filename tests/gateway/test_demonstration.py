"""The page at /: a page of the clinic, of curated content, with the widget on it by one line."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from bot.configuration.clinic import load_clinic
from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.gateway.demonstration import Demonstration
from bot.gateway.page_files import PAGES_FOLDER
from tests.gateway.harness import RunningGateway, StartGateway


class _Text(HTMLParser):
    """What somebody reads, and what links to where."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.links += [str(named["href"])] if tag == "a" and "href" in named else []
        self.ids += [str(named["id"])] if "id" in named else []

    def handle_data(self, data: str) -> None:
        self.read.append(" ".join(data.split()))


def shipped_page() -> str:
    texts, clinic = load_texts(), load_clinic()
    page = Demonstration(texts.demonstration, clinic, load_library(), ("en", "es"))
    return page.page("en").decode()


def test_it_allows_no_inline_code_and_no_html_from_text(gateway: RunningGateway) -> None:
    response = gateway.http.get("/")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types lit-html"
    )
    assert not re.search(r"\son\w+=|style=|<style", response.text)


def test_the_widget_is_on_it_by_exactly_one_line(gateway: RunningGateway) -> None:
    scripts = re.findall(r"<script[^>]*>[^<]*</script>", gateway.http.get("/").text)
    assert scripts == ['<script src="/widget.js" data-lang="en" data-page="cramp" defer></script>']
    assert gateway.http.get("/").text.count("<script") == 1


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("es", "es"), ("en", "en"), ("xx", "en"), ("", "en"), ('"><script>', "en")],
)
def test_it_shows_the_widget_in_a_language_that_it_has(
    gateway: RunningGateway, asked: str, spoken: str
) -> None:
    html = gateway.http.get("/", params={"lang": asked}).text
    assert f'data-lang="{spoken}"' in html
    assert html.count("<script") == 1


def test_it_says_what_the_curated_page_says() -> None:
    page = load_library().default_page
    shown = _Text(shipped_page())
    assert shown.read.count(page.title) == 1
    assert f"Based on our {page.title.lower()} page, reviewed by {page.reviewer}, on " in " ".join(
        shown.read
    )
    for answer in page.answers:
        if answer.section == load_texts().demonstration.references:
            continue
        assert answer.question in shown.read
        assert " ".join(answer.short.split()) in shown.read
    assert page.disclaimer in shown.read
    for each in page.references:
        assert f"https://pubmed.ncbi.nlm.nih.gov/{each.pmid}/" in shown.links


def test_every_link_within_the_page_leads_somewhere() -> None:
    shown = _Text(shipped_page())
    within = [link.removeprefix("#") for link in shown.links if link.startswith("#")]
    assert len(within) > 3
    assert set(within) <= set(shown.ids)
    assert len(shown.ids) == len(set(shown.ids))


def test_its_headings_have_an_order() -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", shipped_page())]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_without_scripts_it_says_whom_to_call(gateway: RunningGateway) -> None:
    found = re.search(r"<noscript>(.*?)</noscript>", gateway.http.get("/").text, re.DOTALL)
    assert found
    for part in ("+1 555 010 0199", "911", "988"):
        assert part in found[1]


def test_texts_cannot_break_out_of_the_page(start: StartGateway) -> None:
    html = start(clinic_with={"name": "</title><b>&"}).http.get("/").text
    assert "<b>" not in html
    assert "&lt;/title&gt;&lt;b&gt;&amp;" in html


def test_files_are_asked_for_again_only_when_changed(gateway: RunningGateway) -> None:
    for path, kind in (("/demonstration.css", "text/css"), ("/icon.svg", "image/svg+xml")):
        first = gateway.http.get(path)
        assert first.headers["Content-Type"].startswith(kind)
        again = gateway.http.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_no_code_knows_the_condition() -> None:
    for file in (
        Path(PAGES_FOLDER) / "demonstration.html",
        Path(PAGES_FOLDER).parent / "demonstration.py",
    ):
        assert "migraine" not in file.read_text(encoding="utf-8").lower()
