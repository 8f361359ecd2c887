"""Finds records. What is looked for is posted: it is in no address, log or audit."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.troubles import FieldFault
from bot.intake.actors import Actor
from bot.intake.records import IntakeRecord

#: Of an e-mail address (RFC 5321, 4.5.3.1.3); nothing that is looked for is longer.
LONGEST_TERM = 254


class SearchPage:
    """Search by reference, telephone number or e-mail address."""

    def __init__(self, parts: DeskParts, guard: Guard, pages: Pages) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages

    def routes(self) -> list[Route]:
        """Where one searches."""
        return [
            Route("/desk/search", self._ask, methods=["GET"]),
            Route("/desk/search", self._search, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        session = await self._guard.require(request)
        return self._pages.show("search.html", session=session, here="search", found=None)

    async def _search(self, request: Request) -> Response:
        session, form = await self._guard.form(request)
        term = form.text("term")
        if not term or len(term) > LONGEST_TERM:
            return self._pages.show(
                "search.html",
                session=session,
                here="search",
                status=422,
                faults={"term": FieldFault.SEARCH_EMPTY},
                found=None,
            )
        found = await self._parts.threads.run(self._find, term, session.user.actor)
        if len(found) == 1:
            return RedirectResponse(f"/desk/records/{found[0].reference}", 303)
        return self._pages.show("search.html", session=session, here="search", found=found)

    def _find(self, term: str, actor: Actor) -> tuple[IntakeRecord, ...]:
        with self._parts.database.writing() as connection:
            audit_log.append(connection, actor=actor.name, action=AuditAction.SEARCHED)
        return self._parts.records.search(term)
