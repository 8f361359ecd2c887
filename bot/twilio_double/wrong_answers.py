"""The answers of an API that refuses, fails or says nothing."""

from __future__ import annotations

import anyio
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.twilio_double.faults import Fault, FaultKind

#: How long a call without an answer is held, at most.
_HANGING_SECONDS = 60.0


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


def wrong(fault: Fault) -> Response:
    """The answer of a call that goes wrong so."""
    if fault.kind is FaultKind.TIME_OUT:
        return _Hanging()
    if fault.kind is FaultKind.CUT:
        return _Cut()
    if fault.kind is FaultKind.NOT_JSON:
        return Response("<html>", 201, media_type="text/html")
    response = refused(fault.kind)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def refused(kind: FaultKind) -> JSONResponse:
    """Twilio's words for an error."""
    more = f"https://www.twilio.com/docs/errors/{kind.code}"
    error = {"code": kind.code, "message": kind.name, "more_info": more, "status": kind.status}
    return JSONResponse(error, kind.status)
