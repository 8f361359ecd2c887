"""Makes plain letters of those with accents, in circles and squares, and in small capitals."""

from __future__ import annotations

import unicodedata

_MARK = "Mn"
_SMALL_CAPITALS = "ABCDEFGHIJKLMNOPRSTUVWYZ"
_FIRST_WHITE_ON_BLACK = (0x1F150, 0x1F170)

#: Letters that NFKC leaves as they are: white on black circles and squares, and small capitals.
_DRESSED = {
    **{first + n: chr(ord("a") + n) for first in _FIRST_WHITE_ON_BLACK for n in range(26)},
    **{
        ord(unicodedata.lookup(f"LATIN LETTER SMALL CAPITAL {letter}")): letter.lower()
        for letter in _SMALL_CAPITALS
    },
}
#: Latin letters with a stroke, which have no form without one.
_STRUCK = {"\u0111": "d", "\u0142": "l", "'": ""}

_PLAIN = {**_DRESSED, **str.maketrans(_STRUCK)}


def plain_letters(text: str) -> str:
    """Lower case, without accents and apostrophes."""
    folded = text.casefold().translate(_PLAIN)
    if folded.isascii():
        return folded
    bare = "".join(
        c for c in unicodedata.normalize("NFD", folded) if unicodedata.category(c) != _MARK
    )
    return unicodedata.normalize("NFC", bare)
