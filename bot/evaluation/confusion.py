"""Which outcome was given in the place of which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bot.evaluation.expectations import Labels, written
from bot.evaluation.judgements import Judgement
from bot.nlu.expectation import LEAF_MAY_BE_LEFT_OUT
from bot.replies.understanding import Intent, Label


@dataclass(frozen=True)
class ConfusionPair:
    """So many messages that should have come to `expected` came to `decided`."""

    expected: str
    decided: str
    count: int


def confusion_pairs(judgements: Iterable[Judgement]) -> tuple[ConfusionPair, ...]:
    """The wrong decisions by pair, the most frequent first. Leaves of small talk do not count."""
    wrong = (one for one in judgements if not one.right)
    found = Counter(
        (_plain(one.example.expectation.labels), _plain(one.outcome.final)) for one in wrong
    )
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ConfusionPair(*pair, count) for pair, count in ranked)


def _plain(labels: Labels) -> str:
    return written(tuple(_without_leaf(label) for label in labels))


def _without_leaf(label: Label) -> Label:
    needless = LEAF_MAY_BE_LEFT_OUT - {Intent.FOLLOW_UP}
    return Label(label.intent) if label.intent in needless else label
