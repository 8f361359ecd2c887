"""What was decided about a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.expectations import Labels
from bot.replies.reply import Reply, ReplyKind
from bot.replies.understanding import ASKS_NOTHING_NEW, Candidate, Intent, Label, Understanding

#: What leans on the conversation: the reply tells what it came to mean.
_LEANING = frozenset({Intent.FOLLOW_UP, Intent.AFFIRM})

#: Reply kinds that are called as the intent that they answer.
_INTENT_KINDS = frozenset(ReplyKind) - {ReplyKind.NOTICE, ReplyKind.ERROR}


@dataclass(frozen=True)
class Outcome:
    """One decision.

    `decided`: empty if nothing was left to read. `resolved`: what a message that leans on the
    conversation came to mean. `belief`: the likeliest single meaning and its confidence, whether
    it was acted on or asked about; what a rule decides is believed with 1. `likeliest`: what the
    classifiers alone held to be likeliest, if they were asked.
    """

    decided: Labels
    resolved: Labels = ()
    belief: Candidate | None = None
    likeliest: Candidate | None = None

    @property
    def readings(self) -> tuple[Labels, ...]:
        """What may be compared with the expected labels."""
        return (self.decided, self.resolved) if self.resolved else (self.decided,)

    @property
    def final(self) -> Labels:
        """What the patient was given."""
        return self.resolved or self.decided

    @classmethod
    def of(cls, heard: Understanding, replies: Sequence[Reply]) -> Outcome:
        """The outcome of a message that was understood so and answered so, in this order."""
        given = tuple(label for label in map(_given, replies) if label)
        likeliest = heard.candidates[0] if heard.candidates else None
        if len(given) > 1:
            return cls(given, (), _belief(heard), likeliest)
        intent = heard.label.intent
        stays_in_danger = intent in ASKS_NOTHING_NEW and any(reply.danger for reply in replies)
        resolved = given if stays_in_danger or intent in _LEANING else ()
        return cls((heard.label,), resolved, _belief(heard), likeliest)


def _belief(heard: Understanding) -> Candidate:
    if heard.label.intent is Intent.FALLBACK and heard.candidates:
        return heard.candidates[0]
    return Candidate(heard.label, heard.confidence)


def _given(reply: Reply) -> Label | None:
    """What a reply is an answer to; None: a failure."""
    if reply.kind is ReplyKind.ANSWER:
        return Label(Intent.FAQ, f"{reply.page}.{reply.topic}")
    if reply.kind is ReplyKind.CLARIFY:
        return Label(Intent.FALLBACK)
    return Label(Intent(reply.kind.value)) if reply.kind in _INTENT_KINDS else None
