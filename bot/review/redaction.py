"""Redacts questions for the person who writes answers: by rules, then by a search for names."""

from __future__ import annotations

from collections.abc import Sequence

from bot.content.library import Library
from bot.content.redaction_rules import load_redaction_rules
from bot.content.training_examples import Utterance
from bot.replies.redaction import Redactor
from bot.review.name_finder import NameFinder, load_dictionary, load_tagger
from bot.review.name_words import known_words, load_name_words, medical_words


class ReviewRedactor:
    """Redacts more than is redacted of a comment, and takes longer."""

    def __init__(self, redactor: Redactor, names: NameFinder) -> None:
        self._redactor = redactor
        self._names = names

    @classmethod
    def shipped(
        cls, library: Library, utterances: Sequence[Utterance], *, tagger: bool = True
    ) -> ReviewRedactor:
        """With the rules, lists and tagger of this program.

        Raises:
            ContentError: a file of rules or words cannot be used.
            EncoderFileError: the package of the tagger is not there.
        """
        finder = NameFinder(
            load_tagger() if tagger else None,
            load_name_words(),
            known_words(library, utterances),
            medical_words(library),
            load_dictionary(),
        )
        return cls(Redactor(load_redaction_rules()), finder)

    def redact(self, text: str) -> str:
        """`text` with a mark for everything found."""
        text = self._redactor.redact(text)
        for found in reversed(self._names.find(text)):
            text = text[: found.start] + found.mark + text[found.end :]
        return text
