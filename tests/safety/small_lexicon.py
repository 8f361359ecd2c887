"""Small lexicons, for tests of how the screen works rather than of what it looks for."""

from __future__ import annotations

from bot.safety.folding import load_spelling
from bot.safety.lexicon import Covers, Lexicon, LexiconEntry, SpeakerFile, Speakers, WordLists
from bot.safety.screen import SafetyScreen

_SPELLING = load_spelling()


def entry(name: str = "a", topic: str = "suicide", **values: object) -> LexiconEntry:
    """An entry that looks for its own name, unless told otherwise."""
    looks = {"phrases", "patterns", "together"} & values.keys()
    words = {} if looks else {"phrases": (name,)}
    return LexiconEntry.parse_obj(
        {"id": name, "topic": topic, "source": "s", "examples": ()} | words | values
    )


def lexicon(
    *entries: LexiconEntry,
    covers: dict[str, object] | None = None,
    lists: dict[str, tuple[str, ...]] | None = None,
    speakers: Speakers | None = None,
) -> Lexicon:
    """A lexicon of these entries."""
    return Lexicon(
        entries=entries,
        words=WordLists(lists=lists or {}),
        covers=Covers.parse_obj(covers or {}),
        speakers=SpeakerFile(en=speakers or Speakers()),
    )


def screen_of(*entries: LexiconEntry, **parts: object) -> SafetyScreen:
    """A screen over these entries."""
    return SafetyScreen(lexicon(*entries, **parts), _SPELLING)  # type: ignore[arg-type]


def found(screen: SafetyScreen, text: str, *earlier: str) -> str | None:
    """The entry that is found, if any."""
    hit = screen.check(text, earlier)
    return hit.entry if hit else None
