"""The part of Twilio's REST API that the gateway uses: making messages, and listing them.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timezone
from urllib.parse import parse_qsl

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.exchange import Direction, Exchange
from bot.twilio_double.faults import Call, Fault, FaultKind, Faults, Moment
from bot.twilio_double.webhooks import Webhooks

_LONGEST_BODY = 1600

#: How long a call without an answer is held, at most.
_HANGING_SECONDS = 60.0


class MessagesApi:
    """Takes and lists messages."""

    def __init__(
        self, account: DoubleAccount, exchange: Exchange, faults: Faults, webhooks: Webhooks
    ) -> None:
        self._account = account
        self._exchange = exchange
        self._faults = faults
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """Where they are found."""
        sid = self._account.settings.account_sid
        path = f"/2010-04-01/Accounts/{sid}/Messages.json"
        return [
            Route(path, self._create, methods=["POST"]),
            Route(path, self._list, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        if not self._is_ours(request):
            return _refused(FaultKind.UNAUTHORIZED)
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        fault = self._faults.next(Call.SEND)
        if fault and fault.when is Moment.BEFORE:
            return _wrong(fault)
        refusal = self._why_not(form)
        if refusal:
            return _refused(refusal)
        message = self._exchange.add(
            Direction.OUTBOUND_API,
            sender=form["From"],
            recipient=form["To"],
            body=form["Body"],
            status="queued",
            callback=form.get("StatusCallback"),
        )
        # Whoever never reads the answer is told all the same.
        request.app.state.tasks.start_soon(self._webhooks.news_of, message)
        if fault:
            return _wrong(fault)
        return JSONResponse(message.as_json(self._account.settings.account_sid), 201)

    def _why_not(self, form: dict[str, str]) -> FaultKind | None:
        if not form.get("To", "").removeprefix("whatsapp:").startswith("+"):
            return FaultKind.NO_NUMBER
        if len(form.get("Body", "")) > _LONGEST_BODY:
            return FaultKind.TOO_LONG
        return FaultKind.OPTED_OUT if form["To"] in self._exchange.opted_out else None

    async def _list(self, request: Request) -> Response:
        if not self._is_ours(request):
            return _refused(FaultKind.UNAUTHORIZED)
        fault = self._faults.next(Call.LOOKUP)
        if fault:
            return _wrong(fault)
        asked = request.query_params
        found = [
            one
            for one in reversed(self._exchange.messages)
            if asked.get("To") in (None, one.recipient)
            and asked.get("From") in (None, one.sender)
            and _day(asked.get("DateSent>")) <= one.created_at
        ]
        size = int(asked.get("PageSize", "50"))
        sid = self._account.settings.account_sid
        page = [one.as_json(sid) for one in found[:size]]
        return JSONResponse({"messages": page, "page": 0, "page_size": size})

    def _is_ours(self, request: Request) -> bool:
        settings = self._account.settings
        login = f"{settings.account_sid}:{self._account.token}"
        expected = "Basic " + base64.b64encode(login.encode()).decode()
        return hmac.compare_digest(request.headers.get("authorization", ""), expected)


class _Hanging(Response):
    """No answer, until the other side has had enough."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with anyio.move_on_after(_HANGING_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass


class _Cut(Response):
    """An answer that ends too early."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"sid": "SM', "more_body": True})


def _wrong(fault: Fault) -> Response:
    if fault.kind is FaultKind.TIME_OUT:
        return _Hanging()
    if fault.kind is FaultKind.CUT:
        return _Cut()
    if fault.kind is FaultKind.NOT_JSON:
        return Response("<html>", 201, media_type="text/html")
    response = _refused(fault.kind)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _refused(kind: FaultKind) -> JSONResponse:
    more = f"https://www.twilio.com/docs/errors/{kind.code}"
    error = {"code": kind.code, "message": kind.name, "more_info": more, "status": kind.status}
    return JSONResponse(error, kind.status)


def _day(text: str | None) -> datetime:
    if not text:
        return datetime.min.replace(tzinfo=timezone.utc)
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
