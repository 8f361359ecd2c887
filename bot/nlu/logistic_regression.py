"""Learns a multinomial logistic regression whose features are partly sparse, partly dense.

scikit-learn's LogisticRegression minimises the same loss, but wants one matrix: beside n-grams the
dense columns then cost as much as sparse ones. Here each part is multiplied in its own way, on
every core, and the features are scaled first so that fewer steps are needed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse

from bot.nlu.descent import Singles, descend

#: How sharply the loss bends in one label's score, on average over examples and labels. It only
#: scales the features: another value changes how many steps are needed, not what is sought.
_CURVATURE = 0.001

#: The steps end when no weight pulls more than this, as scikit-learn's do.
_GRADIENT_TOLERANCE = 1e-4


@dataclass(frozen=True)
class LearnedWeights:
    """One row of weights (sparse features first) and one intercept for each label."""

    labels: tuple[str, ...]
    weights: Singles
    intercepts: Singles


def learn(
    sparse: scipy.sparse.csr_matrix,
    dense: Singles,
    labels: Sequence[str],
    *,
    inverse_regularization: float,
    max_iterations: int,
) -> LearnedWeights:
    """The weights that best explain `labels`, pulled towards 0. The same input, the same weights.

    Args:
        sparse: one row of features for each example.
        dense: the other features of the same examples.
        inverse_regularization: scikit-learn's C.
        max_iterations: the steps end here at the latest.

    Raises:
        ValueError: there are no examples.
    """
    names, numbers = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    scaling = _Scaling.of(sparse, dense, 1 / inverse_regularization)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        loss = _Loss(scaling, sparse, dense, numbers, len(names), threads)
        start = np.zeros(loss.shape, dtype=np.float32)
        found = descend(loss, start, steps=max_iterations, flat=_GRADIENT_TOLERANCE)
    weights = scaling.unscaled(found)
    return LearnedWeights(
        labels=tuple(names.tolist()),
        weights=np.ascontiguousarray(weights[:-1].T),
        intercepts=weights[-1],
    )


@dataclass(frozen=True)
class _Scaling:
    """Brings the features to where the loss bends about equally in every direction.

    `sparse` holds a factor for each sparse feature. `dense` mixes the dense features and, last, the
    constant 1 of the intercept. `pull` and `dense_pull` say what drawing the weights towards 0
    costs in scaled weights.
    """

    sparse: Singles
    dense: Singles
    pull: Singles
    dense_pull: Singles

    @classmethod
    def of(cls, sparse: scipy.sparse.csr_matrix, dense: Singles, regularization: float) -> _Scaling:
        squares = np.bincount(
            sparse.indices, np.square(sparse.data, dtype=np.float64), sparse.shape[1]
        )
        factors = 1 / np.sqrt(_CURVATURE * squares + regularization)
        columns = _with_constant(dense).astype(np.float64)
        pull = np.full(columns.shape[1], regularization)
        bend = _CURVATURE * (columns.T @ columns) + np.diag(pull)
        mixing = scipy.linalg.inv(scipy.linalg.cholesky(bend))
        pull[-1] = 0  # The intercept is not drawn towards 0.
        single = np.float32
        return cls(
            sparse=factors.astype(single),
            dense=mixing.astype(single),
            pull=(regularization * factors**2).astype(single),
            dense_pull=(mixing.T @ (pull[:, None] * mixing)).astype(single),
        )

    def unscaled(self, weights: Singles) -> Singles:
        """The weights of the features as they are, from those of the scaled ones."""
        count = len(self.sparse)
        return np.vstack([self.sparse[:, None] * weights[:count], self.dense @ weights[count:]])


class _Loss:
    """Cross-entropy of all examples plus the pull towards 0, and its gradient."""

    def __init__(
        self,
        scaling: _Scaling,
        sparse: scipy.sparse.csr_matrix,
        dense: Singles,
        numbers: npt.NDArray[np.intp],
        many: int,
        threads: ThreadPoolExecutor,
    ) -> None:
        scaled = (sparse @ scipy.sparse.diags(scaling.sparse)).astype(np.float32)
        self._rows = _blocks(scaled.tocsr())
        self._columns = _blocks(scaled.T.tocsr())
        self._dense = np.asarray(_with_constant(dense) @ scaling.dense, dtype=np.float32)
        self._scaling = scaling
        self._own = (np.arange(len(numbers)), numbers)
        self._threads = threads
        self.shape = (sparse.shape[1] + self._dense.shape[1], many)

    def __call__(self, weights: Singles) -> tuple[float, Singles]:
        loss, excess = self._cross_entropy(weights)
        count = len(self._scaling.pull)
        gradient = np.empty_like(weights)
        gradient[:count] = self._scaling.pull[:, None] * weights[:count]
        gradient[count:] = self._scaling.dense_pull @ weights[count:]
        loss += 0.5 * float(np.vdot(gradient, weights))
        gradient[:count] += self._times(self._columns, excess)
        gradient[count:] += self._dense.T @ excess
        return loss, gradient

    def _cross_entropy(self, weights: Singles) -> tuple[float, Singles]:
        """The cross-entropy, and by how much each example's share of each label is too high."""
        count = len(self._scaling.pull)
        scores = self._times(self._rows, weights[:count])
        scores += self._dense @ weights[count:]
        scores -= scores.max(axis=1, keepdims=True)
        own = scores[self._own].astype(np.float64)
        shares = np.exp(scores, out=scores)
        sums = shares.sum(axis=1)
        shares /= sums[:, None]
        shares[self._own] -= 1
        return float((np.log(sums.astype(np.float64)) - own).sum()), shares

    def _times(self, blocks: list[scipy.sparse.csr_matrix], right: Singles) -> Singles:
        """The product of the matrix in `blocks`. SciPy lets go of the interpreter's lock."""

        def times(block: scipy.sparse.csr_matrix) -> Any:
            return block @ right

        return np.vstack(list(self._threads.map(times, blocks)))


def _with_constant(dense: Singles) -> Singles:
    return np.hstack([dense, np.ones((len(dense), 1), dtype=np.float32)])


def _blocks(matrix: scipy.sparse.csr_matrix) -> list[scipy.sparse.csr_matrix]:
    """The rows of `matrix` in as many blocks as there are cores, each about as much work."""
    cores = os.cpu_count() or 1
    shares = np.linspace(0, matrix.nnz, cores + 1)[1:-1]
    cuts = [0, *np.searchsorted(matrix.indptr, shares).tolist(), matrix.shape[0]]
    return [matrix[start:end] for start, end in pairwise(cuts)]
