"""CSV tables come whole, or one line says what is wrong without a word of what they hold."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.csv_table import TableError, read_table

#: What a cell may hold: all but half a pair of surrogates and the zero byte, which no CSV takes.
CELLS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=20)


@pytest.fixture()
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.csv"


def test_rows_know_their_place_though_a_cell_has_two_lines(file: Path) -> None:
    file.write_bytes('\ufefftext,label\n"a\nb",x\nc,y\n'.encode())
    rows = read_table(file, ("text",))
    assert [row.cells for row in rows] == [
        {"text": "a\nb", "label": "x"},
        {"text": "c", "label": "y"},
    ]
    assert [row.place for row in rows] == [f"{file}:3", f"{file}:4"]


def test_a_column_that_is_not_needed_may_be_missing_from_a_row(file: Path) -> None:
    file.write_text("text,label\na\n")
    assert read_table(file, ("text",))[0].cells == {"text": "a", "label": ""}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"text\nsecret\n", "has no column `label`"),
        (b"text,label\n", "holds no rows"),
        (b"text,label\nsecret\n", ":2: the row has not as many cells"),
        (b"text,label\nsecret,x,more\n", ":2: the row has not as many cells"),
        (b'text,label\n"secret,x\n', "not CSV"),
        (b"text,label\n" + b"secret" * 50_000 + b",x\n", "not CSV"),
        (b"text,label\nsecret\xff,x\n", "is not UTF-8 text"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_wrong_is_said_in_one_line_without_a_cell(
    file: Path, content: bytes, words: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(TableError, match=words) as caught:
        read_table(file, ("text", "label"))
    assert str(file) in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_is_not_there_is_said_so(file: Path) -> None:
    with pytest.raises(TableError, match="cannot be read: No such file"):
        read_table(file, ("text",))


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_whatever_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    file = tmp_path_factory.mktemp("table") / "some.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, quoting=csv.QUOTE_ALL).writerows([("text", "label"), *rows])
    read = [(row.cells["text"], row.cells["label"]) for row in read_table(file, ("text",))]
    assert read == rows
