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
from bot.intake.records import CLOSED_STATES, Entry, EntryKind, IntakeRecord, Origin
from bot.intake.transitions import Move, after, moves_from
from bot.replies.intake_request import Contact

#: What the audit says and an entry of the record says already, with its text.
_TOLD_BY_ENTRIES = frozenset({AuditAction.NOTE_ADDED, AuditAction.RECORD_APPENDED})

#: A record has seldom as many lines; the audit page shows all.
_MOST_LINES = 500

__all__ = ["LONGEST_NOTE", "Asked", "Conversation", "RecordView", "RecordViews", "TimelineItem"]


@dataclass(frozen=True)
class TimelineItem:
    """One line of a record's history: an entry with its text, or what the audit says."""

    at: datetime
    entry: Entry | None = None
    audit: AuditEntry | None = None


@dataclass(frozen=True)
class Asked:
    """A request that came from a conversation: by which reference that knows it, and its words.

    `text` is None for what the head of the page shows.
    """

    reference: str
    at: datetime
    text: str | None = None


@dataclass(frozen=True)
class Conversation:
    """What was said, what it asked for, and who answers the patient now (None: the assistant).

    `id` is None where there never was a conversation, or where it was deleted. `number` tells those
    of one record apart, from 1. `unsent` is, by the turn, what is shown of texts that did not reach
    the patient.
    """

    id: str | None
    number: int = 1
    asked: tuple[Asked, ...] = ()
    turns: tuple[PastTurn, ...] = ()
    owner: Owner | None = None
    unsent: Mapping[str, UnsentText] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return self.id is not None


@dataclass(frozen=True)
class RecordView:
    """A record and all around it. `views` says who has looked at it, newest first.

    `conversations`: the record's first, then those that something was added from.
    """

    record: IntakeRecord
    conversations: tuple[Conversation, ...]
    timeline: tuple[TimelineItem, ...]
    views: tuple[AuditEntry, ...]

    @property
    def contact(self) -> Contact | None:
        """How to reach the patient: as the record says, or the first request that was added."""
        added = (item.entry.contact for item in reversed(self.timeline) if item.entry)
        return self.record.contact or next((found for found in added if found), None)

    def number_of(self, conversation_id: str | None) -> int | None:
        """Which of several conversations this is; None where there is but one, or it is deleted."""
        if len(self.conversations) < 2:
            return None
        known = {found.id: found.number for found in self.conversations if found.id}
        return known.get(conversation_id or "")

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
        audit = self._audit(record.reference)
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
            conversations=self._conversations(record, entries),
            timeline=tuple(sorted(items, key=lambda item: item.at, reverse=True)),
            views=tuple(line for line in audit if line.action is AuditAction.RECORD_VIEWED),
        )

    def look_on(
        self, reference: str, conversation_id: str | None, session: DeskSession
    ) -> tuple[IntakeRecord, Conversation] | None:
        """What may have come since somebody looked: it goes on being one look.

        Args:
            conversation_id: one of the record's; None: its first.
        """
        read = self._parts.records
        record = read.get(reference)
        if record and not self._has_looked(record.reference, session):
            record = read.view(reference, actor=session.user.actor)
        if record is None:
            return None
        found = self._conversations(record, read.entries(record.id))
        chosen = [each for each in found if conversation_id in (None, each.id)]
        return record, (chosen or [Conversation(None)])[0]

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

    def _conversations(
        self, record: IntakeRecord, entries: tuple[Entry, ...]
    ) -> tuple[Conversation, ...]:
        asked: dict[str, list[Asked]] = {}
        if record.conversation_id:
            first = Asked(record.reference, record.created_at)
            asked[record.conversation_id] = [first] if record.origin is Origin.REQUEST else []
        for entry in entries:
            if entry.conversation_id is None:
                continue
            known = asked.setdefault(entry.conversation_id, [])
            if entry.kind is EntryKind.REQUEST:
                reference = entry.reference or (known[0].reference if known else record.reference)
                known.append(Asked(reference, entry.at, entry.text))
        if not asked:
            return (Conversation(None),)
        return tuple(
            [
                Conversation(
                    id,
                    number,
                    tuple(requests),
                    self._parts.history(id),
                    self._parts.owners.owner_of(id),
                    self._parts.dead_texts.unsent(id),
                )
                for number, (id, requests) in enumerate(asked.items(), start=1)
            ]
        )
