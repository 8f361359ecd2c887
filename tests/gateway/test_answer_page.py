"""The page that a text message links to: one full answer, without a script."""

from __future__ import annotations

import re

import pytest

from bot.content.library import Topic, load_library
from bot.replies.composer import ReplyComposer
from bot.replies.texting.answer_links import AnswerLinks, code_of
from tests.gateway.harness import RunningGateway, StartGateway

LIBRARY = load_library()
RELIEF = Topic("cramp", "relief")


def test_no_two_answers_share_a_link() -> None:
    topics = list(LIBRARY.topics())

    assert len({code_of(topic) for topic in topics}) == len(topics)
    links = AnswerLinks("https://chat.example.com/", topics)
    for topic in topics:
        start, _, code = links.link(topic).rpartition("/")
        assert start == "https://chat.example.com/a"
        assert links.topic(code) == links.topic(code.upper()) == topic
        assert topic.answer not in code
    assert links.topic("nothin") is None


@pytest.mark.parametrize("path", [f"/a/{code_of(RELIEF)}", "/a/cramp/relief"])
def test_it_shows_answer_source_disclaimer_and_every_way_to_help(
    gateway: RunningGateway, composer: ReplyComposer, path: str
) -> None:
    response = gateway.http.get(path)
    html = response.text

    assert response.status_code == 200
    page, answer = composer.library.page("cramp"), composer.library.answer(RELIEF)
    for said in (answer.question, answer.full, page.disclaimer, page.reviewer, "reviewed by"):
        assert said in html
    for link in ("tel:911", "tel:988", "sms:988", "https://pubmed.ncbi.nlm.nih.gov/12345678/", "/"):
        assert f'href="{link}"' in html
    assert html.count("<h1>") == 1
    assert "noindex" in html


def test_nothing_on_it_runs_and_nothing_is_kept(gateway: RunningGateway) -> None:
    response = gateway.http.get("/a/cramp/relief")

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert "frame-ancestors 'none'" in policy and "form-action 'none'" in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script|\son\w+=|style=|<style", response.text)


@pytest.mark.parametrize("path", ["/a/zzzzzz", "/a/migraine/none", "/a/none/aura", "/a/<b>/x"])
def test_a_link_to_nothing_still_leads_to_people(gateway: RunningGateway, path: str) -> None:
    response = gateway.http.get(path)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert 'href="tel:911"' in response.text and "555 010 0199" in response.text
    assert "<b>" not in response.text


def test_texts_cannot_break_out_of_it(start: StartGateway) -> None:
    gateway = start(clinic_with={"name": "<i>{x}</i>"})

    assert "<i>" not in gateway.http.get("/a/cramp/relief").text
