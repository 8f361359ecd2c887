"""References: what a patient is given to name a request by. Random, so that none can be guessed."""

from __future__ import annotations

import re
import secrets

#: No look-alikes (0 O, 1 I L) and no vowels, so that none makes a word. 27 to the 8th: 2.8e11.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"

_LENGTH = 8
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212.]+")
_WHOLE = re.compile(f"[{ALPHABET}]{{{_LENGTH}}}")


def new_reference() -> str:
    """A new reference, as it is shown and stored: XXXX-XXXX."""
    return _shown("".join(secrets.choice(ALPHABET) for _ in range(_LENGTH)))


def parse_reference(text: str) -> str | None:
    """The reference that somebody typed, as it is stored; None if it can be none.

    Capitals, spaces and dashes do not matter.
    """
    characters = _BETWEEN.sub("", text).upper()
    return _shown(characters) if _WHOLE.fullmatch(characters) else None


def _shown(characters: str) -> str:
    return f"{characters[:4]}-{characters[4:]}"
