"""From calibrated probabilities to one decision. Pure: no Rasa here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from bot.content.library import Topic
from bot.content.strict_record import StrictRecord
from bot.replies.understanding import Candidate, Intent, Label, Understanding

_Share = Field(ge=0.0, le=1.0)


class Thresholds(StrictRecord):
    """Probabilities (0 to 1) at which something is believed. Fitted by `python -m bot thresholds`.

    `emergency`, `crisis` and `personal_advice` are taken from this probability on even if another
    meaning is likelier. An answer is given from `answer` on, any other behaviour is believed from
    `behaviour` on. Two answers are put to the choice when together they reach `clarify_sum`.
    `related` is the share among the answers from which one may stand beside a refusal.
    """

    emergency: float = _Share
    crisis: float = _Share
    personal_advice: float = _Share
    answer: float = _Share
    behaviour: float = _Share
    clarify_sum: float = _Share
    related: float = _Share

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Thresholds:
        """The thresholds among a component's configuration.

        Raises:
            pydantic.ValidationError: one is missing or not between 0 and 1.
        """
        return cls(**{name: config[name] for name in cls.__fields__ if name in config})

    def needed_for(self, intent: Intent) -> float:
        """From which probability on `intent` is believed."""
        levels = {
            Intent.CRISIS: self.crisis,
            Intent.EMERGENCY: self.emergency,
            Intent.PERSONAL_ADVICE: self.personal_advice,
            Intent.FAQ: self.answer,
        }
        return levels.get(intent, self.behaviour)


#: How many choices an unsure assistant offers, besides the way to a person.
MOST_CHOICES = 3

#: Taken at their own threshold, in this order of danger.
_CAUTIOUS = (Intent.CRISIS, Intent.EMERGENCY, Intent.PERSONAL_ADVICE)


def decide(candidates: Sequence[Candidate], thresholds: Thresholds) -> Understanding:
    """What to believe, given the likeliest meanings, best first.

    Raises:
        ValueError: there are no candidates.
    """
    if not candidates:
        raise ValueError("there is nothing to decide between")
    answers = [candidate for candidate in candidates if candidate.label.intent is Intent.FAQ]
    cautious = _cautious(candidates, thresholds)
    best = cautious or candidates[0]
    if cautious or best.confidence >= thresholds.needed_for(best.label.intent):
        related = _related(candidates, best.label, thresholds)
        return Understanding(best.label, best.confidence, tuple(candidates), (), related)
    choices = answers[:MOST_CHOICES]
    if _two_are_close(candidates, thresholds):
        choices = answers[:2]
    elif len(choices) == 2:
        # Two would say that the two are close.
        choices = answers[:1]
    return Understanding(
        Label(Intent.FALLBACK),
        1 - best.confidence,
        tuple(candidates),
        tuple(choice.label for choice in choices),
    )


def _cautious(candidates: Sequence[Candidate], thresholds: Thresholds) -> Candidate | None:
    believed = {
        candidate.label.intent: candidate
        for candidate in candidates
        if candidate.label.intent in _CAUTIOUS
        and candidate.confidence >= thresholds.needed_for(candidate.label.intent)
    }
    return next((believed[intent] for intent in _CAUTIOUS if intent in believed), None)


def _two_are_close(candidates: Sequence[Candidate], thresholds: Thresholds) -> bool:
    pair = candidates[:2]
    return (
        len(pair) == 2
        and all(candidate.label.intent is Intent.FAQ for candidate in pair)
        and sum(candidate.confidence for candidate in pair) >= thresholds.clarify_sum
    )


def _related(
    candidates: Sequence[Candidate], decided: Label, thresholds: Thresholds
) -> Topic | None:
    """The answer that is the next likeliest meaning, if it stands out among the answers."""
    others = [candidate for candidate in candidates if candidate.label != decided]
    if not others or others[0].label.intent is not Intent.FAQ:
        return None
    answers = sum(other.confidence for other in others if other.label.intent is Intent.FAQ)
    stands_out = others[0].confidence >= thresholds.related * answers
    return others[0].label.topic if stands_out else None
