"""Records as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.troubles import DeskRefusal, Trouble
from bot.gateway.spreadsheet import csv_text
from bot.intake.actors import Actor
from bot.intake.records import IntakeRecord
from bot.intake.staff import Role

_COLUMNS = (
    "reference",
    "state",
    "urgency",
    "origin",
    "channel",
    "created_at",
    "due_at",
    "changed_at",
    "closed_at",
    "assignee",
    "language",
    "name",
    "contact_kind",
    "contact",
    "best_time",
    "reason",
    "consent_version",
    "consent_at",
)

#: Which records each choice of the form exports.
_CHOICES = {"open": (False,), "closed": (True,), "all": (False, True)}


class Export:
    """Gives records out, and notes in the audit who got how many."""

    def __init__(self, parts: DeskParts, guard: Guard) -> None:
        self._parts = parts
        self._guard = guard

    def routes(self) -> list[Route]:
        """Where they are asked for."""
        return [Route("/desk/export", self._export, methods=["POST"])]

    async def _export(self, request: Request) -> Response:
        session, form = await self._guard.form(request, Role.ADMIN)
        choice = form.text("which")
        if choice not in _CHOICES:
            raise DeskRefusal(Trouble.MALFORMED)
        records, is_cut = await self._parts.threads.run(self._take, choice, session.user.actor)
        day = datetime.now(timezone.utc).date().isoformat()
        return Response(
            as_csv(records, cut_at=self._parts.limits.desk.export_rows if is_cut else None),
            media_type="text/csv",
            headers={
                "Content-Disposition": f'attachment; filename="records-{choice}-{day}.csv"',
                "Cache-Control": "no-store",
            },
        )

    def _take(self, choice: str, actor: Actor) -> tuple[tuple[IntakeRecord, ...], bool]:
        limit = self._parts.limits.desk.export_rows
        found = [
            self._parts.records.queue(closed=closed, limit=limit + 1, opened=True)
            for closed in _CHOICES[choice]
        ]
        records = tuple(record for some in found for record in some[:limit])
        is_cut = any(len(some) > limit for some in found)
        with self._parts.database.writing() as connection:
            audit_log.append(
                connection,
                actor=actor.name,
                action=AuditAction.EXPORTED,
                detail={"which": choice, "count": str(len(records))},
            )
        return records, is_cut


def as_csv(records: Iterable[IntakeRecord], *, cut_at: int | None = None) -> bytes:
    """The records in UTF-8 with a byte order mark, by which spreadsheets know it; times in UTC.

    Args:
        cut_at: after so many records of a kind there would be more, which the last row says.
    """
    rows = [_COLUMNS, *([_cell(record, column) for column in _COLUMNS] for record in records)]
    if cut_at is not None:
        rows.append([f"CUT: there are more than these {cut_at} records of one kind"])
    return csv_text(rows).encode("utf-8-sig", "replace")


def _cell(record: IntakeRecord, column: str) -> str:
    if column == "contact_kind":
        return record.contact.kind.value if record.contact else ""
    value = getattr(record, column)
    if column == "contact":
        return value.value if value else ""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat(timespec="seconds")
    return "" if value is None else str(getattr(value, "value", value))
