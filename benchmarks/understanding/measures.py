"""What is measured of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

#: Share of the questions in scope that a bot shall accept when it sets its level.
ACCEPTED = 0.95


@dataclass(frozen=True)
class Figures:
    """Shares are from 0 to 1; out-of-scope figures are None where the data has no such part.

    `accuracy` takes the likeliest label; `decided_right` and `decided_wrong` are what the pipeline
    decides on with its own levels, the rest being left to a fallback. `parse_milliseconds_late` is
    the 95th percentile.
    """

    accuracy: float
    decided_right: float
    decided_wrong: float
    auroc: float | None
    out_of_scope_recall: float | None
    training_seconds: float
    training_processor_seconds: float
    training_megabytes: float
    parse_milliseconds: float
    parse_milliseconds_late: float
    parse_processor_milliseconds: float
    parse_megabytes: float
    model_megabytes: float


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """How likely a question in scope has more confidence than one out of scope."""
    if not outside:
        return None
    truth = [True] * len(inside) + [False] * len(outside)
    return float(roc_auc_score(truth, [*inside, *outside]))


def recall_at_acceptance(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """The share out of scope below the level that accepts ACCEPTED of what is in scope."""
    if not outside:
        return None
    level = float(np.quantile(inside, 1 - ACCEPTED, method="lower"))
    return float(np.mean(np.asarray(outside) < level))
