"""A multinomial logistic regression over n-gram counts and sentence vectors, kept as plain arrays.

Nothing in the stored form is executable: arrays in one `.npz` file, labels in one JSON file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

from bot.nlu.logistic_regression import learn

_ARRAYS = "linear_model.npz"
_LABELS = "labels.json"

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]


@dataclass(frozen=True)
class LinearModel:
    """`weights` has one row for each label: first the n-grams, then the sentence vector.

    It lies in memory by columns: a message has few of the n-grams, and needs all labels of each.
    `idf` weighs the n-grams: counts are log-scaled, weighted and brought to unit length, so that
    they stand beside the sentence vector on an equal footing.
    """

    labels: tuple[str, ...]
    weights: Floats
    intercepts: Floats
    idf: Floats

    @classmethod
    def fit(
        cls,
        *,
        sparse: scipy.sparse.csr_matrix,
        dense: Floats,
        labels: list[str],
        inverse_regularization: float,
        max_iterations: int,
        few_examples: float = 0.0,
    ) -> LinearModel:
        """Learn from one row of counts and one vector for each example.

        Args:
            few_examples: with so many examples a label the squared length of the vector counts
                twice that of the n-grams, with fewer more: few tell little of thousands of n-grams.

        Raises:
            ValueError: there are fewer than two different labels.
        """
        if len(set(labels)) < 2:
            raise ValueError("training needs examples of two labels at least")
        idf = _inverse_document_frequency(sparse)
        length = np.float32(np.sqrt(1 + few_examples * len(set(labels)) / len(labels)))
        learned = learn(
            _weighted(sparse, idf),
            dense * length,
            labels,
            inverse_regularization=inverse_regularization,
            max_iterations=max_iterations,
        )
        # Of the longer vector, as weights of the vector itself.
        learned.weights[:, len(idf) :] *= length
        return cls(learned.labels, np.asfortranarray(learned.weights), learned.intercepts, idf)

    def probabilities(
        self,
        sparse: scipy.sparse.csr_matrix,
        dense: Floats,
        temperature: float,
        background: float | None = None,
    ) -> Floats:
        """Probability of each label for one message; they and the background's add up to 1.

        Args:
            sparse: n-gram counts, shape (1, number of n-grams).
            dense: sentence vector, shape (1, dimensions).
            temperature: above 1 makes the probabilities less sure, below 1 surer.
            background: the score of a class beside the labels, which all have low scores where
                nothing is like what was learnt; 0 is the log of their number, what they come to
                together where each has 0. None: there is no such class.
        """
        return self.probabilities_of(sparse.indices, sparse.data, dense, temperature, background)

    def probabilities_of(
        self,
        places: Places,
        counts: Floats,
        dense: Floats,
        temperature: float,
        background: float | None = None,
    ) -> Floats:
        """The same for n-grams by their `places`, and how often each occurs.

        Without a matrix of SciPy's, whose making takes longer than all else for one message.
        """
        often = np.asarray(counts, dtype=np.float32)
        weighted = np.where(often > 0, 1 + np.log(np.maximum(often, 1)), 0) * self.idf[places]
        length = np.sqrt(weighted @ weighted) or np.float32(1)
        count = len(self.idf)
        by_feature = self.weights.T
        scores = self.intercepts + dense[0] @ by_feature[count:]
        scores = scores + (weighted / length) @ by_feature[places]
        if background is not None:
            scores = np.append(scores, np.float32(np.log(len(self.labels)) + background))
        scores = scores / temperature
        shares = np.exp(scores - scores.max())
        result: Floats = shares[: len(self.labels)] / shares.sum()
        return result

    def write(self, folder: Path) -> None:
        """Store the model in `folder`."""
        np.savez_compressed(
            folder / _ARRAYS, weights=self.weights, intercepts=self.intercepts, idf=self.idf
        )
        (folder / _LABELS).write_text(json.dumps(self.labels), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> LinearModel:
        """The model that `write` stored in `folder`."""
        labels = json.loads((folder / _LABELS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            weights = np.asfortranarray(arrays["weights"])
            return cls(tuple(labels), weights, arrays["intercepts"], arrays["idf"])


def _inverse_document_frequency(counts: scipy.sparse.csr_matrix) -> Floats:
    documents = np.bincount(counts.indices[counts.data > 0], minlength=counts.shape[1])
    idf: Floats = (np.log((1 + counts.shape[0]) / (1 + documents)) + 1).astype(np.float32)
    return idf


def _weighted(counts: scipy.sparse.csr_matrix, idf: Floats) -> scipy.sparse.csr_matrix:
    weighted = counts.astype(np.float32).tocsr(copy=True)
    weighted.eliminate_zeros()
    weighted.data = (1 + np.log(weighted.data)) * idf[weighted.indices]
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    lengths[lengths == 0] = 1
    weighted.data /= np.repeat(lengths, np.diff(weighted.indptr))
    return weighted
