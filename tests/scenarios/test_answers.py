"""Every answer of the page is reached by questions that nobody trained on (answers.yml)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.conftest import OpenConversation
from tests.scenarios.curated import PAGES, text_of
from tests.scenarios.expectations import check_message
from tests.scenarios.missed_questions import MISSED
from tests.scenarios.running_product import ROOT

_FILE = Path(__file__).parent / "answers.yml"
_ASKED = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
PAGE: str = _ASKED["page"]
QUESTIONS: dict[str, list[str]] = _ASKED["questions"]

#: Of the five questions to each answer.
_ENOUGH = 3


def test_every_answer_is_asked_for() -> None:
    assert set(QUESTIONS) == {answer["id"] for answer in PAGES[PAGE]["answers"]}
    assert all(len(questions) == len(set(questions)) == 5 for questions in QUESTIONS.values())


def test_no_question_is_in_a_training_file() -> None:
    # The evaluation set was written independently; a short question may stand in both.
    fitted = [ROOT / "tests" / "understanding" / name for name in ("fitting.csv", "advice.csv")]
    files = [*ROOT.glob("data/nlu/*.yml"), *fitted]
    lines = {
        _words(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()
    }
    known = {line.partition(" faq migraine")[0] for line in lines}
    assert not [q for asked in QUESTIONS.values() for q in asked if _words(q) in known]


@pytest.mark.parametrize("answer", QUESTIONS)
def test_an_answer_is_reached(answer: str, converse: OpenConversation) -> None:
    missed = []
    for question in QUESTIONS[answer]:
        message = converse().ask(question)
        check_message(message)
        if (message["kind"], message["topic"]) != ("answer", answer):
            missed.append((question, f"{message['kind']} {message['topic'] or ''}"))
            continue
        assert message["page"] == PAGE
        assert message["text"] in (
            text_of(f"short of {PAGE}.{answer}"),
            text_of(f"understood {PAGE}.{answer}"),
        )
        related = [text_of(f"question of {PAGE}.{name}") for name in _record(answer)["related"]]
        shown = [button["title"] for button in message["buttons"]]
        assert shown == [
            text_of("texts buttons.more"),
            *related,
            text_of("texts buttons.person"),
        ]
    MISSED.extend((f"{PAGE}.{answer}", *miss) for miss in missed)
    assert len(QUESTIONS[answer]) - len(missed) >= _ENOUGH, missed


def _record(answer: str) -> dict[str, list[str]]:
    return next(each for each in PAGES[PAGE]["answers"] if each["id"] == answer)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("question", ["how is migraine treated?", "how are migraines treated"])
def test_the_question_on_treatment_leads_to_treatments(
    question: str, converse: OpenConversation
) -> None:
    treatments = {f"{PAGE}.acute_treatment", f"{PAGE}.preventive_treatment"}
    message = converse().ask(question)
    if message["kind"] == "answer":
        assert f"{message['page']}.{message['topic']}" in treatments
    else:
        assert message["kind"] == "clarify"
        offered = {button["title"] for button in message["buttons"]}
        assert {text_of(f"question of {topic}") for topic in treatments} <= offered
