"""A decision held against what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.evaluation.examples import Example
from bot.evaluation.expectations import Labels
from bot.evaluation.outcomes import Outcome
from bot.nlu.calibration import Claim
from bot.nlu.expectation import fits
from bot.replies.understanding import Candidate, Intent

#: An answerable question that ends in one of these was refused.
_REFUSALS = frozenset({Intent.NOT_COVERED, Intent.OUT_OF_SCOPE, Intent.FALLBACK})

#: The kind of a message with several questions.
SEVERAL_KIND = "several"


class Failing(str, Enum):
    """Ways to be wrong that have an aim of their own."""

    WRONG_ANSWER = "wrong clinical answer"
    REFUSED = "answerable question refused"
    OTHER = "another wrong outcome"


@dataclass(frozen=True)
class Judgement:
    """One example and its outcome."""

    example: Example
    outcome: Outcome

    @property
    def right(self) -> bool:
        """Whether the outcome is the expected one, or one that is accepted."""
        accepts = self.example.expectation.accepts
        return any(accepts(reading) for reading in self.outcome.readings)

    @property
    def kind(self) -> str:
        """The kind that was expected."""
        return kind_of(self.example.expectation.labels)

    @property
    def topic(self) -> str:
        """The one answer or language that was expected; empty if it was something else."""
        labels = self.example.expectation.labels
        if len(labels) > 1 or labels[0].intent not in (Intent.FAQ, Intent.OTHER_LANGUAGE):
            return ""
        return str(labels[0])

    @property
    def dealt_with(self) -> int:
        """How many of the expected meanings were decided, in whatever order."""
        wanted = self.example.expectation.labels
        return sum(any(fits(one, label) for one in self.outcome.final) for label in wanted)

    @property
    def wrong_answer(self) -> bool:
        """Whether an answer was given that nobody asked for."""
        given = (label for label in self.outcome.final if label.intent is Intent.FAQ)
        allows = self.example.expectation.allows
        return not self.right and any(not allows(label) for label in given)

    @property
    def refused_as(self) -> Intent | None:
        """How an answerable question was refused, if it was."""
        if self.right or not self.example.expectation.answers:
            return None
        return next((one.intent for one in self.outcome.final if one.intent in _REFUSALS), None)

    @property
    def asked_back(self) -> bool:
        """Whether the assistant did not commit itself."""
        return any(label.intent is Intent.FALLBACK for label in self.outcome.final)

    @property
    def failing(self) -> Failing | None:
        """How it is wrong, the gravest first; None: it is right."""
        if self.right:
            return None
        if self.wrong_answer:
            return Failing.WRONG_ANSWER
        return Failing.REFUSED if self.refused_as else Failing.OTHER

    @property
    def claim(self) -> Claim | None:
        """What was believed, with its confidence; None where several were asked or none read."""
        return self._claim(self.outcome.belief)

    @property
    def classifier_claim(self) -> Claim | None:
        """The same of the classifiers alone, before rules and thresholds."""
        return self._claim(self.outcome.likeliest)

    def _claim(self, belief: Candidate | None) -> Claim | None:
        expectation = self.example.expectation
        if belief is None or len(expectation.labels) > 1:
            return None
        readings = ((belief.label,), self.outcome.resolved)
        return Claim(belief.confidence, any(map(expectation.accepts, readings)))


def kind_of(labels: Labels) -> str:
    """The kind of reply that labels stand for; `several` for several."""
    if len(labels) != 1:
        return SEVERAL_KIND if labels else "error"
    (label,) = labels
    return _KINDS.get(label.intent, label.intent.value)


_KINDS = {Intent.FAQ: "answer", Intent.FALLBACK: "clarify"}
