"""What somebody else wrote, for a terminal."""

from __future__ import annotations


def harmless(text: str) -> str:
    """The text without what a terminal would obey, or what would look like a line of ours."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}" for character in text
    )
