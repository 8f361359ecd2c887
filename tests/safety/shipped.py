"""The shipped screen, loaded once for all tests of this folder."""

from __future__ import annotations

from functools import cache

from bot.safety.danger import Danger, Tier
from bot.safety.screen import LexiconEntry, SafetyScreen, load_lexicon

LEXICON = load_lexicon()


@cache
def screen() -> SafetyScreen:
    """The screen over the shipped lexicon."""
    return SafetyScreen(LEXICON)


def danger_in(text: str, *earlier: str) -> Danger | None:
    """The danger that the screen finds."""
    hit = screen().check(text, earlier)
    return hit.danger if hit else None


def examples() -> list[tuple[LexiconEntry, str]]:
    """Every example of danger in the lexicon, with its entry."""
    return [(entry, example) for entry in LEXICON.entries for example in entry.examples]


def is_lower(now: Danger | None, before: Danger) -> bool:
    """Whether less help is offered `now` than `before`."""
    if now is None or now.kind is not before.kind:
        return True
    tiers = list(Tier)
    slower = tiers.index(now.tier) > tiers.index(before.tier)
    return slower or (now.level or 0) < (before.level or 0)
