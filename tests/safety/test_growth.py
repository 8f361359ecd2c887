"""The work grows with the length of a text and nothing else, counted and not timed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from tests.safety.shipped import screen

#: What a doubled text may cost more than twice: what is done once for each text weighs little.
_SLACK = 1.15

TEXTS = {
    "nothing dangerous": "i have had this for years and wonder about prevention. ",
    "danger all over": "i want to die and took too many pills tonight, ",
    "one letter": "a",
    "one letter, spaced": "k ",
    "glued": "iwannadie",
    "signs": "k!ll@$|",
    "denials": "not suicidal but no thoughts of dying, ",
    "gaps that never close": "took my all the of some i he ",
    "spanish": "me quiero morir y no puedo respirar ",
    "marks": "\u0336\u200b'",
    "slashes": "/EXTERNAL: ",
    "stops": ". ! ? ",
}


def lines_to_check(text: str) -> int:
    """How many lines of Python a text takes that the screen has not met before, nor its words."""
    for kept in (screen()._read, screen()._gravest, screen()._folder._respell):
        kept.cache_clear()
    return lines_run(lambda: screen().check(text))


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python `work` executes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", TEXTS.values(), ids=TEXTS.keys())
def test_twice_the_text_is_at_most_twice_the_work(piece: str) -> None:
    short = piece * (2000 // len(piece))

    once, twice = lines_to_check(short), lines_to_check(short * 2)

    assert 0 < twice <= _SLACK * 2 * once


def test_a_pattern_costs_the_same_whatever_the_text() -> None:
    words = "took my pills and goodbye tonight "

    counts = [lines_to_check(words * n) for n in (50, 400)]

    # Every word is folded once; matching the whole lexicon works on masks of all words at once.
    assert counts[1] < 8 * counts[0]


def test_every_word_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    folder = screen()._folder
    respell = folder._respell
    monkeypatch.setattr(folder, "_respell", lambda word: [read.append(word), *respell(word)][1:])
    screen()._read.cache_clear()
    screen()._gravest.cache_clear()

    screen().check("i want to die " * 200)

    assert len(read) == 800


def test_a_text_that_was_just_read_is_not_read_again() -> None:
    first = lines_to_check("does it snow in may")

    assert 0 < lines_run(lambda: screen().check("does it snow in may")) < first / 10
