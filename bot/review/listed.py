"""What of a conversation may be listed: which turns, and for what reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import pairwise

from bot.replies.reply import Reply, ReplyKind


class Outcome(str, Enum):
    """Why a question is listed, the gravest first: of several that fit, the first one counts."""

    ERROR = "error"
    NOT_COVERED = "not_covered"
    OUT_OF_SCOPE = "out_of_scope"
    UNSURE = "unsure"
    CLARIFIED = "clarified"
    UNHELPFUL = "unhelpful"


_BY_KIND = {
    ReplyKind.ERROR: Outcome.ERROR,
    ReplyKind.NOT_COVERED: Outcome.NOT_COVERED,
    ReplyKind.OUT_OF_SCOPE: Outcome.OUT_OF_SCOPE,
    ReplyKind.CLARIFY: Outcome.CLARIFIED,
}

#: The templates of replies that say that nothing was understood (bot/replies/composer.py).
_UNSURE_TEMPLATES = frozenset({"clarify.unsure", "clarify.offer_person_first"})

#: Those that answer somebody who says that the answer before did not help.
_UNHELPFUL_TEMPLATES = frozenset({"unhelpful.once", "unhelpful.again"})

_JOINED, _LEFT = "intake.person.joined", "intake.person.left"

#: Kinds after which an open form goes on.
_LEAVES_THE_FORM = frozenset({ReplyKind.EMERGENCY, ReplyKind.CRISIS, ReplyKind.ERROR})


@dataclass(frozen=True)
class ReviewedReply:
    """A reply as far as it is of use here. `reply` is None where no key opens it."""

    message_id: str
    by_staff: bool
    reply: Reply | None = field(repr=False)


@dataclass(frozen=True)
class ReviewedTurn:
    """A turn with what was replied. `sealed_text` is None where the patient said nothing.

    `alerted`: it raised an alert. `owned`: it came while somebody of staff had the conversation
    who has it still.
    """

    id: str
    at: datetime
    sealed_text: str | None = field(repr=False)
    by_button: bool
    alerted: bool
    owned: bool
    replies: tuple[ReviewedReply, ...]

    @property
    def opened(self) -> list[Reply]:
        """The replies that a key opens."""
        return [each.reply for each in self.replies if each.reply is not None]

    @property
    def is_unreadable(self) -> bool:
        """Whether no key opens one of the replies."""
        return len(self.opened) < len(self.replies)

    @property
    def is_danger(self) -> bool:
        """Whether it was taken for a danger when it was said."""
        return self.alerted or any(reply.is_safety or reply.danger for reply in self.opened)


def questions_among(turns: Sequence[ReviewedTurn]) -> list[ReviewedTurn]:
    """The turns of one conversation, in order, in which the patient said something of their own
    accord: no danger, nothing of the request form, nothing that a person of staff was to read.

    Where a reply cannot be read the worst is assumed: that it opened a form.
    """
    found = []
    in_form = with_person = False
    for turn in turns:
        asks = turn.is_unreadable or any(reply.asks for reply in turn.opened)
        if turn.sealed_text is None:
            with_person = _with_person(turn, with_person)
        elif not (in_form or asks or with_person or turn.owned or turn.is_danger):
            found.append(turn)
        in_form = asks or (in_form and _leaves_the_form(turn))
    return found


def complained_of(turns: Sequence[ReviewedTurn]) -> frozenset[str]:
    """The ids of the messages after which a patient said in words that they did not help."""
    before = [turn for turn, after in pairwise(turns) if _complains(after)]
    return frozenset(reply.message_id for turn in before for reply in turn.replies)


def outcome_of(turn: ReviewedTurn, unhelpful: frozenset[str]) -> Outcome | None:
    """Why a turn is listed; None if it is not.

    Args:
        unhelpful: the ids of messages of which the patient said, by button or in words, that they
            did not help.
    """
    reasons = {_reason(reply) for reply in turn.opened}
    if any(each.message_id in unhelpful for each in turn.replies):
        reasons.add(Outcome.UNHELPFUL)
    # What a button says was written by us: it tells nothing, unless its answer did not help.
    possible = [Outcome.UNHELPFUL] if turn.by_button else list(Outcome)
    return next((outcome for outcome in possible if outcome in reasons), None)


def _complains(turn: ReviewedTurn) -> bool:
    names = {reply.template.name for reply in turn.opened if reply.template}
    return bool(names & _UNHELPFUL_TEMPLATES)


def _reason(reply: Reply) -> Outcome | None:
    if reply.template and reply.template.name in _UNHELPFUL_TEMPLATES:
        # The question before is listed: a complaint asks nothing.
        return None
    if reply.template and reply.template.name in _UNSURE_TEMPLATES:
        return Outcome.UNSURE
    return _BY_KIND.get(reply.kind)


def _with_person(turn: ReviewedTurn, before: bool) -> bool:
    """Whether a person of staff has the conversation after a turn that no patient wrote."""
    names = {reply.template.name for reply in turn.opened if reply.template}
    if _LEFT in names:
        # One may join in the place of another: the later turn says so.
        return False
    return before or _JOINED in names or any(each.by_staff for each in turn.replies)


def _leaves_the_form(turn: ReviewedTurn) -> bool:
    """Whether a form that was open before a turn still is, if nothing asks for it again."""
    if turn.sealed_text is None:
        return True
    return all(reply.kind in _LEAVES_THE_FORM for reply in turn.opened)
