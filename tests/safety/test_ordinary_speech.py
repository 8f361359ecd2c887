"""Ordinary sentences that stand close to a danger, and the danger that they stand close to."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.safety.screen import load_screen
from tests.safety.shipped import LEXICON

_SPEECH: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "ordinary_speech.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    "text", [text for speech in _SPEECH.values() for text in speech["ordinary"]]
)
def test_ordinary_speech_is_no_sure_danger(text: str) -> None:
    hit = load_screen().check(text)

    assert hit is None or hit.doubtful


@pytest.mark.parametrize(
    "text", [text for speech in _SPEECH.values() for text in speech["dangerous"]]
)
def test_the_danger_close_to_it_is_found(text: str) -> None:
    assert load_screen().check(text)


def test_the_list_names_entries_of_the_lexicon() -> None:
    assert _SPEECH.keys() <= {entry.id for entry in LEXICON.entries}
