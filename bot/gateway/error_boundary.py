"""The last resort: an exception that nobody expected still becomes readable JSON."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.content.texts import ErrorCode
from bot.gateway.errors import ErrorResponses, RefusalError
from bot.gateway.log_events import LogEvent, log_failure
from bot.gateway.metrics import Metrics


class ErrorBoundary:
    """Logs type and place of an unexpected exception and answers 500 with the fixed safe text."""

    def __init__(self, app: ASGIApp, errors: ErrorResponses, metrics: Metrics) -> None:
        self._app = app
        self._errors = errors
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer it if that fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_and_notice(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_notice)
        except ClientDisconnect:
            return
        except Exception as error:
            log_failure(LogEvent.REQUEST_FAILED, error)
            self._metrics.count_error(ErrorCode.INTERNAL)
            if started:
                raise
            await self._errors.response(RefusalError(ErrorCode.INTERNAL))(scope, receive, send)
