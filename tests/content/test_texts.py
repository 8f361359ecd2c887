"""The texts that are not answers: complete, fillable, short where they must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from string import Formatter

import pytest
from pydantic import BaseModel

from bot.content.page import FollowUpKind
from bot.content.texts import ChitchatKind, Texts, load_texts
from bot.safety.replies import load_safety_replies

#: What is filled in everywhere, and what a few texts need besides.
_GENERAL = {"clinic", "phone", "hours", "email", "pages"}
_SPECIAL = {
    "several.left": {"questions"},
    "clarify.understood": {"question", "answer"},
    "unhelpful.en.once": {"question"},
    "source_line": {"page", "section", "reviewer", "date"},
    "personal_advice.general": {"answer"},
    "not_covered.about_topic": {"question"},
    "follow_up.source": {"answer_source", "references"},
    "follow_up.simpler": {"answer"},
    "demonstration.title": {"page"},
    "demonstration.lead": {"page"},
    "demonstration.reviewed": {"page", "reviewer", "date"},
    "demonstration.pubmed": {"pmid"},
    **{
        f"intake.{language}.{path}": names
        for language in ("en", "es")
        for path, names in {
            "consent.text": {"days"},
            "consent_by_text.text": {"days"},
            "questions.known_phone": {"ending"},
            "again": {"question"},
            "hints.reason_too_long": {"most"},
            "kept_contact": {"contact"},
            "read_back.name": {"value"},
            "read_back.phone": {"value"},
            "read_back.known_phone": {"value"},
            "read_back.email": {"value"},
            "read_back.best_time": {"value"},
            "read_back.reason": {"value"},
            "ends.received": {"reference", "promise"},
            "ends.appended": {"reference", "promise"},
            "person.joined": {"name"},
            "person.left": {"name"},
        }.items()
    },
}


def walk(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text with the path to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel | dict):
        for key, inner in dict(value).items():
            name = key.value if isinstance(key, Enum) else key
            yield from walk(inner, f"{path}.{name}".lstrip("."))


ALL = dict(walk(load_texts()))


def test_the_walk_finds_the_texts() -> None:
    assert "chitchat.greet" in ALL
    assert "http_errors.too_many" in ALL
    assert len(ALL) > 80


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_placeholder_can_be_filled() -> None:
    unknown = {path: names_in(ALL[path]) - _GENERAL - _SPECIAL.get(path, set()) for path in ALL}

    assert {path: names for path, names in unknown.items() if names} == {}
    assert all(text.format(**dict.fromkeys(names_in(text), "x")) for text in ALL.values())


@pytest.mark.parametrize("path", _SPECIAL)
def test_what_is_special_to_a_text_is_in_it(path: str) -> None:
    assert names_in(ALL[path]) >= _SPECIAL[path]


def test_every_text_is_one_block() -> None:
    assert [path for path, text in ALL.items() if " ".join(text.split()) != text or not text] == []


def test_every_kind_has_its_text(texts: Texts) -> None:
    assert set(texts.chitchat) == set(ChitchatKind)
    assert set(texts.follow_up_titles) == set(FollowUpKind)


def test_the_greeting_says_what_the_assistant_is_and_is_not(texts: Texts) -> None:
    greeting = texts.chitchat[ChitchatKind.GREET]

    for said in ("automated assistant", "general questions", "not a person", "not for emergencies"):
        assert said in greeting
    assert "911" in greeting
    assert "988" in greeting


@pytest.mark.parametrize(
    "kind",
    [
        ChitchatKind.GOODBYE,
        ChitchatKind.THANKS,
        ChitchatKind.HOW_ARE_YOU,
        ChitchatKind.ARE_YOU_A_ROBOT,
        ChitchatKind.INSULT,
        ChitchatKind.ACKNOWLEDGE,
    ],
)
def test_small_talk_is_short(texts: Texts, kind: ChitchatKind) -> None:
    assert len(texts.chitchat[kind]) <= 160


def test_a_robot_says_that_it_is_one(texts: Texts) -> None:
    said = texts.chitchat[ChitchatKind.ARE_YOU_A_ROBOT]

    assert "I am an automated assistant, not a person and not a clinician" in said


@pytest.mark.parametrize(
    "path", ["human_handoff", "error.action_failed", "demonstration.no_script"]
)
def test_the_way_to_a_person_names_telephone_hours_and_both_lines(path: str) -> None:
    assert all(said in ALL[path] for said in ("{clinic}", "{phone}", "{hours}", "911", "988"))


@pytest.mark.parametrize(
    "path",
    [
        *("chitchat.greet", "chitchat.pain", "out_of_scope", "clarify.unsure"),
        *("unhelpful.en.once", "unhelpful.en.again", "unhelpful.es.once", "unhelpful.es.again"),
        *("clarify.offer_person_first", "demonstration.emergency", "http_errors.text_too_long"),
        *("http_errors.too_many", "http_errors.session_over", "http_errors.body_too_large"),
    ],
)
def test_what_a_person_in_danger_may_get_names_both_lines(path: str) -> None:
    assert "911" in ALL[path]
    assert "988" in ALL[path]


@pytest.mark.parametrize(
    "path", ["personal_advice.decline", "not_covered.page", "not_covered.about_topic"]
)
def test_a_refusal_offers_a_person(path: str) -> None:
    assert "person at {clinic}" in ALL[path]


def test_declining_says_why_and_leaves_treatment_as_it_is(texts: Texts) -> None:
    decline = texts.personal_advice.decline

    assert "depends on your health" in decline
    assert "do not start, stop or change a treatment" in decline


def test_what_is_not_covered_is_never_guessed(texts: Texts) -> None:
    assert "I will not guess" in texts.not_covered.page
    assert "I will not guess" in texts.not_covered.about_topic


def test_the_source_line_reads_as_agreed(texts: Texts) -> None:
    assert (
        texts.source_line.format(
            page="migraine",
            section="References",
            reviewer="Dr. Ben Soffer, DO",
            date="May 31, 2026",
        )
        == "Based on our migraine page (section References), reviewed by Dr. Ben Soffer, DO, "
        "on May 31, 2026."
    )


_DOSE = re.compile(
    r"\d\s*(?:mg|mcg|µg|ug|ml|g|iu|cc|units?|mgs)\b|\b(?:mg|mcg|ml|milligrams?|micrograms?|"
    r"milliliters?|tablets?|capsules?|injections?|per day|a day|per kg|daily dose|twice|"
    r"every \d+ hours|times daily)\b",
    re.IGNORECASE,
)


def test_no_text_speaks_of_a_dose() -> None:
    safety = {f"safety.{name}": text.text for name, text in load_safety_replies().texts()}

    assert [path for path, text in (ALL | safety).items() if _DOSE.search(text)] == []


@pytest.mark.parametrize("language", load_texts().other_language)
def test_another_language_gets_the_person_and_both_lines(texts: Texts, language: str) -> None:
    text = texts.other_language[language]
    assert all(said in text for said in ("{clinic}", "{phone}", "911", "988"))


def test_spanish_names_the_spanish_lines(texts: Texts) -> None:
    assert "{hours}" in texts.other_language["es"]
    assert "988 y oprima el 2" in texts.other_language["es"]
    assert "AYUDA por texto al 988" in texts.other_language["es"]


@pytest.mark.parametrize("text", ["take 50 mg", "25mg", "one tablet", "1 ml", "once per day"])
def test_a_dose_would_be_seen(text: str) -> None:
    assert _DOSE.search(text)
