"""Which state of a record may follow which: one table, and nothing else decides it."""

from __future__ import annotations

from enum import Enum

from bot.intake.records import CLOSED_STATES, RecordState


class Move(str, Enum):
    """What is done with a record, in the order in which it is usually done."""

    NOTIFY = "notify"
    CLAIM = "claim"
    CONTACT = "contact"
    RESOLVE = "resolve"
    RELEASE = "release"
    MARK_UNREACHABLE = "mark_unreachable"
    MARK_DUPLICATE = "mark_duplicate"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    REOPEN = "reopen"


class IllegalMoveError(Exception):
    """This cannot be done with a record in this state, or not by this actor, or needs a reason."""


#: Made by the system itself, never by a person.
SYSTEM_MOVES = frozenset({Move.NOTIFY, Move.EXPIRE})

#: Moves that must say why.
REASONED_MOVES = frozenset({Move.REOPEN})

_UNTOUCHED = frozenset({RecordState.NEW, RecordState.NOTIFIED})
_IN_HAND = frozenset({RecordState.CLAIMED, RecordState.CONTACTED})
_OPEN = _UNTOUCHED | _IN_HAND

#: From which states a move leads to which.
TABLE: dict[Move, tuple[frozenset[RecordState], RecordState]] = {
    Move.NOTIFY: (frozenset({RecordState.NEW}), RecordState.NOTIFIED),
    Move.CLAIM: (_UNTOUCHED, RecordState.CLAIMED),
    Move.CONTACT: (frozenset({RecordState.CLAIMED}), RecordState.CONTACTED),
    Move.RESOLVE: (_IN_HAND, RecordState.RESOLVED),
    Move.RELEASE: (frozenset({RecordState.CLAIMED}), RecordState.NOTIFIED),
    Move.MARK_UNREACHABLE: (_IN_HAND, RecordState.UNREACHABLE),
    Move.MARK_DUPLICATE: (_OPEN, RecordState.DUPLICATE),
    Move.WITHDRAW: (_OPEN, RecordState.WITHDRAWN),
    Move.EXPIRE: (_UNTOUCHED, RecordState.EXPIRED),
    Move.REOPEN: (CLOSED_STATES, RecordState.CLAIMED),
}


def after(state: RecordState, move: Move) -> RecordState:
    """The state that `move` leads to.

    Raises:
        IllegalMoveError: it cannot be made from `state`.
    """
    origins, target = TABLE[move]
    if state not in origins:
        raise IllegalMoveError(f"{move.value} cannot follow {state.value}")
    return target


def moves_from(state: RecordState) -> tuple[Move, ...]:
    """What a person can do with a record in `state`; the system's own moves are not among them."""
    return tuple([move for move in Move if move not in SYSTEM_MOVES and state in TABLE[move][0]])
