"""The evaluation set: frozen, large enough, split by its rule, and never trained on."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.content.library import load_library
from bot.content.training_examples import plain_words, read_utterances
from bot.evaluation.examples import read_conversations, read_first_messages
from bot.evaluation.expectations import LabelReader
from tests.understanding.halves import SOURCES, Half, Said, file_of, halves, read, trained_on

#: Whoever changes a file changes what every figure before it meant (docs/understanding.md).
FROZEN = {
    "conversations_fitting.csv": (
        "4074f399ea015146fccf5a6b18d445c94b6160f513212ce3164a3bc0ac96858f"
    ),
    "conversations_reporting.csv": (
        "99962bfbdb70c7f54e4ed122037dc586eb8dadcc398ce13007d4b8ff8812d6fe"
    ),
    "evaluation_fitting.csv": ("4e9bf0a8ba256f2068dc2be2e652490973b745973452bfd4a4c5036f3a5f8413"),
    "evaluation_reporting.csv": (
        "33e9ac278343ee64dd848bf1633b6f55212a9fd4b70454967bbb1cfdd49445dc"
    ),
}

FILES = [file_of(kind, half) for kind in SOURCES for half in Half]

BEHAVIOURS = [
    "chitchat",
    "crisis",
    "emergency",
    "human_handoff",
    "not_covered",
    "out_of_scope",
    "personal_advice",
]


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_it_is_frozen(file: Path) -> None:
    assert hashlib.sha256(file.read_bytes()).hexdigest() == FROZEN[file.name]


def said_in(kind: str) -> dict[Half, list[Said]]:
    return {half: read(file_of(kind, half)) for half in Half}


@pytest.mark.parametrize("kind", SOURCES)
def test_the_halves_follow_from_the_rule(kind: str) -> None:
    kept = said_in(kind)
    everything = [one for said in kept.values() for one in said]
    random.Random(7).shuffle(everything)

    # Compared as numbers: a failure must not print a message that is only reported.
    same = [halves(everything)[half] == kept[half] for half in Half]
    assert all(same)


@pytest.mark.parametrize("kind", SOURCES)
def test_nothing_is_trained_on(kind: str) -> None:
    trained = {utterance.plain for utterance in read_utterances()}

    assert sum(trained_on(one, trained) for said in said_in(kind).values() for one in said) == 0


def test_no_message_stands_twice() -> None:
    words = [plain_words(one[0]["text"]) for said in said_in("evaluation").values() for one in said]

    assert sum(count > 1 for count in Counter(words).values()) == 0


def test_there_are_enough_of_each() -> None:
    together = [row["expected"] for said in said_in("evaluation").values() for (row,) in said]
    counts = Counter(together)

    assert min(counts[f"faq/{topic}"] for topic in load_library().topics()) >= 20
    assert min(counts[behaviour] for behaviour in BEHAVIOURS) >= 130
    assert sum(counts[label] for label in counts if label.startswith("other_language/")) >= 150
    assert sum(" + " in label for label in together) >= 150


@pytest.mark.parametrize("half", Half)
def test_each_half_can_be_evaluated(half: Half) -> None:
    labels = LabelReader(load_library())

    messages = read_first_messages(file_of("evaluation", half), labels)
    conversations = read_conversations(file_of("conversations", half), labels)

    assert len(messages) > 900
    assert all(len(turns) >= 3 for turns in conversations)
