"""Notices to the clinic and texts to patients that nobody got, and having them tried again."""

from __future__ import annotations

import re
from collections.abc import Callable
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
    """The dead letters: of the outbox to the clinic, and of the texts to patients."""

    def __init__(self, parts: DeskParts, guard: Guard, pages: Pages, wording: Wording) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages
        self._wording = wording

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route("/desk/notices", self._look, methods=["GET"]),
            Route("/desk/notices/{id}/retry", self._retry_notice, methods=["POST"]),
            Route("/desk/texts/{id}/retry", self._retry_text, methods=["POST"]),
        ]

    async def _look(self, request: Request) -> Response:
        session = await self._guard.require(request, Role.ADMIN)
        done = self._wording.of_done(request.query_params.get("done", ""))
        return await self._show(session, done=done)

    async def _show(
        self, session: DeskSession, *, done: str | None = None, trouble: Trouble | None = None
    ) -> Response:
        run, outbox, texts = self._parts.threads.run, self._parts.outbox, self._parts.dead_texts
        rows = self._parts.limits.desk.dead_rows
        return self._pages.show(
            "notices.html",
            session=session,
            here="notices",
            status=trouble.status if trouble else 200,
            dead=await run(outbox.dead, rows),
            counts=await run(outbox.counts),
            dead_texts=await run(texts.newest, rows),
            text_counts=await run(texts.counts),
            done=done,
            trouble=trouble,
        )

    async def _retry_notice(self, request: Request) -> Response:
        return await self._retry(request, self._parts.outbox.retry, Done.RETRIED)

    async def _retry_text(self, request: Request) -> Response:
        return await self._retry(request, self._parts.dead_texts.retry, Done.TEXT_RETRIED)

    async def _retry(self, request: Request, retry: Callable[..., bool], done: Done) -> Response:
        session, _ = await self._guard.form(request, Role.ADMIN)
        dead_id = request.path_params["id"]
        if not _ID.fullmatch(dead_id):
            raise DeskRefusal(Trouble.NOT_FOUND)
        now = datetime.now(timezone.utc)
        actor = session.user.actor
        if not await self._parts.threads.run(retry, dead_id, actor=actor, now=now):
            self._parts.metrics.count_desk_refusal(Trouble.NOT_DEAD)
            return await self._show(session, trouble=Trouble.NOT_DEAD)
        return RedirectResponse(f"/desk/notices?done={done.value}", 303)
