"""What `content check` says of the training data, each with a broken copy of what is shipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content.check import check_content
from bot.content.yaml_source import Fault
from tests.content.conftest import ContentCopy, only_fault


def without_blocks(file: Path, intent: str) -> None:
    """Take out every block of an intent, and of its leaves."""
    head, *blocks = re.split(r"(?m)^(?= *- intent: )", file.read_text())
    kept = [one for one in blocks if not re.match(rf" *- intent: {intent}(/|$)", one, re.M)]
    if kept:
        file.write_text(head + "".join(kept))
    else:
        file.unlink()


def block(label: str, count: int) -> str:
    """That many utterances that stand nowhere else."""
    name = re.sub(r"\W", " ", label)
    lines = "".join(f"      - {name} and {chr(97 + n)}\n" for n in range(count))
    return f"  - intent: {label}\n    examples: |\n{lines}"


def test_an_answer_without_training_examples(content: ContentCopy) -> None:
    for file in content.nlu.rglob("*.yml"):
        file.write_text(file.read_text().replace("intent: faq/migraine.aura", "intent: affirm"))

    assert "faq/migraine.aura has 0 training utterances, at least 30" in [
        fault.message for fault in content.faults()
    ]


def test_training_examples_without_an_answer(content: ContentCopy) -> None:
    extra = content.nlu / "extra.yml"
    extra.write_text(
        'version: "3.1"\nnlu:\n  - intent: faq/migraine.cannabis\n    examples: |\n'
        "      - does weed help\n"
    )

    fault = only_fault(content)

    assert (fault.file, fault.line) == (extra, 5)
    assert "faq/migraine.cannabis" in fault.message


@pytest.mark.parametrize("intent", ["crisis", "emergency", "other_language", "affirm"])
def test_a_whole_behaviour_without_training_examples(content: ContentCopy, intent: str) -> None:
    for file in content.nlu.rglob("*.yml"):
        without_blocks(file, intent)

    assert only_fault(content).message == f"{intent} has 0 training utterances, at least 60"


def test_the_leaves_of_a_behaviour_count_together(content: ContentCopy) -> None:
    for file in content.nlu.rglob("*.yml"):
        without_blocks(file, "crisis")
    topics = {"crisis/abuse": 20, "crisis/suicide.1": 20, "crisis/suicide.2": 19}
    blocks = [block(label, count) for label, count in topics.items()]
    extra = content.nlu / "extra.yml"
    extra.write_text("".join(["nlu:\n", *blocks]))

    fault = only_fault(content)
    assert (fault.file, fault.line) == (extra, 4)
    assert fault.message == "crisis has 59 training utterances, at least 60"

    extra.write_text("".join(["nlu:\n", *blocks, block("crisis/eating_disorder", 1)]))
    assert content.faults() == []


def test_an_intent_that_nobody_knows(content: ContentCopy) -> None:
    extra = content.nlu / "extra.yml"
    lines = "".join(f"      - say the word {chr(97 + n % 26)}{n}\n" for n in range(70))
    extra.write_text(f"nlu:\n  - intent: human_handof\n    examples: |\n{lines}")

    fault = only_fault(content)

    assert (fault.file, "human_handof" in fault.message) == (extra, True)


def test_the_same_utterance_twice(content: ContentCopy) -> None:
    file = content.nlu / "crisis.yml"
    lines = file.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.lstrip().startswith("- i "))
    file.write_text("\n".join([*lines, lines[first].upper() + "!!"]) + "\n")

    fault = only_fault(content)

    assert (fault.file, fault.line) == (file, len(lines) + 1)
    assert fault.message == f"the same utterance stands at crisis.yml:{first + 1}"


def test_too_few_utterances(content: ContentCopy) -> None:
    for others in content.nlu.glob("look_alikes_*.yml"):
        others.unlink()
    file = content.nlu / "other_language.yml"
    head, *utterances = re.split(r"(?m)^(?=    - )", file.read_text())
    file.write_text(head + "".join(utterances[:59]))

    fault = only_fault(content)

    assert fault.file == file
    assert fault.line == head.count("\n") + 1
    assert fault.message == "other_language has 59 training utterances, at least 60"


def test_training_data_that_is_not_rasa_s(content: ContentCopy) -> None:
    extra = content.nlu / "extra.yml"
    extra.write_text("intents: []\n")

    assert only_fault(content) == Fault(extra, 1, "has no list under nlu")


def test_no_training_data(content: ContentCopy, tmp_path: Path) -> None:
    faults = check_content(content.page.parent, content.texts, tmp_path / "nowhere").faults

    # One for each of the 28 answers, 10 kinds of small talk, 11 follow-ups and 9 behaviours.
    assert len(faults) == 28 + 10 + 11 + 9
