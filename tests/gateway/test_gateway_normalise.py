"""What normalising a text promises, for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.normalise import normalise

#: Every character that could change the direction, or the width, of what is shown.
UNSEEN = frozenset(
    map(
        chr,
        [
            *range(0x200B, 0x2010),
            *range(0x202A, 0x202F),
            *range(0x2060, 0x2070),
            *(0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF),
        ],
    )
)

PIECES = st.sampled_from(
    "/ '`e\n\x00\u200b\u202e\u2028\uff0f\ufe0f\u0338\u0301\u00b4\u1160\u3164\ufdfa"
)
COMMANDS = st.sampled_from(["/", "EXTERNAL: ", "EXTERNAL:", "\ud800", "faq"])
TEXTS = st.text() | st.lists(PIECES | COMMANDS | st.characters(), max_size=20).map("".join)


@given(TEXTS)
def test_twice_is_the_same_as_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
def test_nothing_that_rasa_would_execute_is_left(text: str) -> None:
    plain = normalise(text)
    assert not plain.startswith("/")
    assert not plain.startswith("EXTERNAL: ")
    assert plain == plain.strip()


@given(TEXTS)
def test_nothing_unseen_is_left(text: str) -> None:
    plain = normalise(text)
    assert not UNSEEN & set(plain)
    assert not {unicodedata.category(character) for character in plain} & {"Cc", "Cf", "Cs"}
    assert unicodedata.is_normalized("NFKC", plain)
    plain.encode()


@given(
    st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126, blacklist_characters="`"))
)
def test_plain_english_stays_as_it_is(text: str) -> None:
    words = " ".join(text.split())
    if not words.startswith(("/", "EXTERNAL: ")):
        assert normalise(text) == words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("I can\u2019t, it\u00b4s, don`t, won\uff07t", "I can't, it's, don't, won't"),
        ("k\u200bi\u200dl\ufe0fl", "kill"),
        ("\uff48\uff45\uff4c\uff50", "help"),
        ("two\nlines\tand\u00a0more", "two lines and more"),
        ('/faq{"leaf": "x"}', 'faq{"leaf": "x"}'),
        ("/ /EXTERNAL: //EXTERNAL: hello", "hello"),
        ("\u200b/restart", "restart"),
        ("\uff0frestart", "restart"),
        ("and/or", "and/or"),
        ("\u3164\u2800", ""),
        ("\N{FACE WITH HEAD-BANDAGE}", "\N{FACE WITH HEAD-BANDAGE}"),
        ("\U0001fae0", "\U0001fae0"),
    ],
)
def test_examples(text: str, plain: str) -> None:
    assert normalise(text) == plain
