"""Finds wording that asks for a decision about one person, in whatever company it comes."""

from __future__ import annotations

from pathlib import Path

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml
from bot.safety.compiled import PatternReader
from bot.safety.folding import Folder, load_spelling
from bot.safety.lexicon import LEXICON_FOLDER, WORDS_FILE, WordLists
from bot.safety.occurrences import PhraseFinder
from bot.safety.rules import covered_by

ADVICE_FILE = Path(__file__).parent / "advice.yml"


class AdviceWording(StrictRecord):
    """`advice.yml`. `unless` are patterns of harmless wording: their words are not read."""

    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


class AdviceScreen:
    """Reads a message for requests of personal advice."""

    def __init__(self, wording: AdviceWording, words: WordLists) -> None:
        read = PatternReader(words)
        self._rules, self._unless = read.rules(wording.patterns), read.rules(wording.unless)
        patterns = [pattern for rule in (*self._rules, *self._unless) for pattern in rule.patterns]
        self._finder = PhraseFinder(patterns)
        self._folder = Folder(load_spelling(), self._finder.words, self._finder.begins_known)

    def asks(self, text: str) -> bool:
        """Whether `text` asks for a decision about one person."""
        folded = self._folder.fold(text)
        found = self._finder.find(list(folded.words), folded.breaks)
        harmless = covered_by(self._unless, found)
        return any(rule.holds(found, harmless) for rule in self._rules)


def load_advice_screen(file: Path = ADVICE_FILE) -> AdviceScreen:
    """The screen over the shipped wording.

    Raises:
        ContentError: a file is missing or breaks its schema.
        PatternError: a pattern cannot be read.
    """
    wording: AdviceWording = read_yaml(file).parse(AdviceWording)
    words: WordLists = read_yaml(LEXICON_FOLDER / WORDS_FILE).parse(WordLists)
    return AdviceScreen(wording, words)
