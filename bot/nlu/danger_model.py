"""Tells danger from harmless messages, and which danger: two linear models, the same features."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer

from bot.nlu.linear_model import Floats, LinearModel

#: The label of everything that is no danger.
HARMLESS = "harmless"

#: CountVectorizer's own pattern leaves words of one letter out.
_A_WORD = r"\w+"

_KINDS, _LEAVES = "kinds", "leaves"
_VOCABULARY = "vocabulary.json"


@dataclass(frozen=True)
class DangerOpinion:
    """The likeliest danger of one kind: its label (`kind/leaf`), and the kind's probability."""

    label: str
    probability: float


class NgramCounter:
    """Counts the letter groups and the words of a text; its vocabulary is plain data."""

    def __init__(self, letters: Sequence[str], words: Sequence[str]) -> None:
        self.letters, self.words = tuple(letters), tuple(words)
        self._counters = (_letters(vocabulary=self.letters), _words(vocabulary=self.words))

    @classmethod
    def fit(cls, texts: Sequence[str]) -> NgramCounter:
        """The counter of everything that occurs in two of the texts or more."""
        letters, words = _letters(min_df=2).fit(texts), _words(min_df=2).fit(texts)
        return cls(letters.get_feature_names_out().tolist(), words.get_feature_names_out().tolist())

    def count(self, texts: Sequence[str]) -> scipy.sparse.csr_matrix:
        """Counts, shape (number of texts, size of the vocabulary)."""
        counts = [counter.transform(texts) for counter in self._counters]
        return scipy.sparse.hstack(counts, format="csr")


@dataclass(frozen=True)
class DangerModel:
    """`kinds` tells emergency, crisis and harmless apart, `leaves` the dangers from each other."""

    counter: NgramCounter
    kinds: LinearModel
    leaves: LinearModel

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], **training: Any
    ) -> DangerModel:
        """Learn from texts, their sentence vectors, and labels: `kind/leaf` or HARMLESS.

        Args:
            training: inverse_regularization, max_iterations and random_seed of LinearModel.

        Raises:
            ValueError: there are fewer than two dangers, or nothing is harmless.
        """
        counter = NgramCounter.fit(texts)
        counts = counter.count(texts)
        dangerous = np.array([label != HARMLESS for label in labels])
        kinds = LinearModel.fit(
            sparse=counts, dense=vectors, labels=[_kind(label) for label in labels], **training
        )
        leaves = LinearModel.fit(
            sparse=counts[dangerous],
            dense=vectors[dangerous],
            labels=[label for label in labels if label != HARMLESS],
            **training,
        )
        if HARMLESS not in kinds.labels:
            raise ValueError("training needs harmless examples")
        return cls(counter, kinds, leaves)

    def opinions(self, text: str, vector: Floats) -> tuple[DangerOpinion, ...]:
        """For each kind of danger its likeliest leaf, and how likely the kind is (0 to 1).

        Args:
            vector: the sentence vector, shape (1, dimensions).
        """
        counts = self.counter.count([text])
        kinds = self.kinds.probabilities(counts, vector, 1.0)
        leaves = self.leaves.probabilities(counts, vector, 1.0)
        found = []
        for kind, probability in zip(self.kinds.labels, kinds, strict=True):
            if kind != HARMLESS:
                places = [i for i, leaf in enumerate(self.leaves.labels) if _kind(leaf) == kind]
                best = max(places, key=lambda place: leaves[place])
                found.append(DangerOpinion(self.leaves.labels[best], float(probability)))
        return tuple(found)

    def write(self, folder: Path) -> None:
        """Store the model in `folder`."""
        for name, model in ((_KINDS, self.kinds), (_LEAVES, self.leaves)):
            (folder / name).mkdir()
            model.write(folder / name)
        vocabulary = {"letters": self.counter.letters, "words": self.counter.words}
        (folder / _VOCABULARY).write_text(json.dumps(vocabulary), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> DangerModel:
        """The model that `write` stored in `folder`."""
        vocabulary = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        return cls(
            NgramCounter(**vocabulary),
            LinearModel.read(folder / _KINDS),
            LinearModel.read(folder / _LEAVES),
        )


def _kind(label: str) -> str:
    return label.partition("/")[0]


def _letters(**options: Any) -> CountVectorizer:
    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), **options)


def _words(**options: Any) -> CountVectorizer:
    return CountVectorizer(ngram_range=(1, 2), token_pattern=_A_WORD, **options)
