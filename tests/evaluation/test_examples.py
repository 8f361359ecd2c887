"""Labelled messages from CSV, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.examples import ExamplesError, read_conversations, read_first_messages
from tests.evaluation.making import AURA, BOTOX, LABELS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


def test_first_messages(file: Path) -> None:
    file.write_text(
        "\ufefftext,note,expected,also_ok,style\r\n"
        f'"a, b",x,{AURA},{BOTOX};clarify, terse \r\n'
        f"c,,{AURA} + {BOTOX},,\r\n",
        encoding="utf-8",
    )

    first, second = read_first_messages(file, LABELS)

    assert (first.text, first.style) == ("a, b", "terse")
    assert first.expectation == LABELS.expectation(AURA, f"{BOTOX};clarify")
    assert (first.conversation, first.turn) == ("", 1)
    assert second.expectation.labels == LABELS.expectation(f"{AURA} + {BOTOX}").labels


def test_two_columns_are_enough(file: Path) -> None:
    file.write_text("expected,text\ncrisis,a\n")

    assert [one.text for one in read_first_messages(file, LABELS)] == ["a"]


def test_conversations_may_be_interleaved(file: Path) -> None:
    file.write_text("conversation,turn,text,expected\nx,1,a,affirm\ny,1,b,deny\nx,2,c,follow_up\n")

    conversations = read_conversations(file, LABELS)

    said = [[(one.conversation, one.turn, one.text) for one in turns] for turns in conversations]
    assert said == [[("x", 1, "a"), ("x", 2, "c")], [("y", 1, "b")]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"text\nsecret\n", "no column `expected`"),
        (b"text,expected\n", "holds no rows"),
        (b"text,expected\nsecret,dancing\n", ":2: a label that"),
        (b"text,expected\nsecret\n", ":2: the row has not as many cells"),
        (b"text,expected\nsecret,crisis,more\n", ":2: the row has not as many cells"),
        (b"text,expected\n ,crisis\n", ":2: the row has no text"),
        (b'text,expected\n"secret,crisis\n', "not CSV"),
        (b"text,expected\n\xff,crisis\n", "not UTF-8"),
    ],
    ids=repr,
)
def test_a_file_that_cannot_be_used_is_said_so_without_its_words(
    file: Path, content: bytes, words: str
) -> None:
    file.write_bytes(content)

    with pytest.raises(ExamplesError) as error:
        read_first_messages(file, LABELS)

    said = str(error.value)
    assert str(file) in said
    assert words in said
    assert "secret" not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("x,2,a,affirm", "go 1, 2, 3"),
        ("x,1,a,affirm\nx,1,b,affirm", "go 1, 2, 3"),
        ("x,one,a,affirm", "go 1, 2, 3"),
        ("x,²,a,affirm", "go 1, 2, 3"),
    ],
)
def test_turns_out_of_order(file: Path, rows: str, words: str) -> None:
    file.write_text(f"conversation,turn,text,expected\n{rows}\n", encoding="utf-8")

    with pytest.raises(ExamplesError, match=words):
        read_conversations(file, LABELS)


def test_a_conversation_needs_its_columns(file: Path) -> None:
    file.write_text("text,expected\na,affirm\n")

    with pytest.raises(ExamplesError, match="no column `conversation`"):
        read_conversations(file, LABELS)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExamplesError, match=r"nowhere\.csv cannot be read"):
        read_first_messages(tmp_path / "nowhere.csv", LABELS)
