"""Word lists of `question_rules.yml` as regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first, with or without apostrophes."""
    longest_first = sorted(set(words), key=lambda word: -len(word))
    return "(?:" + "|".join(_pattern(word) for word in longest_first) + ")"


def _pattern(word: str) -> str:
    return r"\s+".join("'?".join(re.escape(each) for each in part) for part in word.split())
