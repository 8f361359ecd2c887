"""What stands beside a question and asks for nothing more. Pure: by rules, without a model."""

from __future__ import annotations

import re

from bot.content.question_rules import QuestionRules
from bot.nlu.word_patterns import any_of


class Asides:
    """Knows "is that a thing?" and, after a question, what somebody takes for its answer."""

    def __init__(self, rules: QuestionRules) -> None:
        self._most_words = rules.most_proposed_words
        before = any_of([*rules.joiners, *rules.lead_ins, *rules.fillers, *rules.alternatives])
        halves = rf"{any_of(rules.aside_beginnings)}\s+{any_of(rules.aside_endings)}"
        self._aside = re.compile(
            rf"^(?:{before}[,:]?\s+){{0,4}}(?:{any_of(rules.asides)}|{halves})$", re.IGNORECASE
        )
        self._proposed = re.compile(
            rf"^{any_of(rules.proposed_beginnings)}(?!\w)"
            rf"|(?<!\w){any_of(rules.alternatives)}(?!\w)",
            re.IGNORECASE,
        )

    def is_aside(self, text: str) -> bool:
        """Whether `text`, without marks at its ends, is nothing but an aside."""
        return bool(self._aside.match(text))

    def is_proposed(self, piece: str) -> bool:
        """Whether a piece behind a question is short and says what its answer may be."""
        few = len(piece.split()) <= self._most_words
        return few and bool(self._proposed.search(piece))
