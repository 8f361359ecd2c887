"""Case, spacing, apostrophes, politeness, marks and invisible signs hide no danger."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.screen import load_screen
from tests.safety.shipped import danger_in, examples, is_lower

EXAMPLES = [example for _, example in examples()]

APOSTROPHES = ["'", "\u2018", "\u2019", "\u201b", "\u02bc", "\u00b4", "`", "\u2032", "\uff07", ""]
APOSTROPHES += ["\u02bb", "\u02b9", "\u2035", "\u055a", "\ua78c", '"']
SPACES = ["  ", "   ", "\n", "\t", "\u00a0", "\u2003", "\u3000", " \n\n ", "\r\n", "\u200b \u200b"]
INVISIBLE = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\u034f",
]
BEFORE = ["hi ", "Hi, ", "hello! ", "Good morning, ", "hey there. ", "please ", "Please, "]
BEFORE += ["excuse me, ", "Sorry to bother you. ", "sorry to bother you, ", "hola, ", "por favor, "]
BEFORE += ["Thank you for your time. ", "thanks so much for reading. ", "Dear team, ", "hi please "]
AFTER = [" please", ", please", " thanks", ". Thanks so much!", " thank you", ". thank you so much"]
AFTER += [
    " sorry to bother you",
    ". Sorry to bother you.",
    " gracias",
    ", por favor",
    " \U0001f622",
]
AFTER += [
    ". thank you for your help",
    ", thanks in advance",
    ". I appreciate it",
    ". Have a nice day",
]
MARKS = ["!", ".", "?", "!!!", "...", "\u2026", "?!", "?!?!?!", " .", ",", ";", ":", " :("]


def with_apostrophe(sign: str) -> Callable[[str], str]:
    return lambda text: re.sub("['\u2019]", sign, text)


def with_space(space: str) -> Callable[[str], str]:
    return lambda text: text.replace(" ", space)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


STYLES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "titles": str.title,
    "caps lock": str.swapcase,
    "wide letters": wide,
    "letters and accents apart": lambda text: unicodedata.normalize("NFD", text),
    "in quotes": lambda text: f'"{text}"',
    "in brackets": lambda text: f"({text})",
    "struck through": lambda text: "".join(f"{c}\u0336" for c in text),
    "pauses": lambda text: text.replace(" ", "... "),
    **{f"apostrophe {sign!r}": with_apostrophe(sign) for sign in APOSTROPHES},
    **{f"space {space!r}": with_space(space) for space in SPACES},
    **{f"invisible {sign!r}": sign.join for sign in INVISIBLE},
    **{f"before {words!r}": words.__add__ for words in BEFORE},
    **{f"after {words!r}": lambda text, words=words: text + words for words in AFTER},
    **{f"mark {mark!r}": lambda text, mark=mark: text + mark for mark in MARKS},
}


def lowered(text: str, styled: str) -> bool:
    danger = danger_in(text)
    return danger is not None and is_lower(danger_in(styled), danger)


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_no_style_lowers_any_example(style: Callable[[str], str]) -> None:
    assert [style(one) for one in EXAMPLES if lowered(one, style(one))] == []


def test_every_example_is_a_hit_to_begin_with() -> None:
    assert [one for one in EXAMPLES if danger_in(one) is None] == []


@st.composite
def typed(draw: st.DrawFn, text: str) -> str:
    """`text` as one of many people would type it."""
    text = with_apostrophe(draw(st.sampled_from(APOSTROPHES)))(text)
    text = draw(st.sampled_from(["", *BEFORE])) + text + draw(st.sampled_from(["", *MARKS]))
    text += draw(st.sampled_from(["", *AFTER]))
    text = with_space(draw(st.sampled_from([" ", *SPACES])))(text)
    upper = draw(st.integers(0, 2 ** len(text) - 1))
    text = "".join(c.upper() if upper >> n & 1 else c for n, c in enumerate(text))
    for sign in draw(st.lists(st.sampled_from(INVISIBLE), max_size=4)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + sign + text[place:]
    return text


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_no_mixture_of_styles_lowers_any_example(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(EXAMPLES))
    styled = data.draw(typed(text))

    assert not lowered(text, styled), styled


@pytest.mark.parametrize(
    "text",
    [
        "this is the worst headache of my life",
        "I want to kill myself",
        "me quiero matar",
        "I took too many sumatriptan",
    ],
)
def test_a_code_behind_a_danger_puts_it_in_no_doubt(text: str) -> None:
    screen, chance = load_screen(), random.Random(text)
    alone = screen.check(text)
    assert alone is not None
    for _ in range(250):
        hit = screen.check(f"{text} ref{chance.getrandbits(128):032x}")
        assert hit is not None
        assert (hit.entry, hit.danger, hit.doubtful) == (alone.entry, alone.danger, False)
