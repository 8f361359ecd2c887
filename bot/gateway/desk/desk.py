"""The desk put together: its pages, its files, and HTML for everything that goes wrong."""

from __future__ import annotations

import logging
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from bot.database.engine import DatabaseUnavailableError
from bot.database.vault import VaultError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.desk.audit_page import AuditPage
from bot.gateway.desk.export import Export
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.notices_page import NoticesPage
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.queue_page import QueuePage
from bot.gateway.desk.record_page import RecordPage
from bot.gateway.desk.search_page import SearchPage
from bot.gateway.desk.sessions import DeskSession, DeskSessions
from bot.gateway.desk.sign_in import SignIn, sign_in_address
from bot.gateway.desk.troubles import OF_CODE, DeskRefusal, Trouble
from bot.gateway.desk.users_page import UsersPage
from bot.gateway.desk.wording import load_wording
from bot.gateway.errors import RefusalError
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.page_files import PAGES_FOLDER, PageFiles

_STATIC = Path(__file__).parent / "static"

_FILES = {
    "/desk/desk.css": (_STATIC / "desk.css", "text/css"),
    "/desk/desk.js": (_STATIC / "desk.js", "text/javascript"),
    "/desk/icon.svg": (PAGES_FOLDER / "icon.svg", "image/svg+xml"),
}

#: What a browser is told to wait when the database cannot be used.
_RETRY_SECONDS = 5

#: What an open page asks for on its own: it is told that nobody is signed in, and led nowhere.
_NEWS = ".fragment"


class Desk:
    """The staff desk.

    Raises:
        ContentError: its wording cannot be read.
    """

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        wording = load_wording()
        sessions = DeskSessions(parts.database, parts.limits.desk)
        self._guard = Guard(sessions, parts.threads, parts.limits, parts.public_url)
        self._pages = Pages(wording, parts.clinic, parts.limits)
        guard, pages = self._guard, self._pages
        # A password costs memory, not the database: it has threads of its own.
        hashing = DatabaseThreads(parts.limits.desk.sign_ins_at_once)
        router = Router(
            [
                *SignIn(parts, guard, pages, sessions, hashing).routes(),
                *QueuePage(parts, guard, pages, wording).routes(),
                *RecordPage(parts, guard, pages, wording).routes(),
                *SearchPage(parts, guard, pages).routes(),
                *Export(parts, guard).routes(),
                *NoticesPage(parts, guard, pages, wording).routes(),
                *UsersPage(parts, guard, pages, wording, hashing).routes(),
                *AuditPage(parts, guard, pages).routes(),
                *PageFiles(_FILES).routes(),
            ],
            redirect_slashes=False,
        )
        # Inside the gateway's own, which answers in JSON.
        self._application = ExceptionMiddleware(
            router,
            {
                DeskRefusal: self._refused,
                RefusalError: self._refused,
                HTTPException: self._refused,
                DatabaseUnavailableError: self._refused,
                VaultError: self._refused,
                Exception: self._failed,
            },
        )

    def routes(self) -> list[Route]:
        """The desk's place in the gateway."""
        return [Route("/desk", self._application), Route("/desk/{rest:path}", self._application)]

    async def _refused(self, request: Request, error: Exception) -> Response:
        trouble, retry_after = _trouble_of(error)
        self._parts.metrics.count_desk_refusal(trouble)
        asks = request.method in ("GET", "HEAD")
        if trouble is Trouble.SIGNED_OUT and asks and not request.url.path.endswith(_NEWS):
            return RedirectResponse(sign_in_address(request), 303)
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        if isinstance(error, HTTPException) and error.headers:
            headers |= error.headers
        return self._pages.show(
            "trouble.html",
            session=await self._session(request),
            status=trouble.status,
            headers=headers,
            trouble=trouble,
            retry_after=retry_after,
        )

    async def _failed(self, request: Request, error: Exception) -> Response:
        if isinstance(error, ClientDisconnect):
            raise error
        log_failure(LogEvent.REQUEST_FAILED, error)
        return await self._refused(request, DeskRefusal(Trouble.INTERNAL))

    async def _session(self, request: Request) -> DeskSession | None:
        """Who is signed in, for the page's head; nobody if that cannot be told."""
        try:
            return await self._guard.session(request, acting=False)
        except DatabaseUnavailableError:
            return None


def _trouble_of(error: Exception) -> tuple[Trouble, int | None]:
    """What is wrong, and in how many seconds it may be better."""
    if isinstance(error, DeskRefusal):
        return error.trouble, error.retry_after
    if isinstance(error, RefusalError):
        return OF_CODE.get(error.code, Trouble.MALFORMED), error.retry_after
    if isinstance(error, DatabaseUnavailableError):
        log(LogEvent.DATABASE_UNAVAILABLE, logging.WARNING)
        return Trouble.UNAVAILABLE, _RETRY_SECONDS
    if isinstance(error, VaultError):
        log(LogEvent.SEALED_UNREADABLE, logging.ERROR)
        return Trouble.UNREADABLE, None
    if isinstance(error, HTTPException) and error.status_code == 405:
        return Trouble.WRONG_METHOD, None
    return Trouble.NOT_FOUND, None
