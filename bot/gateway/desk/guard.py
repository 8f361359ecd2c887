"""Lets a request through to a page of the desk: from our own page, signed in, and of the role."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.desk.forms import Form, read_form
from bot.gateway.desk.sessions import DeskSession, DeskSessions
from bot.gateway.desk.troubles import DeskRefusal, Trouble
from bot.gateway.limits import GatewayLimits, RequestLimits
from bot.gateway.origins import allowed_origins
from bot.intake.staff import Role

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Guard:
    """Who may pass.

    Args:
        public_url: how browsers reach the gateway: forms come from nowhere else, and the cookie is
            bound to it where it is https.
    """

    def __init__(
        self,
        sessions: DeskSessions,
        threads: DatabaseThreads,
        limits: GatewayLimits,
        public_url: str,
    ) -> None:
        self._sessions = sessions
        self._threads = threads
        self._own = allowed_origins(public_url, ())
        self._https = public_url.startswith("https://")
        # The __Host- prefix: no other host, and no page without TLS, can have set it (RFC 6265bis).
        self._cookie = "__Host-desk" if self._https else "desk"
        self._limits = RequestLimits(
            largest_body_bytes=limits.desk.largest_form_bytes,
            body_seconds=limits.request.body_seconds,
            longest_text=limits.desk.largest_form_bytes,
        )

    def token(self, request: Request) -> str | None:
        """The session token that the browser has, if any."""
        token = request.cookies.get(self._cookie, "")
        return token if _TOKEN.fullmatch(token) else None

    def give(self, response: Response, token: str) -> None:
        """Let the browser have a token until it is closed.

        Lax, not Strict: who follows the link of a notice is signed in there too.
        """
        response.set_cookie(
            self._cookie, token, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    def take(self, response: Response) -> None:
        """Let the browser forget its token."""
        response.delete_cookie(
            self._cookie, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    async def session(self, request: Request, *, acting: bool = True) -> DeskSession | None:
        """Who is signed in; `acting` is False for a page that asks for news on its own."""
        token = self.token(request)
        if token is None:
            return None
        return await self._threads.run(self._sessions.find, token, acting=acting)

    async def require(
        self, request: Request, role: Role = Role.VIEWER, *, acting: bool = True
    ) -> DeskSession:
        """Who is signed in, if they may do what people of `role` may.

        Raises:
            DeskRefusal: nobody is, or they may not.
        """
        session = await self.session(request, acting=acting)
        if session is None:
            raise DeskRefusal(Trouble.SIGNED_OUT)
        if not session.user.role.includes(role):
            raise DeskRefusal(Trouble.FORBIDDEN)
        return session

    async def open_form(self, request: Request) -> Form:
        """A form that anybody may send from our own page: the one that signs in.

        Raises:
            DeskRefusal: it comes from another page, or is no form.
            RefusalError: it is too large or too slow.
        """
        # Every browser names it with a form (Fetch, "append a request `Origin` header").
        if request.headers.get("origin", "").lower() not in self._own:
            raise DeskRefusal(Trouble.FOREIGN_FORM)
        return await read_form(request, self._limits)

    async def form(self, request: Request, role: Role = Role.VIEWER) -> tuple[DeskSession, Form]:
        """Who sent a form, and the form.

        Raises:
            DeskRefusal: it comes from another page or session, nobody is signed in, or they may
                not do that.
            RefusalError: it is too large or too slow.
        """
        form = await self.open_form(request)
        session = await self.require(request, role)
        if not form.is_of(session.form_token):
            raise DeskRefusal(Trouble.FOREIGN_FORM)
        return session, form
