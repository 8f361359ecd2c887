"""The answers of the migraine page: all there, exact, plain, short, and nothing like a dose."""

from __future__ import annotations

import re

import pytest
import smsutil
import textstat

from bot.content.library import Topic, load_library
from tests.content.test_texts import _DOSE

PAGE = load_library().page("migraine")
ANSWERS = {answer.id: answer for answer in PAGE.answers}

#: DESIGN §5.
IDS = [
    *(
        "definition",
        "symptoms",
        "aura",
        "duration_of_attack",
        "episodic_vs_chronic",
    ),
    *(
        "causes_biology",
        "how_common_disability",
        "depression_anxiety_link",
        "vs_tension",
    ),
    *(
        "vs_cluster",
        "medication_overuse",
        "vs_depression_anxiety",
        "acute_treatment",
    ),
    *(
        "preventive_treatment",
        "cgrp",
        "botox",
        "treat_comorbid_mood",
        "lifestyle_triggers",
    ),
    *(
        "refractory",
        "ketamine_for_migraine",
        "ketamine_evidence",
        "ketamine_for_depression",
    ),
    *(
        "tovani_treats_migraine",
        "eligibility_screening",
        "who_to_see",
        "references",
    ),
    *(
        "last_reviewed",
        "is_this_medical_advice",
    ),
]

TEXTS = {
    f"{answer.id}.{name}": getattr(answer, name)
    for answer in PAGE.answers
    for name in ("question", "short", "full")
}


def test_the_page_has_the_28_answers() -> None:
    assert sorted(ANSWERS) == sorted(IDS)
    assert len(IDS) == 28


def test_the_facts_of_the_page() -> None:
    assert PAGE.icd11 == "8A80"
    assert PAGE.reviewer == "Dr. Ben Soffer, DO"
    assert PAGE.reviewed_on.isoformat() == "2026-05-31"
    assert {citation.pmid for citation in PAGE.references} == {"38876749", "28025837", "23982301"}


def test_the_disclaimer_says_what_it_must() -> None:
    assert "not a substitute for clinical evaluation" in PAGE.disclaimer
    assert "physician decides" in PAGE.disclaimer
    assert "education" in PAGE.disclaimer


@pytest.mark.parametrize(
    ("answer", "figure"),
    [
        ("duration_of_attack", "4 to 72 hours"),
        ("aura", "a third of people with migraine"),
        ("episodic_vs_chronic", "15 or more days a month"),
        ("episodic_vs_chronic", "At least 8 of those days"),
        ("episodic_vs_chronic", "more than three months"),
        ("depression_anxiety_link", "roughly doubles the risk"),
        ("depression_anxiety_link", "the reverse is true too"),
        ("references", "38876749"),
        ("references", "28025837"),
        ("references", "23982301"),
        ("last_reviewed", "Dr. Ben Soffer, DO, on May 31, 2026"),
    ],
)
def test_short_answers_have_the_exact_figures(answer: str, figure: str) -> None:
    assert figure in ANSWERS[answer].short


@pytest.mark.parametrize(
    ("answer", "figure"),
    [
        ("definition", "ICD-11 code is 8A80"),
        ("symptoms", "About a third"),
        ("symptoms", "4 to 72 hours"),
        ("duration_of_attack", "4 to 72 hours"),
        ("episodic_vs_chronic", "15 or more days a month"),
        ("episodic_vs_chronic", "At\\s+least 8|On at least 8"),
        ("episodic_vs_chronic", "more than three months"),
        ("botox", "15 or more days a month.*at least 8 of them.*more than three months"),
        ("vs_depression_anxiety", "roughly doubles"),
        ("ketamine_evidence", "PMID 28025837"),
        ("ketamine_for_depression", "PMID 23982301"),
    ],
)
def test_fuller_answers_have_the_exact_figures(answer: str, figure: str) -> None:
    assert re.search(figure, ANSWERS[answer].full)


@pytest.mark.parametrize(
    ("figure", "whole"),
    [
        (r"72", r"4 to 72 hours"),
        (r"\b4\b", r"4 to 72 hours"),
        (r"\b15\b", r"15 or more days a month"),
        (r"\b8\b", r"at least 8 of (?:them|those days)"),
        (r"\bthird\b", r"about a third of people with migraine"),
        (r"three months", r"more than three months"),
        (r"doubles", r"roughly doubles"),
        (r"8A80", r"ICD-11 code is 8A80"),
    ],
)
def test_no_figure_stands_without_its_words(figure: str, whole: str) -> None:
    for path, text in TEXTS.items():
        bare = len(re.findall(figure, text))
        said = len(re.findall(whole, text, re.IGNORECASE))
        assert bare == said, path


@pytest.mark.parametrize("answer", ["ketamine_for_migraine", "ketamine_evidence", "refractory"])
def test_ketamine_for_migraine_is_never_more_than_preliminary(answer: str) -> None:
    assert "preliminary" in ANSWERS[answer].full
    assert re.search(r"not\s+(?:a standard|established)", ANSWERS[answer].full)


@pytest.mark.parametrize("answer", [a.id for a in PAGE.answers if "ketamine" in a.short.lower()])
def test_a_short_answer_that_names_ketamine_limits_it(answer: str) -> None:
    limits = r"not (?:a standard|established)|preliminary|treatment-resistant|physician decides"

    assert re.search(limits, ANSWERS[answer].short)


@pytest.mark.parametrize(
    ("answer", "start"),
    [
        ("tovani_treats_migraine", "No."),
        ("is_this_medical_advice", "No."),
        ("vs_depression_anxiety", "No."),
        ("ketamine_for_migraine", "Ketamine is not a standard migraine treatment."),
        ("botox", "Yes."),
    ],
)
def test_a_yes_or_no_question_gets_a_yes_or_no(answer: str, start: str) -> None:
    assert ANSWERS[answer].short.startswith(start)


@pytest.mark.parametrize("answer", IDS)
def test_a_short_answer_is_plain_and_fits_two_text_messages(answer: str) -> None:
    short = ANSWERS[answer].short
    message = f"{short}\n{PAGE.disclaimer}"

    assert textstat.flesch_kincaid_grade(short) <= 8
    assert smsutil.is_valid_gsm(message)
    assert len(smsutil.split(message).parts) <= 2


@pytest.mark.parametrize("answer", IDS)
def test_the_fuller_answer_is_fuller(answer: str) -> None:
    assert len(ANSWERS[answer].full) > len(ANSWERS[answer].short)
    assert "\n" not in ANSWERS[answer].full


def test_no_answer_speaks_of_a_dose() -> None:
    assert [path for path, text in TEXTS.items() if _DOSE.search(text)] == []


def test_no_answer_tells_anybody_what_to_do() -> None:
    # The page describes; it does not advise.
    advice = re.compile(r"\b(?:you should|you must|you need to|your dose)\b", re.IGNORECASE)

    assert [path for path, text in TEXTS.items() if advice.search(text)] == []


@pytest.mark.parametrize("answer", IDS)
def test_every_answer_can_be_followed_up(answer: str) -> None:
    record = ANSWERS[answer]

    assert len(record.references) >= 1
    assert len(record.related) == 3
    assert all(Topic("migraine", related) in load_library() for related in record.related)


def test_every_answer_is_related_to_by_another() -> None:
    related = {name for answer in PAGE.answers for name in answer.related} | set(PAGE.starters)

    assert set(IDS) - related == set()
