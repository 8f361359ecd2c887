"""The queue: what the clinic still has to do, and what is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database.vault import VaultError
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.sessions import DeskSession
from bot.gateway.desk.wording import Wording
from bot.intake.record_store import RecordCounts
from bot.intake.records import Entry, EntryKind, IntakeRecord, Urgency

#: Records that are shown first, with what was told of; new ones are announced.
PRESSING = frozenset({Urgency.URGENT, Urgency.CRISIS_SHOWN})


@dataclass(frozen=True)
class QueueRow:
    """One record of the queue. `alerts`: the dangers told of, if it is a pressing one."""

    record: IntakeRecord
    alerts: tuple[Entry, ...]

    @property
    def pressing(self) -> bool:
        """Whether somebody has to see to it at once."""
        return self.record.urgency in PRESSING

    def overdue(self, now: datetime) -> bool:
        """Whether the promise given to the patient is broken."""
        return self.record.is_open and self.record.due_at < now


@dataclass(frozen=True)
class Queue:
    """The records of one page, and how many there are in all."""

    rows: tuple[QueueRow, ...]
    counts: RecordCounts
    closed: bool

    @property
    def cut(self) -> bool:
        """Whether there are more open records than rows."""
        return not self.closed and sum(self.counts.open.values()) > len(self.rows)


class QueuePage:
    """Shows the queue, and its news to an open page."""

    def __init__(self, parts: DeskParts, guard: Guard, pages: Pages, wording: Wording) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages
        self._wording = wording

    def routes(self) -> list[Route]:
        """Where the queue is found."""
        return [
            Route("/desk", self._show, methods=["GET"]),
            Route("/desk/queue.fragment", self._news, methods=["GET"]),
        ]

    async def _show(self, request: Request) -> Response:
        session = await self._guard.require(request)
        done = self._wording.of_done(request.query_params.get("done", ""))
        return await self._page("queue.html", request, session, done)

    async def _news(self, request: Request) -> Response:
        session = await self._guard.require(request, acting=False)
        return await self._page("queue_rows.html", request, session)

    async def _page(
        self, template: str, request: Request, session: DeskSession, done: str | None = None
    ) -> Response:
        closed = request.query_params.get("show") == "closed"
        queue = await self._parts.threads.run(self._load, closed)
        return self._pages.show(template, session=session, here="queue", queue=queue, done=done)

    def _load(self, closed: bool) -> Queue:
        records = self._parts.records.queue(closed=closed, limit=self._parts.limits.desk.queue_rows)
        counts = self._parts.records.counts(datetime.now(timezone.utc))
        return Queue(tuple(map(self._row, records)), counts, closed)

    def _row(self, record: IntakeRecord) -> QueueRow:
        if record.urgency not in PRESSING or not record.is_open:
            return QueueRow(record, ())
        try:
            entries = self._parts.records.entries(record.id)
        except VaultError:
            # One record that no key opens must not hide the others.
            entries = ()
        return QueueRow(
            record, tuple(entry for entry in entries if entry.kind is EntryKind.SAFETY_ALERT)
        )
