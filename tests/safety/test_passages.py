"""What the screen found, without the rest of the message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.screen import load_screen
from tests.safety.small_lexicon import entry, screen_of

_SCREEN = screen_of(
    entry("vanish"),
    entry("leap", topic="body"),
    entry("far", patterns=("gone * * bridge",)),
)


@pytest.mark.parametrize(
    ("text", "around", "passages"),
    [
        ("nothing of the kind", 3, ()),
        ("", 3, ()),
        ("vanish", 3, ("vanish",)),
        ("one two three vanish four five six", 2, ("two three vanish four five",)),
        ("one two three vanish four five six", 0, ("vanish",)),
        ("One two. Three VANISH four? Five six", 9, ("three vanish four",)),
        ("vanish. Two three", 2, ("vanish",)),
        ("one two. vanish", 2, ("vanish",)),
        ("one vanish two three four leap five", 1, ("one vanish two", "four leap five")),
        ("one vanish leap two", 2, ("one vanish leap two",)),
        ("one vanish two three vanish four", 1, ("one vanish two three vanish four",)),
        ("one gone on the bridge two three", 1, ("one gone on the bridge two",)),
    ],
)
def test_a_passage_is_a_find_and_some_words_of_its_sentence(
    text: str, around: int, passages: tuple[str, ...]
) -> None:
    assert sorted(_SCREEN.passages(text, around)) == sorted(passages)


@given(before=st.text(), after=st.text(), around=st.integers(0, 5))
def test_whatever_stands_around_the_danger_is_in_a_passage(
    before: str, after: str, around: int
) -> None:
    text = f"{before}. vanish. {after}"
    hit = _SCREEN.check(text)

    passages = _SCREEN.passages(text, around)

    assert bool(passages) == (hit is not None)
    if hit and hit.entry == "vanish":
        assert any("vanish" in passage.split() for passage in passages)


def test_what_is_found_is_found_in_its_passages_too() -> None:
    screen = load_screen()
    text = "I love true crime. my husband says he has a gun and will shoot himself tonight. Anyway"

    passages = screen.passages(text, 3)

    assert passages
    assert not any("crime" in passage or "anyway" in passage for passage in passages)
    assert any(screen.check(passage) for passage in passages)
