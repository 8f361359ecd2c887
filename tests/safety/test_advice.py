"""Wording that asks for a decision about one person, in whatever company it comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.training_examples import read_utterances
from bot.content.yaml_source import ContentError, read_yaml
from bot.safety.advice import ADVICE_FILE, AdviceScreen, AdviceWording, load_advice_screen

WORDING: AdviceWording = read_yaml(ADVICE_FILE).parse(AdviceWording)

#: General questions whose own words read like a request of advice.
_MOST_GENERAL_QUESTIONS = 0.002


@pytest.fixture(scope="module")
def advice() -> AdviceScreen:
    return load_advice_screen()


@pytest.mark.parametrize("text", WORDING.examples)
def test_every_example_asks(advice: AdviceScreen, text: str) -> None:
    assert advice.asks(text)


@pytest.mark.parametrize("text", WORDING.counter_examples)
def test_no_counter_example_asks(advice: AdviceScreen, text: str) -> None:
    assert not advice.asks(text)


@pytest.mark.parametrize("before", ["what is aura? ", "who reviewed this page and ", "HI, "])
@pytest.mark.parametrize(
    "request_",
    ["should I stop my topiramate", "can i take it while pregnant", "is it safe for me"],
)
def test_a_general_question_before_it_hides_nothing(
    advice: AdviceScreen, before: str, request_: str
) -> None:
    assert advice.asks(f"{before}{request_}?")
    assert advice.asks(f"{before}{request_}?".upper())


def test_general_questions_are_left_alone(advice: AdviceScreen) -> None:
    questions = [one.text for one in read_utterances() if one.label.startswith("faq/")]
    taken = sum(map(advice.asks, questions))

    assert taken <= _MOST_GENERAL_QUESTIONS * len(questions)


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "advice.yml"
    broken.write_text("patterns: [a b]\nexamples: []\nwrong: 1\n", encoding="utf-8")

    with pytest.raises(ContentError) as caught:
        load_advice_screen(broken)
    assert str(caught.value).startswith(f"{broken}:")
