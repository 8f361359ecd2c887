"""Makes one plain form of what a person typed, before anything looks at it."""

from __future__ import annotations

import re
import unicodedata

#: Every character that people type where an apostrophe belongs.
_APOSTROPHES = str.maketrans(
    dict.fromkeys(
        "\u2018\u2019\u201b\u2032\u2035\u275b\u275c\uff07\u00b4\u0384\u1fbd\u1fbf`"
        "\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u055a\u05f3\u07f4\u07f5\ua78b\ua78c",
        "'",
    )
)

#: Blank or joining characters outside Unicode's "format" category: combining grapheme joiner,
#: Hangul fillers, Khmer inherent vowels, Mongolian selectors, braille blank, variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)

#: Cc control, Cf format (zero-width, bidirectional controls), Cs lone surrogate.
_REMOVED_CATEGORIES = frozenset({"Cc", "Cf", "Cs"})

#: Rasa executes a leading "/" as an intent and gives "EXTERNAL: " a meaning of its own.
_COMMAND_PREFIX = re.compile(r"^(?:\s*(?:/|EXTERNAL: ))+")

_WHITESPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """The plain form of `text`: NFKC, one line, nothing invisible, no command prefix.

    Applying it twice gives the same as applying it once.
    """
    plain = _one_pass(text)
    # Removing one character can make a new composition or prefix of its neighbours.
    while plain != text:
        text, plain = plain, _one_pass(plain)
    return plain


def _one_pass(text: str) -> str:
    text = _WHITESPACE.sub(" ", text).translate(_APOSTROPHES)
    # Of printable ASCII, which most texts are, this would change nothing.
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", text)
        text = "".join(
            character
            for character in text
            if unicodedata.category(character) not in _REMOVED_CATEGORIES
        )
        text = unicodedata.normalize("NFKC", text)
    return _COMMAND_PREFIX.sub("", text.strip()).strip()
