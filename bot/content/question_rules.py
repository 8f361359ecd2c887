"""How a message is split into its questions: word lists and limits of `question_rules.yml`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, validator

from bot.content.strict_record import StrictRecord
from bot.content.yaml_source import read_yaml

RULES_FILE = Path(__file__).parent / "question_rules.yml"

Words = tuple[str, ...]


class QuestionRules(StrictRecord):
    """Words in small letters without apostrophes. `question_rules.yml` explains each list."""

    most_questions: int = Field(gt=1)
    fewest_words: int = Field(gt=0)
    joiners: Words
    alternatives: Words
    fillers: Words
    abbreviations: Words
    list_joiners: Words
    bare_question_words: Words
    asides: Words
    aside_beginnings: Words
    aside_endings: Words
    proposed_beginnings: Words
    most_proposed_words: int = Field(gt=0)
    most_listed_words: int = Field(gt=0)
    lead_ins: Words
    openers: Words
    unmarked_openers: Words
    goes_on_after: Words
    leaning_words: Words
    pronouns: Words
    most_leaning_words: int = Field(gt=0)
    most_bare_words: int = Field(gt=0)
    subjectless_openers: Words
    statement_verbs: Words
    contrasts: Words

    @validator("*", each_item=False)
    def _names_words(cls, words: Words | int) -> Words | int:
        if isinstance(words, int):
            return words
        if not words:
            raise ValueError("must name one at least")
        if any(word != word.strip().lower() or "'" in word or not word for word in words):
            raise ValueError("must be in small letters without apostrophes")
        return words


@lru_cache(maxsize=1)
def load_question_rules() -> QuestionRules:
    """The shipped rules.

    Raises:
        ContentError: the file is missing or breaks its schema.
    """
    rules: QuestionRules = read_yaml(RULES_FILE).parse(QuestionRules)
    return rules
