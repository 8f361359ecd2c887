"""Which questions of one message are answered, each by itself. Pure: no Rasa here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.content.page import FollowUpKind
from bot.replies.understanding import DANGER_INTENTS, Intent, Label, Understanding

#: What a part may ask for. In a part by itself a greeting needs no reply.
_ASKED = frozenset({Intent.FAQ, Intent.NOT_COVERED, Intent.HUMAN_HANDOFF})

#: Follow-ups that ask for something of what was named before; others are asides ("please explain").
ASKING_FOLLOW_UPS = frozenset(
    Label(Intent.FOLLOW_UP, kind.value)
    for kind in FollowUpKind
    if kind
    not in (FollowUpKind.MORE, FollowUpKind.SOURCE, FollowUpKind.SIMPLER, FollowUpKind.REPEAT)
)

#: What a part is taken for that names what it is about.
_OF_THE_PAGE = frozenset({Intent.FAQ, Intent.NOT_COVERED})

#: What the page does not answer.
_DECLINED = frozenset({Intent.NOT_COVERED, Intent.OUT_OF_SCOPE})


@dataclass(frozen=True)
class Part:
    """One part of a message, and what it was taken for.

    `leans`: it has a word in it that stands for what was named before. `named`: it names what it is
    about. `pieces`: what it is made of if it is a list.
    """

    heard: Understanding
    leans: bool = False
    named: bool = True
    pieces: tuple[Part, ...] = ()


def questions_of(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts of a message that ask for something, in order; empty unless two ask for different
    things and one of them for an answer.

    Empty too if a part by itself tells of danger: the whole was read, and has the say. A wish for a
    person comes last, since it opens the intake form. A part is believed as the confidence gate
    has decided; one that leans, names nothing or comes from a list, only if the gate is sure.
    """
    if any(part.heard.label.intent in DANGER_INTENTS for part in parts):
        return ()
    asked: dict[Label, Part] = {}
    before: Part | None = None
    for part in parts:
        for one in part.pieces if _is_list(part) else (part,):
            if _asks(one, before):
                asked.setdefault(one.heard.label, one)
                before = one
    in_order = sorted(
        asked.values(), key=lambda one: one.heard.label.intent is Intent.HUMAN_HANDOFF
    )
    answers = any(label.intent is Intent.FAQ for label in asked)
    return tuple(in_order) if answers and len(asked) > 1 else ()


def point_of(whole: Understanding, parts: Sequence[Part]) -> Part | None:
    """The one question of a message that says more, if it stands by itself, clearer than the whole.

    None too where the whole may tell of danger or wants advice on one person: it has the say.
    """
    likeliest = {whole.label.intent, *(each.label.intent for each in whole.candidates[:1])}
    if not whole.unsure or likeliest & (DANGER_INTENTS | {Intent.PERSONAL_ADVICE}):
        return None
    asked = [part for part in parts if _asks(part, None)]
    if len(asked) != 1:
        return None
    (one,) = asked
    stands_by_itself = one.named and not one.leans and not one.heard.unsure
    says_else = one.heard.label.intent in _OF_THE_PAGE and one.heard.label != whole.label
    return one if stands_by_itself and says_else else None


def leading(questions: Sequence[Part]) -> Part:
    """The one that the dialogue's rule goes by: advice on one person is declined first."""
    personal = (part for part in questions if part.heard.label.intent is Intent.PERSONAL_ADVICE)
    return next(personal, questions[0])


def _is_list(part: Part) -> bool:
    """Whether each piece surely asks for something, and not all for the same."""
    befores = (None, *part.pieces)
    asked = [_asks(piece, before) for piece, before in zip(part.pieces, befores, strict=False)]
    sure = all(asked) and not any(piece.heard.unsure for piece in part.pieces)
    return sure and len({piece.heard.label for piece in part.pieces}) > 1


def _asks(part: Part, before: Part | None) -> bool:
    label = part.heard.label
    if label.intent is Intent.PERSONAL_ADVICE:
        return True
    if label in ASKING_FOLLOW_UPS:
        return before is not None
    if part.heard.unsure and (part.leans or (label.intent in _OF_THE_PAGE and not part.named)):
        return False
    if part.leans and _declined(before) and label.intent is Intent.FAQ:
        # What leans on a question that is not answered is not answered either.
        return False
    if label.intent is Intent.OUT_OF_SCOPE:
        return not part.leans and not part.heard.unsure
    return label.intent in _ASKED


def _declined(part: Part | None) -> bool:
    return part is not None and part.heard.label.intent in _DECLINED
