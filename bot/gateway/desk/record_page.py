"""One record: everything known of it, and everything that may be done with it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.gateway.desk.forms import Form
from bot.gateway.desk.guard import Guard
from bot.gateway.desk.pages import Pages
from bot.gateway.desk.parts import DeskParts
from bot.gateway.desk.record_view import LONGEST_NOTE, RecordViews
from bot.gateway.desk.sessions import DeskSession
from bot.gateway.desk.troubles import DeskRefusal, FieldFault, Trouble
from bot.gateway.desk.wording import Done, Wording
from bot.gateway.handover import HandOverError, HandOverRefusal
from bot.gateway.handover_store import NotOwnerError
from bot.gateway.messaging.staff_texts import OptedOutError
from bot.gateway.records import new_id
from bot.intake.ownership import NoConversationError, OwnedError
from bot.intake.record_conversations import UnchosenConversationError
from bot.intake.record_store import RecordChangedError
from bot.intake.references import parse_reference
from bot.intake.staff import Role, User
from bot.intake.transitions import REASONED_MOVES, IllegalMoveError, Move

_RECORD = "/desk/records/{reference}"

_TROUBLES: dict[type[Exception], Trouble] = {
    RecordChangedError: Trouble.CHANGED,
    IllegalMoveError: Trouble.ILLEGAL_MOVE,
    OwnedError: Trouble.OWNED,
    NotOwnerError: Trouble.NOT_OWNER,
    NoConversationError: Trouble.NO_CONVERSATION,
    UnchosenConversationError: Trouble.CONVERSATION_UNCHOSEN,
    OptedOutError: Trouble.OPTED_OUT,
}

_MESSAGE_FAULTS = {
    HandOverRefusal.TEXT_EMPTY: FieldFault.MESSAGE_EMPTY,
    HandOverRefusal.TEXT_TOO_LONG: FieldFault.MESSAGE_TOO_LONG,
    HandOverRefusal.TOO_LONG_TO_TEXT: FieldFault.MESSAGE_TOO_LONG_TO_TEXT,
}


class _Unusable(Exception):
    """A field cannot be used: the page is shown again, with what was typed."""

    def __init__(self, field: str, fault: FieldFault) -> None:
        super().__init__(fault.value)
        self.field = field
        self.fault = fault


class _Owning(Protocol):
    """What changes the owner of a conversation."""

    def __call__(
        self, reference: str, user: User, *, conversation_id: str | None
    ) -> Awaitable[None]: ...


class RecordPage:
    """Shows a record and does what its forms ask for."""

    def __init__(self, parts: DeskParts, guard: Guard, pages: Pages, wording: Wording) -> None:
        self._parts = parts
        self._guard = guard
        self._pages = pages
        self._wording = wording
        self._views = RecordViews(parts)

    def routes(self) -> list[Route]:
        """Where a record and its forms are found."""
        return [
            Route(_RECORD, self._look, methods=["GET"]),
            Route(f"{_RECORD}/conversation.fragment", self._news, methods=["GET"]),
            Route(f"{_RECORD}/move", self._move, methods=["POST"]),
            Route(f"{_RECORD}/notes", self._note, methods=["POST"]),
            Route(f"{_RECORD}/take-over", self._take_over, methods=["POST"]),
            Route(f"{_RECORD}/take-from-owner", self._take_from_owner, methods=["POST"]),
            Route(f"{_RECORD}/hand-back", self._hand_back, methods=["POST"]),
            Route(f"{_RECORD}/messages", self._write, methods=["POST"]),
        ]

    async def _look(self, request: Request) -> Response:
        session = await self._guard.require(request)
        done = self._wording.of_done(request.query_params.get("done", ""))
        return await self._show(session, _reference(request), done=done)

    async def _news(self, request: Request) -> Response:
        session = await self._guard.require(request, acting=False)
        found = await self._parts.threads.run(
            self._views.look_on,
            _reference(request),
            request.query_params.get("conversation"),
            session,
        )
        if found is None:
            raise DeskRefusal(Trouble.NOT_FOUND)
        record, conversation = found
        return self._pages.show(
            "conversation.html", session=session, record=record, conversation=conversation
        )

    async def _show(
        self,
        session: DeskSession,
        reference: str,
        *,
        done: str | None = None,
        status: int = 200,
        trouble: Trouble | None = None,
        faults: Mapping[str, FieldFault] | None = None,
        typed: Form | None = None,
    ) -> Response:
        view = await self._parts.threads.run(self._views.look, reference, session)
        if view is None:
            raise DeskRefusal(Trouble.NOT_FOUND)
        return self._pages.show(
            "record.html",
            session=session,
            status=status,
            here="record",
            view=view,
            record=view.record,
            done=done,
            trouble=trouble,
            faults=faults or {},
            typed=typed or Form({}),
            once=new_id(),
            longest_note=LONGEST_NOTE,
        )

    async def _move(self, request: Request) -> Response:
        session, form = await self._guard.form(request, Role.AGENT)
        reference, name = _reference(request), form.text("move")
        if name not in set(Move):
            raise DeskRefusal(Trouble.MALFORMED)
        move, version, reason = Move(name), form.number("version"), form.text("reason")

        async def make() -> None:
            if move in REASONED_MOVES and not reason:
                raise _Unusable("reason", FieldFault.REASON_MISSING)
            if len(reason) > LONGEST_NOTE:
                raise _Unusable("reason", FieldFault.REASON_TOO_LONG)
            await self._parts.threads.run(
                self._parts.records.move,
                reference,
                move,
                version=version,
                actor=session.user.actor,
                reason=reason or None,
            )

        return await self._after(make(), session, reference, form, name)

    async def _note(self, request: Request) -> Response:
        session, form = await self._guard.form(request, Role.AGENT)
        reference, note = _reference(request), form.text("note")

        async def add() -> None:
            if not note:
                raise _Unusable("note", FieldFault.NOTE_EMPTY)
            if len(note) > LONGEST_NOTE:
                raise _Unusable("note", FieldFault.NOTE_TOO_LONG)
            await self._parts.threads.run(
                self._parts.records.add_note, reference, note, actor=session.user.actor
            )

        return await self._after(add(), session, reference, form, Done.NOTED)

    async def _take_over(self, request: Request) -> Response:
        act = self._parts.hand_over.take_over
        return await self._own(request, act, Done.TOOK_OVER, Role.AGENT)

    async def _take_from_owner(self, request: Request) -> Response:
        act = self._parts.hand_over.take_from_owner
        return await self._own(request, act, Done.TOOK_OVER, Role.ADMIN)

    async def _hand_back(self, request: Request) -> Response:
        act = self._parts.hand_over.hand_back
        return await self._own(request, act, Done.HANDED_BACK, Role.AGENT)

    async def _own(self, request: Request, act: _Owning, done: Done, role: Role) -> Response:
        """Change who owns the conversation that the form names."""
        session, form = await self._guard.form(request, role)
        reference = _reference(request)
        acting = act(reference, session.user, conversation_id=_conversation(form))
        return await self._after(acting, session, reference, form, done)

    async def _write(self, request: Request) -> Response:
        session, form = await self._guard.form(request, Role.AGENT)
        reference = _reference(request)

        async def write() -> None:
            try:
                await self._parts.hand_over.write(
                    reference,
                    session.user,
                    form.text("message"),
                    key=form.text("once"),
                    conversation_id=_conversation(form),
                )
            except HandOverError as error:
                raise _Unusable("message", _MESSAGE_FAULTS[error.refusal]) from None

        return await self._after(write(), session, reference, form, Done.SENT)

    async def _after(
        self, act: Awaitable[None], session: DeskSession, reference: str, form: Form, done: str
    ) -> Response:
        """Do it; then the record again, by an address that a reload does not send twice."""
        try:
            await act
        except _Unusable as error:
            return await self._show(
                session, reference, status=422, faults={error.field: error.fault}, typed=form
            )
        except tuple(_TROUBLES) as error:
            trouble = _TROUBLES[type(error)]
            self._parts.metrics.count_desk_refusal(trouble)
            return await self._show(
                session, reference, status=trouble.status, trouble=trouble, typed=form
            )
        name = done.value if isinstance(done, Done) else done
        return RedirectResponse(f"/desk/records/{reference}?done={name}", 303)


def _conversation(form: Form) -> str | None:
    """The conversation that a form is about; None if it does not say."""
    return form.text("conversation") or None


def _reference(request: Request) -> str:
    reference = parse_reference(request.path_params["reference"])
    if reference is None:
        raise DeskRefusal(Trouble.NOT_FOUND)
    return reference
