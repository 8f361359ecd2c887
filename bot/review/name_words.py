"""What the search for names goes by: `names.yml`, and the words that patients are known to use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import validator

from bot.content.library import Library
from bot.content.strict_record import StrictRecord
from bot.content.training_examples import Utterance
from bot.content.yaml_source import read_yaml

NAMES_FILE = Path(__file__).parent / "names.yml"

#: A word: letters, joined by apostrophes, hyphens or inner points.
WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")

_LETTERS = re.compile(r"[^\W\d_]+")

#: Fewer utterances may have a word by accident: a name that one writer used.
_FEWEST_UTTERANCES = 3


class NameWords(StrictRecord):
    """`names.yml` says what each list is for."""

    always_before_names: frozenset[str]
    before_names: frozenset[str]
    before_places: frozenset[str]
    after_names: frozenset[str]
    names_that_are_words: frozenset[str]
    before_words: frozenset[str]
    never_names: frozenset[str]
    kept_places: frozenset[str]
    particles: frozenset[str]
    medicine_endings: frozenset[str]

    @validator("*")
    def _is_in_lower_case(cls, words: frozenset[str]) -> frozenset[str]:
        if any(word != word.casefold() for word in words):
            raise ValueError("must be in lower case")
        return words


def load_name_words(file: Path = NAMES_FILE) -> NameWords:
    """Read the lists.

    Raises:
        ContentError: the file is missing or breaks the schema.
    """
    words: NameWords = read_yaml(file).parse(NameWords)
    return words


def known_words(library: Library, utterances: Iterable[Utterance]) -> frozenset[str]:
    """Every word of the answers, and those that several training utterances have; lower case."""
    counted = Counter(word for utterance in utterances for word in set(parts_of(utterance.text)))
    known = {word for word, count in counted.items() if count >= _FEWEST_UTTERANCES}
    for topic in library.topics():
        answer = library.answer(topic)
        known.update(parts_of(f"{answer.question} {answer.short} {answer.full}"))
    return frozenset(known)


def medical_words(library: Library) -> frozenset[str]:
    """The words of the pages' titles and medicines, in lower case."""
    named = [name for page in library.pages for name in (page.title, *page.medicines)]
    return frozenset(parts_of(" ".join(named)))


def parts_of(text: str) -> list[str]:
    """The runs of letters in `text`, in lower case."""
    return _LETTERS.findall(text.casefold())
