"""Tells in which of a few languages a text is written. Pure: no Rasa here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.content.language_rules import LanguageRules
from bot.content.texts import DEFAULT_LANGUAGE


@dataclass(frozen=True)
class ForeignLanguage:
    """A language (ISO 639-1) other than English, and how likely it is (0 to 1)."""

    language: str
    confidence: float


class LanguageRecognition:
    """Recognises languages by py3langid's model of letter groups.

    Args:
        languages: those that are answered (ISO 639-1), besides English.
        names: words that are the same in every language, such as those of drugs.
    """

    def __init__(
        self, languages: Iterable[str], names: Collection[str], rules: LanguageRules
    ) -> None:
        self._identifier = _identifier([DEFAULT_LANGUAGE, *languages])
        self._names = frozenset(names)
        self._rules = rules

    def foreign(self, text: str) -> ForeignLanguage | None:
        """The language of `text`; None if that is English, or cannot be told."""
        words = [word for word in text.split() if word.strip(".,;:?!").lower() not in self._names]
        rest = " ".join(words)
        if sum(map(_weight, rest)) < self._rules.fewest_letters:
            return None
        language, confidence = self._identifier.classify(rest)
        if language == DEFAULT_LANGUAGE or confidence < self._rules.likely:
            return None
        return ForeignLanguage(str(language), float(confidence))


def _identifier(languages: list[str]) -> LanguageIdentifier:
    """One of these languages only. The library's own keeps the others too: 25 MB."""
    full = LanguageIdentifier.from_model_file(MODEL_FILE)
    full.set_languages(languages)
    return LanguageIdentifier(
        full.nb_ptc,
        full.nb_pc,
        full.nb_classes,
        full.tk_nextmove,
        full.tk_output,
        norm_probs=True,
        tk_row=full.tk_row,
    )


def _weight(character: str) -> int:
    """One for a letter, and more where a script writes a syllable or a word in one."""
    if not character.isalpha():
        return 0
    return 4 if ord(character) >= _FIRST_SYLLABIC else 1


#: From CJK radicals on, Unicode's letters stand for syllables or words.
_FIRST_SYLLABIC = 0x2E80
