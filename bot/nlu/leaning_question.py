"""A question without a subject of its own, read with the subject of what was said before. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.content.library import Library
from bot.content.name_rules import names_of
from bot.content.question_rules import QuestionRules
from bot.nlu.word_patterns import any_of

_WORD = re.compile(r"[^\W\d_]+")


class LeaningQuestions:
    """Knows a question that leans by its words, and puts the subject in."""

    def __init__(
        self, rules: QuestionRules, names: Collection[str], subjects: Collection[str] = ()
    ) -> None:
        """`names` are words in small letters; `subjects` what answers are about, in some words."""
        self._most_words = rules.most_leaning_words
        self._most_bare_words = rules.most_bare_words
        self._names = frozenset(names)
        self._called = re.compile(rf"(?<!\w){any_of([*names, *subjects])}(?!\w)", re.IGNORECASE)
        self._pronoun = re.compile(rf"(?<!\w){any_of(rules.pronouns)}(?!\w)", re.IGNORECASE)
        self._without = re.compile(rf"^{any_of(rules.subjectless_openers)}(?!\w)", re.IGNORECASE)
        self._statement = re.compile(
            rf"^{any_of(rules.pronouns)}\s+{any_of(rules.statement_verbs)}(?!\w)[^?]*$",
            re.IGNORECASE,
        )
        self._contrast = re.compile(rf"(?<!\w){any_of(rules.contrasts)}(?!\w)", re.IGNORECASE)

    @classmethod
    def of(cls, library: Library, rules: QuestionRules) -> LeaningQuestions:
        """With the names and the subjects that the pages know."""
        subjects = {library.answer(topic).subject for topic in library.topics()}
        return cls(rules, names_of(library), [subject for subject in subjects if subject])

    def about(self, subject: str, text: str) -> str | None:
        """`text` with `subject` in it; None if it is long or does not lean.

        "What about" with a name behind it does not, nor does a statement.
        """
        words = _words(text)
        if not 0 < len(words) <= self._most_words or self._statement.match(text.strip()):
            return None
        pronoun = next(filter(self._stands_alone, self._pronoun.finditer(text)), None)
        if pronoun:
            return f"{text[: pronoun.start()]}{subject}{text[pronoun.end() :]}"
        if self._without.match(text.strip()) and not self._names.intersection(words):
            return f"{text.rstrip(' ?.!')} {subject}"
        return None

    def bare(self, subject: str, text: str) -> str | None:
        """`text` with `subject` behind it; None unless it is a few words with no name in them."""
        if len(_words(text)) > self._most_bare_words or self.name_in(text):
            return None
        return f"{text} {subject}"

    def name_in(self, text: str) -> str | None:
        """The first name or subject in `text`; None if there is none."""
        called = self._called.search(text)
        return called.group() if called else None

    def turns_from(self, told: str, text: str) -> bool:
        """Whether `text` asks for something else than an answer that has `told` so much.

        It names what is not told there, or says "instead".
        """
        named = self._names.intersection(_words(text))
        return bool(self._contrast.search(text)) or not named.issubset(_words(told))

    def _stands_alone(self, pronoun: re.Match[str]) -> bool:
        """Not before a name: "these triptans"."""
        return not self._names.intersection(_words(pronoun.string[pronoun.end() :])[:1])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
