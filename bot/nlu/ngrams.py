"""Counts the letter groups and words of texts; the vocabulary is plain data."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer

#: CountVectorizer's own pattern leaves words of one letter out.
_A_WORD = r"\w+"
_BETWEEN_WORDS = re.compile(r"[^\w']+")

_VOCABULARY = "vocabulary.json"


class NgramCounter:
    """Counts groups of two to five letters, and words and pairs of words if it was taught any."""

    def __init__(self, letters: Sequence[str], words: Sequence[str] = ()) -> None:
        self.letters, self.words = tuple(letters), tuple(words)
        self._counters = [_letters(vocabulary=self.letters)]
        if self.words:
            self._counters.append(_words(vocabulary=self.words))

    @classmethod
    def learn_letters(cls, texts: Sequence[str], most: int | None = None) -> LearntCounts:
        """The counter of the letter groups that occur in two of the texts or more.

        Args:
            most: only so many of them, the most frequent ones.

        Raises:
            ValueError: there are no such groups.
        """
        letters, counts = _learnt(_letters(min_df=2, max_features=most), texts)
        return LearntCounts(cls(letters), counts)

    @classmethod
    def learn_letters_and_words(cls, texts: Sequence[str]) -> LearntCounts:
        """The counter of everything that occurs in two of the texts or more.

        Raises:
            ValueError: there are no such letter groups, or no such words.
        """
        letters, letter_counts = _learnt(_letters(min_df=2), texts)
        words, word_counts = _learnt(_words(min_df=2), texts)
        counts = scipy.sparse.hstack([letter_counts, word_counts], format="csr")
        return LearntCounts(cls(letters, words), counts)

    def count(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """Counts, shape (number of texts, size of the vocabulary)."""
        counts = [counter.transform(texts) for counter in self._counters]
        return scipy.sparse.hstack(counts, format="csr")

    def write(self, folder: Path) -> None:
        """Store the vocabulary in `folder`."""
        vocabulary = {"letters": self.letters, "words": self.words}
        (folder / _VOCABULARY).write_text(json.dumps(vocabulary), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> NgramCounter:
        """The counter that `write` stored in `folder`."""
        return cls(**json.loads((folder / _VOCABULARY).read_text(encoding="utf-8")))


@dataclass(frozen=True)
class LearntCounts:
    """A counter, and its `counts` of the texts that it was learnt from, as `count` gives them."""

    counter: NgramCounter
    counts: scipy.sparse.csr_matrix


def _learnt(
    counter: CountVectorizer, texts: Sequence[str]
) -> tuple[list[str], scipy.sparse.csr_matrix]:
    counts = counter.fit_transform(texts)
    counts.sort_indices()
    return counter.get_feature_names_out().tolist(), counts


def _plain(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text.lower())


def _letters(**options: Any) -> CountVectorizer:
    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), preprocessor=_plain, **options)


def _words(**options: Any) -> CountVectorizer:
    return CountVectorizer(ngram_range=(1, 2), token_pattern=_A_WORD, **options)
