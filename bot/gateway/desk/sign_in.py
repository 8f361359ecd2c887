"""Signing in and out, staying signed in, and changing one's own password."""

from __future__ import annotations

import hashlib
import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.known_places import KnownPlaces, Who
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.sessions import DeskSessions, SignInOverError
from bot.gateway.desk.troubles import DeskRefusal, FieldFault, Trouble
from bot.gateway.desk.wording import Done
from bot.gateway.rates import Rate, Rates
from bot.intake.staff import User
from bot.intake.staff_rules import StaffError, StaffFault

HOME = "/desk"
SIGN_IN = "/desk/sign-in"

#: Where a person may be led after signing in: pages of the desk, and nothing else.
_PAGE = re.compile(r"/desk(/(records/[A-Z0-9-]{1,16}|search|notices|users|audit|password))?")


class SignIn:
    """Who one is."""

    def __init__(
        self,
        parts: DeskParts,
        guard: Guard,
        pages: Pages,
        sessions: DeskSessions,
        hashing: DatabaseThreads,
    ) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages
        self._sessions = sessions
        self._rates = Rates(parts.limits.rates)
        self._hashing = hashing
        self._known = KnownPlaces()

    def routes(self) -> list[Route]:
        """Where all of this is found."""
        return [
            Route(SIGN_IN, self._ask, methods=["GET"]),
            Route(SIGN_IN, self._sign_in, methods=["POST"]),
            Route("/desk/sign-out", self._sign_out, methods=["POST"]),
            Route("/desk/stay", self._stay, methods=["POST"]),
            Route("/desk/password", self._ask_password, methods=["GET"]),
            Route("/desk/password", self._change_password, methods=["POST"]),
        ]

    async def _ask(self, request: Request) -> Response:
        then = _page_or_home(request.query_params.get("then", ""))
        if await self._guard.session(request) is not None:
            return RedirectResponse(then, 303)
        return await self._show_form(then)

    async def _show_form(
        self, then: str, *, name: str = "", trouble: Trouble | None = None
    ) -> Response:
        ready = await self._parts.threads.run(self._parts.staff.can_anybody_sign_in)
        status = trouble.status if trouble else 200
        return self._pages.show(
            "sign_in.html", status=status, then=then, name=name, trouble=trouble, ready=ready
        )

    async def _sign_in(self, request: Request) -> Response:
        form = await self._guard.open_form(request)
        name, then = form.text("name"), _page_or_home(form.text("then"))
        self._rates.count(Rate.SIGN_INS_PER_ADDRESS, self._parts.addresses.group_of(request))
        who = self._who(request, name)
        user = await self._authenticate(who, name, form.exactly("password"))
        if user is None:
            await self._parts.threads.run(self._note_failure, name)
            self._parts.metrics.count_desk_refusal(Trouble.SIGN_IN_FAILED)
            return await self._show_form(then, name=name, trouble=Trouble.SIGN_IN_FAILED)
        try:
            token = await self._parts.threads.run(
                self._sessions.open, user, replacing=self._guard.token(request)
            )
        except SignInOverError:
            return await self._show_form(then, name=name, trouble=Trouble.SIGN_IN_FAILED)
        self._known.remember(who)
        response = RedirectResponse(then, 303)
        self._guard.give(response, token)
        return response

    def _who(self, request: Request, name: str) -> Who:
        """Name and place of whoever signs in. By digest: what was typed is kept nowhere."""
        return _digest(name), self._parts.addresses.group_of(request)

    async def _authenticate(self, who: Who, name: str, password: str) -> User | None:
        # Wrong tries from elsewhere lock nobody out where they have signed in before.
        self._rates.count(Rate.SIGN_INS_PER_NAME, ":".join(who))
        if who not in self._known:
            self._rates.count(Rate.SIGN_INS_PER_NAME_ANYWHERE, who[0])
        return await self._hashing.run(self._parts.staff.authenticate, name, password)

    def _note_failure(self, name: str) -> None:
        self._sessions.note_failure(self._parts.staff.named(name))

    async def _sign_out(self, request: Request) -> Response:
        session, _ = await self._guard.form(request)
        await self._parts.threads.run(self._sessions.close, session)
        response = RedirectResponse(SIGN_IN, 303)
        self._guard.take(response)
        return response

    async def _stay(self, request: Request) -> Response:
        """Somebody is still there: an open page asks them, or sees them type."""
        session, _ = await self._guard.form(request)
        return self._pages.show("session.html", session=session)

    async def _ask_password(self, request: Request) -> Response:
        session = await self._guard.require(request)
        return self._pages.show("password.html", session=session, here="password")

    async def _change_password(self, request: Request) -> Response:
        session, form = await self._guard.form(request)
        faults: dict[str, FieldFault | StaffFault] = {}
        if form.exactly("password") != form.exactly("again"):
            faults["again"] = FieldFault.PASSWORDS_DIFFER
        who = self._who(request, session.user.name)
        if await self._authenticate(who, session.user.name, form.exactly("old")) is None:
            await self._parts.threads.run(self._sessions.note_failure, session.user)
            faults["old"] = FieldFault.PASSWORD_WRONG
        if not faults:
            try:
                await self._hashing.run(
                    self._parts.staff.set_password,
                    session.user.name,
                    form.exactly("password"),
                    actor=session.user.actor,
                )
            except StaffError as error:
                faults["password"] = error.fault
        if faults:
            return self._pages.show(
                "password.html", session=session, here="password", status=422, faults=faults
            )
        user = await self._parts.threads.run(self._parts.staff.named, session.user.name)
        try:
            if user is None:
                raise SignInOverError
            token = await self._parts.threads.run(self._sessions.open, user, replacing=None)
        except SignInOverError:
            raise DeskRefusal(Trouble.SIGNED_OUT) from None
        response = RedirectResponse(f"{HOME}?done={Done.PASSWORD_CHANGED.value}", 303)
        self._guard.give(response, token)
        return response


def sign_in_address(request: Request) -> str:
    """Where to sign in, and to be led back to this page."""
    then = _page_or_home(request.url.path)
    return SIGN_IN if then == HOME else f"{SIGN_IN}?then={then}"


def _page_or_home(path: str) -> str:
    return path if _PAGE.fullmatch(path) else HOME


def _digest(name: str) -> str:
    return hashlib.sha256(name.lower().encode("utf-8", "replace")).hexdigest()
