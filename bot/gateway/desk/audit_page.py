"""The audit: who did what, and whether anybody has tampered with it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.database import audit_log
from bot.database.audit_log import AuditEntry, AuditReport
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.intake.references import parse_reference
from bot.intake.staff import Role


@dataclass(frozen=True)
class AuditView:
    """The newest lines, of one subject if one is named, and what verifying all of them found."""

    lines: tuple[AuditEntry, ...]
    report: AuditReport
    subject: str | None


class AuditPage:
    """Shows the audit, newest first."""

    def __init__(self, parts: DeskParts, guard: Guard, pages: Pages) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages

    def routes(self) -> list[Route]:
        """Where it is found."""
        return [
            Route("/desk/audit", self._look, methods=["GET"]),
            Route("/desk/audit", self._choose, methods=["POST"]),
        ]

    async def _look(self, request: Request) -> Response:
        session = await self._guard.require(request, Role.ADMIN)
        subject = request.query_params.get("subject")
        view = await self._parts.threads.run(self._load, subject or None)
        return self._pages.show("audit.html", session=session, here="audit", view=view)

    def _load(self, subject: str | None) -> AuditView:
        limit = self._parts.limits.desk.audit_rows
        with self._parts.database.reading() as connection:
            report = audit_log.verify(connection)
            try:
                lines = audit_log.entries(connection, subject=subject, limit=limit)
            except ValueError:
                # A line was changed into what is none; where, the report says.
                lines = ()
        return AuditView(lines, report, subject)

    async def _choose(self, request: Request) -> Response:
        """Posted, because somebody may type a patient's number here: then it goes no further."""
        _, form = await self._guard.form(request, Role.ADMIN)
        typed = form.text("subject")
        subject = parse_reference(typed)
        if subject is None and typed:
            user = await self._parts.threads.run(self._parts.staff.named, typed)
            # Nobody's name: the page says that there is nothing.
            subject = user.name if user else "-"
        return RedirectResponse(f"/desk/audit?subject={subject}" if subject else "/desk/audit", 303)
