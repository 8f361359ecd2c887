"""Who may work at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.desk.forms import Form
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.sessions import DeskSession
from bot.gateway.desk.troubles import FieldFault
from bot.gateway.desk.wording import Done, Wording
from bot.intake.staff import Role
from bot.intake.staff_rules import StaffError, StaffFault

_USER = "/desk/users/{name}"

#: Under which field of the form a fault of the staff store is shown.
_FIELDS = {
    StaffFault.NAME_MALFORMED: "name",
    StaffFault.NAME_TAKEN: "name",
    StaffFault.NAME_UNKNOWN: "name",
    StaffFault.SHOWN_NAME_MALFORMED: "shown_name",
}


class _Unusable(Exception):
    """A field of the form cannot be used."""

    def __init__(self, field: str, fault: FieldFault) -> None:
        super().__init__(fault.value)
        self.field = field
        self.fault = fault


class UsersPage:
    """Adds people, and changes what they may do. Nobody can take away their own rights."""

    def __init__(
        self,
        parts: DeskParts,
        guard: Guard,
        pages: Pages,
        wording: Wording,
        hashing: DatabaseThreads,
    ) -> None:
        self._parts = parts
        self._staff = parts.staff
        self._guard = guard
        self._pages = pages
        self._wording = wording
        self._hashing = hashing

    def routes(self) -> list[Route]:
        """Where people are looked after."""
        return [
            Route("/desk/users", self._look, methods=["GET"]),
            Route("/desk/users", self._add, methods=["POST"]),
            Route(f"{_USER}/role", self._set_role, methods=["POST"]),
            Route(f"{_USER}/password", self._set_password, methods=["POST"]),
            Route(f"{_USER}/disable", self._disable, methods=["POST"]),
            Route(f"{_USER}/enable", self._enable, methods=["POST"]),
        ]

    async def _look(self, request: Request) -> Response:
        session = await self._guard.require(request, Role.ADMIN)
        done = self._wording.of_done(request.query_params.get("done", ""))
        return await self._show(session, done=done)

    async def _show(
        self,
        session: DeskSession,
        *,
        done: str | None = None,
        faults: Mapping[str, FieldFault | StaffFault] | None = None,
        typed: Form | None = None,
        about: str | None = None,
    ) -> Response:
        return self._pages.show(
            "users.html",
            session=session,
            here="users",
            status=422 if faults else 200,
            users=await self._parts.threads.run(self._staff.all),
            done=done,
            faults=faults or {},
            typed=typed or Form({}),
            about=about,
        )

    async def _add(self, request: Request) -> Response:
        session, form = await self._guard.form(request, Role.ADMIN)

        def add() -> None:
            self._staff.add(
                form.text("name"),
                form.exactly("password"),
                role=_role(form),
                shown_name=form.text("shown_name") or None,
                actor=session.user.actor,
            )

        return await self._after(add, session, form, None, Done.USER_ADDED)

    async def _set_role(self, request: Request) -> Response:
        session, form, name = await self._about(request)

        def change() -> None:
            self._not_oneself(session, name)
            self._staff.set_role(name, _role(form), actor=session.user.actor)

        return await self._after(change, session, form, name, Done.USER_CHANGED)

    async def _set_password(self, request: Request) -> Response:
        session, form, name = await self._about(request)

        def change() -> None:
            # One's own is changed by who knows it, on a page of its own.
            self._not_oneself(session, name)
            self._staff.set_password(name, form.exactly("password"), actor=session.user.actor)

        return await self._after(change, session, form, name, Done.USER_CHANGED)

    async def _disable(self, request: Request) -> Response:
        session, form, name = await self._about(request)

        def change() -> None:
            self._not_oneself(session, name)
            self._staff.disable(name, actor=session.user.actor)

        return await self._after(change, session, form, name, Done.USER_CHANGED)

    async def _enable(self, request: Request) -> Response:
        session, form, name = await self._about(request)

        def change() -> None:
            self._staff.enable(name, actor=session.user.actor)

        return await self._after(change, session, form, name, Done.USER_CHANGED)

    async def _about(self, request: Request) -> tuple[DeskSession, Form, str]:
        session, form = await self._guard.form(request, Role.ADMIN)
        return session, form, request.path_params["name"]

    def _not_oneself(self, session: DeskSession, name: str) -> None:
        chosen = self._staff.named(name)
        if chosen is not None and chosen.id == session.user.id:
            raise _Unusable("name", FieldFault.YOURSELF)

    async def _after(
        self,
        change: Callable[[], None],
        session: DeskSession,
        form: Form,
        about: str | None,
        done: Done,
    ) -> Response:
        faults: dict[str, FieldFault | StaffFault] = {}
        try:
            # Most of these hash a password.
            await self._hashing.run(change)
        except StaffError as error:
            faults[_FIELDS.get(error.fault, "password")] = error.fault
        except _Unusable as error:
            faults[error.field] = error.fault
        if faults:
            return await self._show(session, faults=faults, typed=form, about=about)
        # Whoever may not write any more does not keep a patient waiting.
        await self._parts.hand_over.release_idle()
        return RedirectResponse(f"/desk/users?done={done.value}", 303)


def _role(form: Form) -> Role:
    name = form.text("role")
    if name not in set(Role):
        raise _Unusable("role", FieldFault.ROLE_UNKNOWN)
    return Role(name)
