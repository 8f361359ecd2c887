"""What is made of training texts, kept between trainings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.text_cache import TextCache


def made(folder: Path, texts: list[str], maker: str = "m") -> tuple[list[str], list[str]]:
    """What came of `texts`, and for which of them the maker was asked."""
    asked: list[str] = []

    def make(text: str) -> str:
        asked.append(text)
        return text[::-1]

    return TextCache(folder, maker).texts(texts, make), asked


def test_only_what_is_new_is_made_and_what_is_gone_is_dropped(tmp_path: Path) -> None:
    assert made(tmp_path, ["ab", "cd", "ab"]) == (["ba", "dc", "ba"], ["ab", "cd"])
    assert made(tmp_path, ["cd", "ab"]) == (["dc", "ba"], [])
    assert made(tmp_path, ["cd", "ef"]) == (["dc", "fe"], ["ef"])
    assert made(tmp_path, ["ab"]) == (["ba"], ["ab"])


def test_another_maker_has_texts_of_its_own(tmp_path: Path) -> None:
    made(tmp_path, ["ab"], "one")

    assert made(tmp_path, ["ab"], "another")[1] == ["ab"]
    assert made(tmp_path, ["ab"], "one")[1] == []


@given(st.lists(st.lists(st.text(max_size=4), max_size=6), max_size=4))
def test_the_texts_are_those_that_were_made_in_order(
    tmp_path_factory: pytest.TempPathFactory, trainings: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    for texts in trainings:
        assert made(folder, texts)[0] == [text[::-1] for text in texts]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"ab": 1}', b"\xff"])
def test_a_broken_file_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    made(tmp_path, ["ab"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(broken)

    assert made(tmp_path, ["ab"]) == (["ba"], ["ab"])
    assert made(tmp_path, ["ab"])[1] == []


def test_without_a_place_to_write_training_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    assert made(tmp_path / "file", ["ab"]) == (["ba"], ["ab"])
