"""Finding answers, and what a bare follow-up leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.content.library import Library, Topic, load_library
from bot.content.page import FollowUpKind, Page
from bot.content.yaml_source import ContentError
from tests.content.test_page import answer_with, page_with

_NAMES = st.text("abcdef_", min_size=1, max_size=8)

#: Said in other words, or where it comes from: never another answer.
_ABOUT_THE_SAME = {
    FollowUpKind.MORE,
    FollowUpKind.SOURCE,
    FollowUpKind.SIMPLER,
    FollowUpKind.REPEAT,
}


@pytest.fixture
def two_pages() -> Library:
    first = page_with(
        id="first",
        follow_ups={"cause": "why", "duration": "long"},
        answers=[
            answer_with(id="why", follow_ups={"duration": "none", "cause": "other"}),
            answer_with(id="other"),
            answer_with(id="long"),
        ],
    )
    second = page_with(id="second", answers=[answer_with(id="why")])
    return Library(tuple(Page.parse_obj(values) for values in (first, second)))


@given(page=_NAMES, answer=_NAMES)
def test_a_topic_reads_back_as_it_was_written(page: str, answer: str) -> None:
    topic = Topic(page, answer)

    assert Topic.parse(str(topic)) == topic


@pytest.mark.parametrize("text", ["", ".", "page", "page.", ".answer"])
def test_half_a_topic_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"page\.answer"):
        Topic.parse(text)


def test_the_same_answer_id_on_two_pages_is_two_topics(two_pages: Library) -> None:
    assert [str(topic) for topic in two_pages.topics()] == [
        "first.why",
        "first.other",
        "first.long",
        "second.why",
    ]
    assert Topic("second", "why") in two_pages
    assert Topic("second", "long") not in two_pages
    assert None not in two_pages
    assert two_pages.default_page.id == "first"


@pytest.mark.parametrize("topic", [Topic("first", "nothing"), Topic("nowhere", "why")])
def test_what_is_not_there_is_not_found(two_pages: Library, topic: Topic) -> None:
    with pytest.raises(KeyError):
        two_pages.answer(topic)


@pytest.mark.parametrize(
    ("topic", "kind", "target"),
    [
        pytest.param("first.other", FollowUpKind.CAUSE, "first.why", id="the page's own map"),
        pytest.param("first.why", FollowUpKind.CAUSE, "first.other", id="the answer's map wins"),
        pytest.param("first.why", FollowUpKind.DURATION, None, id="the answer says: not here"),
        pytest.param("first.other", FollowUpKind.SAFETY, None, id="nobody says"),
        pytest.param("second.why", FollowUpKind.CAUSE, None, id="another page's map is not used"),
        pytest.param(None, FollowUpKind.DURATION, "first.long", id="no topic: the default page"),
        pytest.param(None, FollowUpKind.SAFETY, None, id="no topic, and nobody says"),
    ],
)
def test_follow_ups(
    two_pages: Library, topic: str | None, kind: FollowUpKind, target: str | None
) -> None:
    found = two_pages.follow_up(Topic.parse(topic) if topic else None, kind)

    assert (str(found) if found else None) == target


def test_every_follow_up_on_the_shipped_page_leads_to_an_answer_or_nowhere(
    library: Library,
) -> None:
    for topic in [None, *library.topics()]:
        for kind in FollowUpKind:
            found = library.follow_up(topic, kind)
            assert found is None or found in library
            assert found is None or kind not in _ABOUT_THE_SAME


@pytest.mark.parametrize(
    ("topic", "kind", "target"),
    [
        # What the page says.
        ("symptoms", FollowUpKind.DURATION, "duration_of_attack"),
        ("acute_treatment", FollowUpKind.PREVENTION, "preventive_treatment"),
        ("preventive_treatment", FollowUpKind.RELIEF, "acute_treatment"),
        ("definition", FollowUpKind.CAUSE, "causes_biology"),
        ("ketamine_for_migraine", FollowUpKind.EFFECTIVENESS, "ketamine_evidence"),
        # What it does not say: how long aura, Botox or ketamine last, and what is safe.
        ("aura", FollowUpKind.DURATION, None),
        ("botox", FollowUpKind.DURATION, None),
        ("botox", FollowUpKind.SAFETY, None),
        ("ketamine_for_migraine", FollowUpKind.DURATION, None),
        ("ketamine_for_migraine", FollowUpKind.SAFETY, None),
        ("ketamine_for_depression", FollowUpKind.EFFECTIVENESS, None),
        ("vs_cluster", FollowUpKind.RELIEF, None),
        ("vs_cluster", FollowUpKind.DURATION, None),
        ("depression_anxiety_link", FollowUpKind.DURATION, None),
    ],
)
def test_no_follow_up_answers_about_something_else(
    library: Library, topic: str, kind: FollowUpKind, target: str | None
) -> None:
    found = library.follow_up(Topic("migraine", topic), kind)

    assert (found.answer if found else None) == target


def test_citations_are_those_the_answer_names(library: Library) -> None:
    named = library.citations(Topic("migraine", "refractory"))

    assert [citation.pmid for citation in named] == ["38876749", "28025837"]


def test_an_empty_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="holds no page"):
        load_library(tmp_path)


def test_pages_stand_in_the_order_of_their_file_names(tmp_path: Path) -> None:
    for name in ("b", "a"):
        values = page_with(id=name)
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(values))

    assert [page.id for page in load_library(tmp_path).pages] == ["a", "b"]
