"""The deterministic safety screen: phrases of danger, found in normalised text.

It imports neither Rasa nor the database, and answers with everything else down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import spacy
from pydantic import BaseModel, Extra
from spacy.matcher import PhraseMatcher

from bot.content.yaml_source import read_yaml
from bot.safety.normalise import normalise

LEXICON_FILE = Path(__file__).parent / "lexicon.yml"


class SafetyKind(str, Enum):
    """What kind of danger was found."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"


@dataclass(frozen=True)
class SafetyHit:
    """A danger, and the lexicon entry that found it. Never holds what the person wrote."""

    kind: SafetyKind
    entry: str


class LexiconEntry(BaseModel):
    """One kind of danger: how it is said, with examples that must and must not be found.

    `source` names where the clinical fact comes from; `unless` are phrases that contain one of
    `phrases` and are harmless.
    """

    id: str
    kind: SafetyKind
    source: str
    phrases: tuple[str, ...]
    unless: tuple[str, ...] = ()
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...] = ()

    class Config:
        extra = Extra.forbid
        frozen = True


class Lexicon(BaseModel):
    """All entries of `lexicon.yml`, the most dangerous kind first."""

    entries: tuple[LexiconEntry, ...]

    class Config:
        extra = Extra.forbid
        frozen = True


class SafetyScreen:
    """Finds the entries of a lexicon in a text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._kinds = {entry.id: entry.kind for entry in lexicon.entries}
        self._order = {entry.id: place for place, entry in enumerate(lexicon.entries)}
        language = spacy.blank("en")
        self._tokenizer = language.tokenizer
        vocabulary = language.vocab
        self._dangers = PhraseMatcher(vocabulary, attr="ORTH")
        self._harmless = PhraseMatcher(vocabulary, attr="ORTH")
        for entry in lexicon.entries:
            self._dangers.add(entry.id, [self._tokens(phrase) for phrase in entry.phrases])
            if entry.unless:
                self._harmless.add(entry.id, [self._tokens(phrase) for phrase in entry.unless])

    def check(self, text: str, earlier: Sequence[str] = ()) -> SafetyHit | None:
        """The gravest danger in `text`, or None.

        Args:
            text: what the person wrote now, of any length; all of it is read.
            earlier: what they wrote just before, oldest first.
        """
        tokens = self._tokens(text)
        harmless = self._harmless(tokens, as_spans=True)
        found = [
            span.label_
            for span in self._dangers(tokens, as_spans=True)
            if not any(
                cover.label == span.label and cover.start <= span.start and span.end <= cover.end
                for cover in harmless
            )
        ]
        if not found:
            return None
        gravest = min(found, key=self._order.__getitem__)
        return SafetyHit(self._kinds[gravest], gravest)

    def _tokens(self, text: str) -> spacy.tokens.Doc:
        return self._tokenizer(plain_words(text))


def plain_words(text: str) -> str:
    """Lower-case words without apostrophes and punctuation, one space between them."""
    folded = normalise(text).casefold().replace("'", "")
    return " ".join("".join(c if c.isalnum() else " " for c in folded).split())


def load_lexicon(file: Path = LEXICON_FILE) -> Lexicon:
    """Read the lexicon.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    lexicon: Lexicon = read_yaml(file).parse(Lexicon)
    return lexicon


def load_screen() -> SafetyScreen:
    """The screen over the shipped lexicon."""
    return SafetyScreen(load_lexicon())


def lexicon_fingerprint() -> str:
    """A hash that changes whenever the lexicon does."""
    return hashlib.sha256(LEXICON_FILE.read_bytes()).hexdigest()
