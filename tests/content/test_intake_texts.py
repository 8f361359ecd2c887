"""The intake form's texts and rules: complete, of one version, and within the schema."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bot.content.intake_rules import RULES_FILE, load_intake_rules
from bot.content.intake_texts import ContactProblem
from bot.content.texts import TEXTS_FILE, Texts, load_texts
from bot.content.yaml_source import ContentError

INTAKE = load_texts().intake


def test_there_are_english_and_spanish() -> None:
    assert set(INTAKE) == {"en", "es"}


@pytest.mark.parametrize("language", INTAKE)
def test_nobody_edits_the_consent_without_its_version(language: str) -> None:
    """Who changes the text raises the number and puts these digits behind it, and nothing else."""
    for consent in (INTAKE[language].consent, INTAKE[language].consent_by_text):
        digits = hashlib.sha256(consent.text.encode()).hexdigest()[:8]

        assert consent.version.startswith(f"{language}.")
        assert consent.version.partition("-")[2] == digits


@pytest.mark.parametrize("language", INTAKE)
def test_by_text_another_wording_is_agreed_to(language: str) -> None:
    texts = INTAKE[language]

    assert texts.consent_by_text.version != texts.consent.version


@pytest.mark.parametrize("language", INTAKE)
def test_the_consent_names_days_clinic_and_both_lines(language: str) -> None:
    for consent in (INTAKE[language].consent, INTAKE[language].consent_by_text):
        assert all(said in consent.text for said in ("{days}", "{clinic}", "911", "988"))


def test_buttons_fit() -> None:
    for texts in INTAKE.values():
        titles = list(texts.buttons.dict().values())
        assert all(0 < len(title) <= 60 for title in titles)
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("problem", ContactProblem)
def test_a_problem_without_words_is_a_fault(problem: ContactProblem, tmp_path: Path) -> None:
    broken = tmp_path / "texts.yml"
    text = TEXTS_FILE.read_text(encoding="utf-8")
    broken.write_text(text.replace(f"      {problem.value}:", "      other:", 1), encoding="utf-8")

    with pytest.raises(ContentError):
        load_texts(broken)


def test_without_english_there_is_no_form(texts: Texts) -> None:
    with pytest.raises(ValueError, match="lacks en"):
        Texts.parse_obj({**texts.dict(), "intake": {"es": INTAKE["es"].dict()}})


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("contact_tries: 3", "contact_tries: 0"),
        ("name_characters: 80", "name_characters: 8000"),
        ("evening_begins: 17", "evening_begins: 27"),
        ("email_endings:", "email_ends:"),
        ("courtesies: [please", "courtesies: []\nunknown: [please"),
    ],
)
def test_rules_that_break_the_schema_are_refused(was: str, becomes: str, tmp_path: Path) -> None:
    text = RULES_FILE.read_text(encoding="utf-8")
    assert was in text
    broken = tmp_path / "intake_rules.yml"
    broken.write_text(text.replace(was, becomes, 1), encoding="utf-8")

    with pytest.raises(ContentError):
        load_intake_rules(broken)


def test_a_list_may_not_be_empty(tmp_path: Path) -> None:
    text = RULES_FILE.read_text(encoding="utf-8")
    start = text.index("courtesies: [")
    end = text.index("]", start) + 1
    broken = tmp_path / "intake_rules.yml"
    broken.write_text(f"{text[:start]}courtesies: []{text[end:]}", encoding="utf-8")

    with pytest.raises(ContentError):
        load_intake_rules(broken)
