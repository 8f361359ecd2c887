"""Tells danger from harmless messages, and which danger: two linear models, the same features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.nlu.linear_model import Floats, LinearModel
from bot.nlu.ngrams import NgramCounter

#: The label of everything that is no danger.
HARMLESS = "harmless"

_KINDS, _LEAVES = "kinds", "leaves"


@dataclass(frozen=True)
class DangerOpinion:
    """The likeliest danger of one kind: its label (`kind/leaf`), and the kind's probability."""

    label: str
    probability: float


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
            training: inverse_regularization and max_iterations of LinearModel.

        Raises:
            ValueError: there are fewer than two dangers, or nothing is harmless.
        """
        learnt = NgramCounter.learn_letters_and_words(texts)
        counts = learnt.counts
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
        return cls(learnt.counter, kinds, leaves)

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
        self.counter.write(folder)

    @classmethod
    def read(cls, folder: Path) -> DangerModel:
        """The model that `write` stored in `folder`."""
        return cls(
            NgramCounter.read(folder),
            LinearModel.read(folder / _KINDS),
            LinearModel.read(folder / _LEAVES),
        )


def _kind(label: str) -> str:
    return label.partition("/")[0]
