"""Tells the leaves apart: letter groups and a sentence vector, one linear model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.nlu.linear_model import Floats, LinearModel
from bot.nlu.ngrams import NgramCounter

#: Both the labels and the letter groups grow with the library. Learning keeps some twenty arrays of
#: all weights: 2 GB of these, whatever the library. Ten pages have 13 million.
_WEIGHTS_AT_MOST = 25_000_000


def most_letters(labels: int) -> int:
    """How many letter groups a model of so many labels has at most."""
    return max(1, _WEIGHTS_AT_MOST // max(1, labels))


@dataclass(frozen=True)
class LeafModel:
    """`linear` reads what `counter` counts, and the sentence vector."""

    counter: NgramCounter
    linear: LinearModel

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], **training: Any
    ) -> LeafModel:
        """Learn from texts, their sentence vectors and their labels.

        Args:
            training: inverse_regularization and max_iterations of LinearModel.

        Raises:
            ValueError: there are fewer than two different labels.
        """
        counter = NgramCounter.of_letters(texts, most_letters(len(set(labels))))
        linear = LinearModel.fit(
            sparse=counter.count(texts), dense=vectors, labels=list(labels), **training
        )
        return cls(counter, linear)

    def best(
        self, text: str, vector: Floats, temperature: float, many: int
    ) -> list[tuple[str, float]]:
        """The `many` likeliest labels with their probabilities, best first.

        Args:
            vector: the sentence vector, shape (1, dimensions).
            temperature: above 1 makes the probabilities less sure, below 1 surer.
        """
        shares = self.linear.probabilities(self.counter.count([text]), vector, temperature)
        order = (-shares).argsort()[:many]
        return [(self.linear.labels[place], float(shares[place])) for place in order]

    def write(self, folder: Path) -> None:
        """Store the model in `folder`."""
        self.counter.write(folder)
        self.linear.write(folder)

    @classmethod
    def read(cls, folder: Path) -> LeafModel:
        """The model that `write` stored in `folder`."""
        return cls(NgramCounter.read(folder), LinearModel.read(folder))
