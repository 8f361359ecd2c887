"""Which web pages may talk to the interface from a browser."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.content.texts import ErrorCode
from bot.gateway.errors import ErrorResponses, RefusalError
from bot.gateway.metrics import Metrics

_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}


def allowed_origins(public_url: str, others: Iterable[str]) -> frozenset[str]:
    """The origin of `public_url`, under every name of this machine if it is one, and `others`."""
    parts = urlsplit(public_url)
    own = {f"{parts.scheme}://{parts.netloc}"}
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if host in ("127.0.0.1", "localhost", "::1"):
        own = {f"{parts.scheme}://{name}{port}" for name in _LOOPBACK_HOSTS}
    return frozenset(origin.lower() for origin in (*own, *others))


class OriginGate:
    """Refuses /api to foreign origins and answers the preflights of allowed ones.

    A request without Origin is not from a foreign page's script, so it may pass: there are no
    cookies that could be abused.
    """

    def __init__(
        self, app: ASGIApp, allowed: frozenset[str], errors: ErrorResponses, metrics: Metrics
    ) -> None:
        self._app = app
        self._allowed = allowed
        self._errors = errors
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if its origin may."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        passed = origin is None or origin.lower() in self._allowed

        async def send_with_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                added.add_vary_header("Origin")
                if origin is not None and passed:
                    added["Access-Control-Allow-Origin"] = origin
                    added["Access-Control-Expose-Headers"] = "Retry-After"
            await send(message)

        app = self._app
        if not passed:
            self._metrics.count_error(ErrorCode.FOREIGN_ORIGIN)
            app = self._errors.response(RefusalError(ErrorCode.FOREIGN_ORIGIN))
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            app = Response(status_code=204, headers=_PREFLIGHT_HEADERS)
        await app(scope, receive, send_with_cors)
