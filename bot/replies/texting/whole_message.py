"""A whole message as bare words, to be compared with lists of words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from bot.safety.folding import plain_phrase

Words = tuple[str, ...]

#: What a message may have around its words, keycap and check-mark emoji included, is no word.
_LONGEST = 2000


def plain_words(text: str) -> Words:
    """The words of `text`: small, without accents, quotes, punctuation and emoji."""
    shown = unicodedata.normalize("NFKC", text[:_LONGEST])
    kept = "".join(each for each in shown if unicodedata.category(each) not in ("Me", "Cs"))
    return plain_phrase(kept)


def without_courtesies(words: Words, courtesies: Iterable[Words]) -> Words:
    """`words` without what is said around them, such as "please"."""
    left = words
    for courtesy in courtesies:
        while left[: len(courtesy)] == courtesy:
            left = left[len(courtesy) :]
        while left[-len(courtesy) :] == courtesy:
            left = left[: -len(courtesy)]
    # "Thank you" alone is what was said, not what stands around it.
    return left if left == words else without_courtesies(left, courtesies)
