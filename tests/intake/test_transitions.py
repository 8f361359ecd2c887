"""Which state may follow which: the whole table, written out once more."""

from __future__ import annotations

import pytest

from bot.intake.records import CLOSED_STATES, RecordState
from bot.intake.transitions import SYSTEM_MOVES, IllegalMoveError, Move, after, moves_from

S, M = RecordState, Move

EXPECTED = {
    (S.NEW, M.NOTIFY): S.NOTIFIED,
    (S.NEW, M.CLAIM): S.CLAIMED,
    (S.NEW, M.MARK_DUPLICATE): S.DUPLICATE,
    (S.NEW, M.WITHDRAW): S.WITHDRAWN,
    (S.NEW, M.EXPIRE): S.EXPIRED,
    (S.NOTIFIED, M.CLAIM): S.CLAIMED,
    (S.NOTIFIED, M.MARK_DUPLICATE): S.DUPLICATE,
    (S.NOTIFIED, M.WITHDRAW): S.WITHDRAWN,
    (S.NOTIFIED, M.EXPIRE): S.EXPIRED,
    (S.CLAIMED, M.CONTACT): S.CONTACTED,
    (S.CLAIMED, M.RESOLVE): S.RESOLVED,
    (S.CLAIMED, M.RELEASE): S.NOTIFIED,
    (S.CLAIMED, M.MARK_UNREACHABLE): S.UNREACHABLE,
    (S.CLAIMED, M.MARK_DUPLICATE): S.DUPLICATE,
    (S.CLAIMED, M.WITHDRAW): S.WITHDRAWN,
    (S.CONTACTED, M.RESOLVE): S.RESOLVED,
    (S.CONTACTED, M.MARK_UNREACHABLE): S.UNREACHABLE,
    (S.CONTACTED, M.MARK_DUPLICATE): S.DUPLICATE,
    (S.CONTACTED, M.WITHDRAW): S.WITHDRAWN,
    **{(state, M.REOPEN): S.CLAIMED for state in CLOSED_STATES},
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", RecordState)
def test_every_move_from_every_state(state: RecordState, move: Move) -> None:
    if (state, move) in EXPECTED:
        assert after(state, move) is EXPECTED[state, move]
    else:
        with pytest.raises(IllegalMoveError):
            after(state, move)


@pytest.mark.parametrize("state", RecordState)
def test_people_are_offered_what_they_can_do(state: RecordState) -> None:
    offered = moves_from(state)
    assert set(offered) == {
        move for origin, move in EXPECTED if origin is state and move not in SYSTEM_MOVES
    }
    assert offered
    assert list(offered) == sorted(offered, key=list(Move).index)
