"""A question without a subject of its own, read with the subject of the answer before. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.content.question_rules import QuestionRules
from bot.nlu.question_splitter import any_of

_WORD = re.compile(r"[^\W\d_]+")


class LeaningQuestions:
    """Knows a question that leans by its words, and puts the subject in."""

    def __init__(self, rules: QuestionRules, names: Collection[str]) -> None:
        self._most_words = rules.most_leaning_words
        self._names = frozenset(names)
        self._pronoun = re.compile(rf"(?<!\w){any_of(rules.pronouns)}(?!\w)", re.IGNORECASE)
        self._without = re.compile(rf"^{any_of(rules.subjectless_openers)}(?!\w)", re.IGNORECASE)

    def about(self, subject: str, text: str) -> str | None:
        """`text` with `subject` in it; None if it is long or does not lean.

        "What about" with a name behind it does not.
        """
        words = _WORD.findall(text.lower())
        if not 0 < len(words) <= self._most_words:
            return None
        if self._pronoun.search(text):
            return self._pronoun.sub(lambda _: subject, text, count=1)
        if self._without.match(text.strip()) and not self._names.intersection(words):
            return f"{text.rstrip(' ?.!')} {subject}"
        return None
