"""Which questions of one message are answered, each by itself. Pure: no Rasa here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.page import FollowUpKind
from bot.replies.understanding import DANGER_INTENTS, Intent, Label, Understanding

#: What a part may ask for. In a part by itself a greeting needs no reply, and what seems to be out
#: of scope is more often an aside.
_ASKED = frozenset({Intent.FAQ, Intent.NOT_COVERED, Intent.HUMAN_HANDOFF})

#: Follow-ups that ask for something of what was named before; others are asides ("please explain").
_LEANING = frozenset(
    Label(Intent.FOLLOW_UP, kind.value)
    for kind in FollowUpKind
    if kind
    not in (FollowUpKind.MORE, FollowUpKind.SOURCE, FollowUpKind.SIMPLER, FollowUpKind.REPEAT)
)


@dataclass(frozen=True)
class Part:
    """One part of a message, and what it was taken for by itself.

    `leans`: it has a word in it that stands for what was named before.
    """

    heard: Understanding
    leans: bool


def questions_of(parts: Sequence[Part], *, believed_from: float) -> tuple[Label, ...]:
    """What the parts of a message ask for, in order; empty unless two differ and one is an answer.

    Empty too if a part by itself tells of danger: the whole was read, and has the say. A wish for a
    person comes last, since it opens the intake form.

    Args:
        believed_from: the probability (0 to 1) from which on a part is believed. Advice on one
            person is declined as soon as the confidence gate suspects it.
    """
    if any(part.heard.label.intent in DANGER_INTENTS for part in parts):
        return ()
    asked: list[Label] = []
    for part in parts:
        label = part.heard.label
        sure = label.intent is Intent.PERSONAL_ADVICE or part.heard.confidence >= believed_from
        if sure and label not in asked and _asks(part, after_another=bool(asked)):
            asked.append(label)
    asked.sort(key=lambda label: label.intent is Intent.HUMAN_HANDOFF)
    answers = any(label.intent is Intent.FAQ for label in asked)
    return tuple(asked) if answers and len(asked) > 1 else ()


def leading(questions: Sequence[Label]) -> Label:
    """The one that the dialogue's rule goes by: advice on one person is declined first."""
    personal = (label for label in questions if label.intent is Intent.PERSONAL_ADVICE)
    return next(personal, questions[0])


def _asks(part: Part, *, after_another: bool) -> bool:
    label = part.heard.label
    if label.intent is Intent.PERSONAL_ADVICE:
        return True
    if part.leans:
        return after_another and label in _LEANING
    return label.intent in _ASKED
