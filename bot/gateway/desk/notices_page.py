"""Notices to the clinic that nobody got, and having them tried again."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.gateway.desk.guard import Guard
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.sessions import DeskSession
from bot.gateway.desk.troubles import DeskRefusal, Trouble
from bot.gateway.desk.wording import Done, Wording
from bot.intake.staff import Role

_ID = re.compile(r"[0-9a-f]{32}")


class NoticesPage:
    """The dead letters of the outbox."""

    def __init__(self, parts: DeskParts, guard: Guard, pages: Pages, wording: Wording) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages
        self._wording = wording

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route("/desk/notices", self._look, methods=["GET"]),
            Route("/desk/notices/{id}/retry", self._retry, methods=["POST"]),
        ]

    async def _look(self, request: Request) -> Response:
        session = await self._guard.require(request, Role.ADMIN)
        done = self._wording.of_done(request.query_params.get("done", ""))
        return await self._show(session, done=done)

    async def _show(
        self, session: DeskSession, *, done: str | None = None, trouble: Trouble | None = None
    ) -> Response:
        run, outbox = self._parts.threads.run, self._parts.outbox
        return self._pages.show(
            "notices.html",
            session=session,
            here="notices",
            status=trouble.status if trouble else 200,
            dead=await run(outbox.dead, self._parts.limits.desk.dead_rows),
            counts=await run(outbox.counts),
            done=done,
            trouble=trouble,
        )

    async def _retry(self, request: Request) -> Response:
        session, _ = await self._guard.form(request, Role.ADMIN)
        notice_id = request.path_params["id"]
        if not _ID.fullmatch(notice_id):
            raise DeskRefusal(Trouble.NOT_FOUND)
        retried = await self._parts.threads.run(
            self._parts.outbox.retry,
            notice_id,
            actor=session.user.actor,
            now=datetime.now(timezone.utc),
        )
        if not retried:
            self._parts.metrics.count_desk_refusal(Trouble.NOT_DEAD)
            return await self._show(session, trouble=Trouble.NOT_DEAD)
        return RedirectResponse(f"/desk/notices?done={Done.RETRIED.value}", 303)
