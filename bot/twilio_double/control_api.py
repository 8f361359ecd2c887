"""What a test, or the page, does with the double: text, make calls go wrong, look, begin anew."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, Extra, Field, ValidationError, validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.contents import Pressable
from bot.twilio_double.exchange import (
    HELP_WORDS,
    START_WORDS,
    STOP_WORDS,
    Direction,
    Exchange,
    Message,
)
from bot.twilio_double.faults import Call, Fault, FaultKind, Faults, Moment
from bot.twilio_double.webhooks import CallbackPlan, Order, Webhooks

_Given = TypeVar("_Given", bound="_Instruction")

_WHATSAPP = "whatsapp:"
_OPT_OUT_TYPE = "OptOutType"

#: What Twilio's Advanced Opt-Out answers by itself.
_ANSWERS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from "
    "this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP "
    "for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


class _Instruction(BaseModel):
    class Config:
        extra = Extra.forbid


class TextInstruction(_Instruction):
    """A patient texts. `copies`: the webhook is called so often; `fields`: others of Twilio's."""

    sender: str = Field(alias="from", regex=r"^\+[1-9][0-9]{6,14}$")
    body: str = Field("", max_length=1600)
    whatsapp: bool = False
    copies: int = Field(1, ge=0, le=10)
    fields: tuple[tuple[str, str], ...] = ()


class PressInstruction(_Instruction):
    """A patient presses a button, or a row of a list, of the message `sid`."""

    sid: str
    id: str
    copies: int = Field(1, ge=0, le=10)


class FaultInstruction(_Instruction):
    """The next calls go wrong."""

    kind: FaultKind
    when: Moment = Moment.BEFORE
    call: Call = Call.SEND
    retry_after: int | None = None
    times: int = Field(1, ge=1, le=10_000)


class CallbackInstruction(_Instruction):
    """How the news of outgoing messages are told from now on."""

    statuses: tuple[str, ...] = ("sent", "delivered")
    copies: int = Field(1, ge=1, le=10)
    order: Order = Order.RIGHT
    delay_seconds: float = Field(0.0, ge=0, le=60)
    error_code: int | None = None


class StatusInstruction(_Instruction):
    """One status of one outgoing message is told now."""

    sid: str
    status: str
    error_code: int | None = None

    @validator("status")
    def _is_a_word(cls, status: str) -> str:
        if not status.isalpha():
            raise ValueError("is one word")
        return status


class ControlApi:
    """Takes instructions as JSON. Another type is refused: a foreign web page can post forms."""

    def __init__(
        self, account: DoubleAccount, exchange: Exchange, faults: Faults, webhooks: Webhooks
    ) -> None:
        self._account = account
        self._exchange = exchange
        self._faults = faults
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route("/control/texts", self._text, methods=["POST"]),
            Route("/control/presses", self._press, methods=["POST"]),
            Route("/control/texts", self._show, methods=["GET"]),
            Route("/control/faults", self._fault, methods=["POST"]),
            Route("/control/callbacks", self._callbacks, methods=["POST"]),
            Route("/control/status", self._status, methods=["POST"]),
            Route("/control", self._forget, methods=["DELETE"]),
        ]

    async def _text(self, request: Request) -> Response:
        order = await _read(request, TextInstruction)
        if isinstance(order, Response):
            return order
        settings = self._account.settings
        number = settings.whatsapp_number if order.whatsapp else settings.sms_number
        prefix = _WHATSAPP if order.whatsapp else ""
        message = self._exchange.add(
            Direction.INBOUND,
            sender=prefix + order.sender,
            recipient=prefix + (number or settings.sms_number),
            body=order.body,
            status="received",
        )
        opt_out = self._obey(message)
        extra = [*order.fields, *([(_OPT_OUT_TYPE, opt_out)] if opt_out else [])]
        statuses = [await self._webhooks.inbound(message, extra) for _ in range(order.copies)]
        return JSONResponse({"sid": message.sid, "webhook_statuses": statuses}, 201)

    async def _press(self, request: Request) -> Response:
        order = await _read(request, PressInstruction)
        if isinstance(order, Response):
            return order
        for message in self._exchange.sent():
            pressed = message.pressable(order.id) if message.sid == order.sid else None
            if pressed:
                return await self._tell(message, pressed, order.copies)
        return _wrong(404, "no such button")

    async def _tell(self, message: Message, pressed: Pressable, copies: int) -> Response:
        said = self._exchange.add(
            Direction.INBOUND,
            sender=message.recipient,
            recipient=message.sender,
            body=pressed.title,
            status="received",
        )
        fields = [("OriginalRepliedMessageSid", message.sid), *_press_fields(pressed)]
        statuses = [await self._webhooks.inbound(said, fields) for _ in range(copies)]
        return JSONResponse({"sid": said.sid, "webhook_statuses": statuses}, 201)

    def _obey(self, message: Message) -> str | None:
        """Do what a key word asks for, as Twilio's Advanced Opt-Out; the kind of the word."""
        word = message.body.strip().upper()
        if word in STOP_WORDS:
            self._exchange.opted_out.add(message.sender)
            kind = "STOP"
        elif word in START_WORDS and message.sender in self._exchange.opted_out:
            self._exchange.opted_out.discard(message.sender)
            kind = "START"
        elif word in HELP_WORDS:
            kind = "HELP"
        else:
            return None
        self._exchange.add(
            Direction.OUTBOUND_REPLY,
            sender=message.recipient,
            recipient=message.sender,
            body=_ANSWERS[kind],
            status="delivered",
        )
        return kind

    async def _show(self, request: Request) -> Response:
        number = request.query_params.get("number")
        shown = self._exchange.of(number) if number else self._exchange.messages
        sid = self._account.settings.account_sid
        messages = [{**one.as_json(sid), **one.shown()} for one in shown]
        return JSONResponse({"messages": messages})

    async def _fault(self, request: Request) -> Response:
        order = await _read(request, FaultInstruction)
        if isinstance(order, Response):
            return order
        self._faults.add(Fault(order.kind, order.when, order.call, order.retry_after), order.times)
        return Response(status_code=204)

    async def _callbacks(self, request: Request) -> Response:
        order = await _read(request, CallbackInstruction)
        if isinstance(order, Response):
            return order
        self._webhooks.plan = CallbackPlan(**order.dict())
        return Response(status_code=204)

    async def _status(self, request: Request) -> Response:
        order = await _read(request, StatusInstruction)
        if isinstance(order, Response):
            return order
        for message in self._exchange.sent():
            if message.sid == order.sid:
                status = await self._webhooks.status(message, order.status, order.error_code)
                return JSONResponse({"webhook_status": status})
        return _wrong(404, "no such message")

    async def _forget(self, request: Request) -> Response:
        self._exchange.forget()
        self._faults.forget()
        self._webhooks.plan = CallbackPlan()
        return Response(status_code=204)


def _press_fields(pressed: Pressable) -> list[tuple[str, str]]:
    if not pressed.description:
        named = [("ButtonPayload", pressed.id), ("ButtonText", pressed.title)]
        return [("MessageType", "button"), *named]
    named = [("ListId", pressed.id), ("ListTitle", pressed.title)]
    return [("MessageType", "interactive"), *named, ("ListDescription", pressed.description)]


async def _read(request: Request, kind: type[_Given]) -> _Given | Response:
    """The instruction, or what is answered to something else."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _wrong(415, "send JSON")
    try:
        return kind.parse_raw(await request.body())
    except (ValidationError, ValueError, RecursionError):
        return _wrong(422, f"not a {kind.__name__}")


def _wrong(status: int, says: str) -> Response:
    return JSONResponse({"error": says}, status)
