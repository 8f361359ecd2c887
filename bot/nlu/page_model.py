"""Tells the answers of one page apart: what a large library has instead of one model of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse

from bot.nlu.linear_model import Floats, LinearModel, Places

_COLUMNS = "columns.npy"


@dataclass(frozen=True)
class PageModel:
    """`columns` are the letter groups of the page's examples, by their places among all, rising."""

    columns: Places
    linear: LinearModel

    @classmethod
    def fit(
        cls,
        sparse: scipy.sparse.csr_matrix,
        dense: Floats,
        labels: Sequence[str],
        **training: Any,
    ) -> PageModel:
        """Learn from the page's examples: counts of all letter groups, sentence vectors, labels.

        Args:
            training: inverse_regularization, max_iterations and few_examples of LinearModel.

        Raises:
            ValueError: there are fewer than two different labels.
        """
        columns = np.unique(sparse.indices).astype(np.int32)
        linear = LinearModel.fit(
            sparse=sparse[:, columns], dense=dense, labels=list(labels), **training
        )
        return cls(columns, linear)

    def probabilities(
        self, sparse: scipy.sparse.csr_matrix, dense: Floats, temperature: float
    ) -> list[tuple[str, float]]:
        """Each answer of the page with its probability, given that it is this page.

        Args:
            sparse: counts of all letter groups in one message.
            dense: its sentence vector, shape (1, dimensions).
            temperature: above 1 makes the probabilities less sure, below 1 surer.
        """
        places = np.searchsorted(self.columns, sparse.indices)
        known = np.append(self.columns, -1)[places] == sparse.indices
        shares = self.linear.probabilities_of(places[known], sparse.data[known], dense, temperature)
        return list(zip(self.linear.labels, shares.tolist(), strict=True))

    def write(self, folder: Path) -> None:
        """Store the model in `folder`, which is made."""
        folder.mkdir(parents=True)
        np.save(folder / _COLUMNS, self.columns, allow_pickle=False)
        self.linear.write(folder)

    @classmethod
    def read(cls, folder: Path) -> PageModel:
        """The model that `write` stored in `folder`."""
        columns = np.load(folder / _COLUMNS, allow_pickle=False)
        return cls(columns, LinearModel.read(folder))
