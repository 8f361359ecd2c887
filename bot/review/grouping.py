"""Puts like questions together: average-linkage clustering of sentence vectors by cosine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from bot.nlu.sentence_encoder import Vectors

Labels = npt.NDArray[np.int64]


def group(vectors: Vectors, *, linked_at: float, most_compared: int) -> Labels:
    """A number for each vector; the same number: the same group.

    Deterministic. Each of the first `most_compared` is compared with each, which takes
    4 * most_compared**2 bytes. One behind them joins the group whose mean is nearest, if that is
    near enough, and is alone otherwise.

    Args:
        vectors: unit vectors, shape (number, DIMENSIONS), those that matter most first.
        linked_at: the average cosine distance up to which two groups become one.
    """
    compared = vectors[:most_compared]
    if len(compared) < 2:
        return np.arange(len(vectors))
    labels: Labels = fcluster(
        linkage(compared, method="average", metric="cosine"), t=linked_at, criterion="distance"
    ).astype(np.int64)
    rest = vectors[most_compared:]
    if not len(rest):
        return labels
    names = np.unique(labels)
    means = np.stack([compared[labels == name].mean(axis=0) for name in names])
    return np.concatenate([labels, _joined(rest, means, names, linked_at)])


def _joined(rest: Vectors, means: Vectors, names: Labels, linked_at: float) -> Labels:
    # The mean product with the members of a group is the product with their mean.
    likeness = rest @ means.T
    nearest = likeness.argmax(axis=1)
    near_enough = 1 - likeness.max(axis=1) <= linked_at
    alone = int(names.max()) + 1 + np.arange(len(rest))
    joined: Labels = np.where(near_enough, names[nearest], alone)
    return joined


def members(labels: Sequence[int] | Labels) -> list[list[int]]:
    """The places of each group's members, in order."""
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        found.setdefault(int(label), []).append(place)
    return list(found.values())
