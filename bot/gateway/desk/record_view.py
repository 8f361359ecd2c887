"""Everything that one page shows of a record, read in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.database import audit_log
from bot.database.audit_log import AuditAction, AuditEntry
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.sessions import DeskSession
from bot.gateway.messaging.dead_texts import UnsentText
from bot.gateway.records import PastTurn
from bot.intake.ownership import Owner
from bot.intake.record_store import LONGEST_NOTE
from bot.intake.records import CLOSED_STATES, Entry, IntakeRecord
from bot.intake.transitions import Move, after, moves_from

#: What the audit says and an entry of the record says already, with its text.
_TOLD_BY_ENTRIES = frozenset({AuditAction.NOTE_ADDED, AuditAction.RECORD_APPENDED})

#: A record has seldom as many lines; the audit page shows all.
_MOST_LINES = 500

__all__ = ["LONGEST_NOTE", "Conversation", "RecordView", "RecordViews", "TimelineItem"]


@dataclass(frozen=True)
class TimelineItem:
    """One line of a record's history: an entry with its text, or what the audit says."""

    at: datetime
    entry: Entry | None = None
    audit: AuditEntry | None = None


@dataclass(frozen=True)
class Conversation:
    """What was said, and who answers the patient now (None: the assistant).

    `exists` is False where there never was a conversation, or where it was deleted. `unsent` is, by
    the turn, what is shown of texts that did not reach the patient.
    """

    exists: bool
    turns: tuple[PastTurn, ...] = ()
    owner: Owner | None = None
    unsent: Mapping[str, UnsentText] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordView:
    """A record and all around it. `views` says who has looked at it, newest first."""

    record: IntakeRecord
    conversation: Conversation
    timeline: tuple[TimelineItem, ...]
    views: tuple[AuditEntry, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """What a person can do with the record now, and have it open."""
        return tuple(move for move in moves_from(self.record.state) if not self._closes(move))

    @property
    def closing_moves(self) -> tuple[Move, ...]:
        """How a person can close the record now."""
        return tuple(move for move in moves_from(self.record.state) if self._closes(move))

    def _closes(self, move: Move) -> bool:
        return after(self.record.state, move) in CLOSED_STATES


class RecordViews:
    """Reads records for a person. Every look is in the audit before anything is shown.

    Every method raises `DatabaseUnavailableError` when the database cannot do it, and `VaultError`
    when no key opens what is sealed.
    """

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts

    def look(self, reference: str, session: DeskSession) -> RecordView | None:
        """The whole record; None if there is none."""
        record = self._parts.records.view(reference, actor=session.user.actor)
        if record is None:
            return None
        entries = self._parts.records.entries(record.id)
        audit = self._audit(reference)
        told = [line for line in audit if line.action is not AuditAction.RECORD_VIEWED]
        items = [
            *(TimelineItem(entry.at, entry=entry) for entry in entries),
            *(
                TimelineItem(line.at, audit=line)
                for line in told
                if line.action not in _TOLD_BY_ENTRIES
            ),
        ]
        return RecordView(
            record=record,
            conversation=self._conversation(record),
            timeline=tuple(sorted(items, key=lambda item: item.at, reverse=True)),
            views=tuple(line for line in audit if line.action is AuditAction.RECORD_VIEWED),
        )

    def look_on(
        self, reference: str, session: DeskSession
    ) -> tuple[IntakeRecord, Conversation] | None:
        """What may have come since somebody looked: it goes on being one look."""
        read = self._parts.records
        if self._has_looked(reference, session):
            record = read.get(reference)
        else:
            record = read.view(reference, actor=session.user.actor)
        return (record, self._conversation(record)) if record else None

    def _has_looked(self, reference: str, session: DeskSession) -> bool:
        return any(
            line.action is AuditAction.RECORD_VIEWED
            and line.actor == session.user.actor.name
            and line.at >= session.started_at
            for line in self._audit(reference)
        )

    def _audit(self, reference: str) -> tuple[AuditEntry, ...]:
        with self._parts.database.reading() as connection:
            try:
                return audit_log.entries(connection, subject=reference, limit=_MOST_LINES)
            except ValueError:
                # Somebody has tampered with the audit: its page says so, and work goes on.
                return ()

    def _conversation(self, record: IntakeRecord) -> Conversation:
        if record.conversation_id is None:
            return Conversation(exists=False)
        return Conversation(
            exists=True,
            turns=self._parts.history(record.conversation_id),
            owner=self._parts.owners.owner_of(record.conversation_id),
            unsent=self._parts.dead_texts.unsent(record.conversation_id),
        )
