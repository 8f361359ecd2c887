"""Remembers who told of danger lately, for when the database is too slow to say it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.gateway.limits import DisclosureLimits


@dataclass
class _Session:
    ends_at: datetime
    before: OrderedDict[str, int] = field(default_factory=OrderedDict)
    told: int = 0


class RecentDisclosures:
    """The turns of each session that told of danger lately, in memory only: ids, no texts.

    Whoever tells of it again reads other words of the same content, with or without a database.
    """

    def __init__(self, limits: DisclosureLimits) -> None:
        self._limits = limits
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def count_before(self, turn_id: str, session_digest: str, at: datetime) -> int:
        """How many turns of the session told of danger before this one, which is noted.

        The same for each try of one turn.

        Args:
            at: when it was said; a session is forgotten `window_minutes` after the last one.
        """
        session = self._sessions.pop(session_digest, None)
        ends_at = at + timedelta(minutes=self._limits.window_minutes)
        if session is None or session.ends_at <= at:
            session = _Session(ends_at)
        session.ends_at = ends_at
        self._sessions[session_digest] = session
        while len(self._sessions) > self._limits.sessions:
            self._sessions.popitem(last=False)
        if turn_id not in session.before:
            session.before[turn_id] = session.told
            session.told += 1
        while len(session.before) > self._limits.turns:
            session.before.popitem(last=False)
        return session.before[turn_id]
