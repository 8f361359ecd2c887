"""Sentence vectors that are kept between trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.sentence_encoder import DIMENSIONS, Vectors
from bot.nlu.vector_cache import VectorCache


class CountingEncoder:
    """A vector that tells its sentence, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, sentences: Sequence[str]) -> Vectors:
        self.asked += sentences
        return np.array(
            [
                [len(one), *one.encode()[: DIMENSIONS - 1].ljust(DIMENSIONS - 1)]
                for one in sentences
            ],
            dtype=np.float32,
        ).reshape(-1, DIMENSIONS)


def cached(folder: Path, sentences: Sequence[str], name: str = "e") -> tuple[Vectors, list[str]]:
    encoder = CountingEncoder()
    return VectorCache(folder, name).vectors(sentences, encoder), encoder.asked


def expected(sentences: Sequence[str]) -> Vectors:
    return CountingEncoder()(sentences)


def test_the_second_time_nothing_is_encoded(tmp_path: Path) -> None:
    first, asked = cached(tmp_path, ["a", "b", "a"])
    second, asked_again = cached(tmp_path, ["b", "a"])

    assert asked == ["a", "b"]
    assert asked_again == []
    np.testing.assert_array_equal(first, expected(["a", "b", "a"]))
    np.testing.assert_array_equal(second, expected(["b", "a"]))


def test_only_what_is_new_is_encoded_and_what_is_gone_is_dropped(tmp_path: Path) -> None:
    cached(tmp_path, ["a", "b"])

    assert cached(tmp_path, ["b", "c"])[1] == ["c"]
    assert cached(tmp_path, ["a", "b", "c"])[1] == ["a"]


def test_another_encoder_has_vectors_of_its_own(tmp_path: Path) -> None:
    cached(tmp_path, ["a"], "one")

    assert cached(tmp_path, ["a"], "another")[1] == ["a"]
    assert cached(tmp_path, ["a"], "one")[1] == []


@given(st.lists(st.lists(st.text(max_size=4), max_size=6), max_size=4))
def test_the_vectors_are_those_of_the_sentences_in_order(
    tmp_path_factory: pytest.TempPathFactory, trainings: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    for sentences in trainings:
        sentences = [one.encode("utf-8", "ignore").decode() for one in sentences]
        vectors, _ = cached(folder, sentences)
        assert vectors.shape == (len(sentences), DIMENSIONS)
        np.testing.assert_array_equal(vectors, expected(sentences))


@pytest.mark.parametrize("broken", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_broken_file_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    cached(tmp_path, ["a"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(broken)

    vectors, asked = cached(tmp_path, ["a"])

    assert asked == ["a"]
    np.testing.assert_array_equal(vectors, expected(["a"]))
    assert cached(tmp_path, ["a"])[1] == []


def test_vectors_of_another_length_are_not_used(tmp_path: Path) -> None:
    cached(tmp_path, ["a"])
    (file,) = tmp_path.iterdir()
    with np.load(file) as arrays:
        digests = arrays["digests"]
    np.savez(file, digests=digests, vectors=np.zeros((1, 3), dtype=np.float32))

    assert cached(tmp_path, ["a"])[1] == ["a"]


def test_without_a_place_to_write_training_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    vectors, asked = cached(tmp_path / "file", ["a"])

    assert asked == ["a"]
    np.testing.assert_array_equal(vectors, expected(["a"]))


def test_nothing_but_vectors_and_digests_is_kept(tmp_path: Path) -> None:
    cached(tmp_path, ["words of an example"])

    (file,) = tmp_path.iterdir()
    assert b"words" not in file.read_bytes()[:200]
    with np.load(file) as arrays:
        assert sorted(arrays.files) == ["digests", "vectors"]
