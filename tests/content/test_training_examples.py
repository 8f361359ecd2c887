"""Reading training utterances, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.training_examples import plain_words, read_utterances
from bot.content.yaml_source import ContentError

_FILE = """\
version: "3.1"
# a comment
nlu:
  - intent: faq/page.one
    examples: |
      - what is one
      - "ONE?"

      - one, please
  - lookup: names
    examples: |
      - not an utterance
  - intent: crisis
    examples: |
      - help
"""


def test_every_utterance_with_its_label_and_line(tmp_path: Path) -> None:
    (tmp_path / "some.yml").write_text(_FILE)

    found = [(one.text, one.label, one.line) for one in read_utterances(tmp_path)]

    assert found == [
        ("what is one", "faq/page.one", 6),
        ('"ONE?"', "faq/page.one", 7),
        ("one, please", "faq/page.one", 9),
        ("help", "crisis", 15),
    ]


def test_the_line_is_where_the_utterance_stands_in_the_shipped_files() -> None:
    found = read_utterances()

    lines = {file: file.read_text().splitlines() for file in {one.file for one in found}}
    assert all(one.text in lines[one.file][one.line - 1] for one in found)
    assert len(found) > 2500


def test_folders_below_are_read_too(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "some.yml").write_text(_FILE)

    assert len(read_utterances(tmp_path)) == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("stories: []\n", 1),
        ("- a\n", 1),
        ("", 1),
        ("nlu:\n  - intent: a\n", 2),
        ("nlu:\n  - intent: a\n    examples: [one, two]\n", 2),
        ("nlu:\n  - just words\n", 2),
    ],
)
def test_another_shape_is_a_fault(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "some.yml"
    file.write_text(text)

    with pytest.raises(ContentError) as caught:
        read_utterances(tmp_path)

    assert [(fault.file, fault.line) for fault in caught.value.faults] == [(file, line)]


def test_every_wrong_file_is_named(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("nlu: 1\n")

    with pytest.raises(ContentError) as caught:
        read_utterances(tmp_path)

    assert len(caught.value.faults) == 2


@given(st.text())
def test_plain_words_are_plain_for_good(text: str) -> None:
    plain = plain_words(text)

    assert plain_words(plain) == plain


@pytest.mark.parametrize("text", ["What's  aura?!", "WHAT S AURA", " what s aura. "])
def test_case_and_punctuation_make_no_other_utterance(text: str) -> None:
    assert plain_words(text) == "what s aura"
