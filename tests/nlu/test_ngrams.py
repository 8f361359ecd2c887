"""Counting letter groups and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu.ngrams import LearntCounts, NgramCounter

TEXTS = ["i want aura", "i want botox", "What is aura?", "what is BOTOX!"]


def test_words_of_one_letter_count() -> None:
    """Without them "i want" and "a want" would be one; the usual pattern leaves them out."""
    counter = NgramCounter.learn_letters_and_words(["i want", "i want", "u want", "u want"]).counter

    assert {"i", "u", "want", "i want", "u want"} <= set(counter.words)
    assert counter.count(["i"]).sum() > 0


def test_what_occurs_once_is_not_learnt() -> None:
    counter = NgramCounter.learn_letters_and_words(["my name is ada", "my name is bob"]).counter

    assert "ada" not in counter.words
    assert "name" in counter.words


def test_of_too_many_letter_groups_the_most_frequent_are_kept() -> None:
    counter = NgramCounter.learn_letters(["aura", "aura", "aura", "botox", "botox"], most=3).counter

    assert len(counter.letters) == 3
    assert all(letters.strip() in "aura" for letters in counter.letters)


def test_letters_only_when_asked_for_letters_only() -> None:
    counter = NgramCounter.learn_letters(TEXTS).counter

    assert counter.words == ()
    assert counter.count(["aura"]).shape == (1, len(counter.letters))


@pytest.mark.parametrize(
    "text", ["what is aura", "WHAT IS AURA", "what... is (aura)?!", "what is\naura"]
)
def test_case_and_punctuation_make_no_difference(text: str) -> None:
    counter = NgramCounter.learn_letters(TEXTS).counter

    assert (counter.count([text]) != counter.count(["what is aura"])).nnz == 0


@pytest.mark.parametrize("text", ["", " ", "?!", "\U0001f62d", "日本"])
def test_what_it_never_met_counts_nothing(text: str) -> None:
    assert NgramCounter.learn_letters(TEXTS).counter.count([text]).sum() == 0


@pytest.mark.parametrize("texts", [[], ["", "?"], ["ab", "cd"]])
def test_too_little_to_learn_from_is_said_so(texts: list[str]) -> None:
    with pytest.raises(ValueError):
        NgramCounter.learn_letters(texts)


@pytest.mark.parametrize(
    "learnt", [NgramCounter.learn_letters(TEXTS, 3), NgramCounter.learn_letters_and_words(TEXTS)]
)
def test_what_was_counted_while_learning_is_what_is_counted_later(learnt: LearntCounts) -> None:
    counted = learnt.counter.count(TEXTS)

    assert counted.shape == learnt.counts.shape
    assert (counted != learnt.counts).nnz == 0


@pytest.mark.parametrize(
    "counter",
    [
        NgramCounter.learn_letters(TEXTS).counter,
        NgramCounter.learn_letters_and_words(TEXTS).counter,
    ],
)
def test_it_is_the_same_after_it_was_stored(counter: NgramCounter, tmp_path: Path) -> None:
    counter.write(tmp_path)
    read = NgramCounter.read(tmp_path)

    assert (read.letters, read.words) == (counter.letters, counter.words)
    assert (read.count(TEXTS) != counter.count(TEXTS)).nnz == 0
