"""Puts the double together as one ASGI application, and runs it on this machine only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.gateway.page_files import PageFiles
from bot.gateway.security_headers import PAGE_POLICY, SecurityHeaders
from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.contents_api import ContentsApi
from bot.twilio_double.control_api import ControlApi
from bot.twilio_double.exchange import Exchange
from bot.twilio_double.faults import Faults
from bot.twilio_double.messages_api import MessagesApi
from bot.twilio_double.webhooks import Webhooks

LOOPBACK = "127.0.0.1"

_PAGE = Path(__file__).parent / "page"

#: The assistant's own.
_ICON = Path(__file__).parents[1] / "gateway" / "pages" / "icon.svg"

_FILES = {
    "/phone.css": (_PAGE / "phone.css", "text/css"),
    "/phone.js": (_PAGE / "phone.js", "text/javascript"),
    "/icon.svg": (_ICON, "image/svg+xml"),
}


class TwilioDouble:
    """One account, its messages, and the gateway that they are exchanged with."""

    def __init__(self, account: DoubleAccount, bot_url: str) -> None:
        self.exchange = Exchange()
        self.faults = Faults()
        self.webhooks = Webhooks(account, bot_url)
        parts = (account, self.exchange, self.faults, self.webhooks)
        self._html = (_PAGE / "phone.html").read_bytes()
        self.application = Starlette(
            routes=[
                Route("/", self._page, methods=["GET"]),
                *PageFiles(_FILES).routes(),
                *MessagesApi(*parts).routes(),
                *ContentsApi(account, self.exchange.contents, self.faults).routes(),
                *ControlApi(*parts).routes(),
            ],
            lifespan=self._lifespan,
            middleware=[
                # A foreign name that leads here is another web page's doing.
                Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"]),
                Middleware(SecurityHeaders, https=False),
            ],
        )

    async def _page(self, request: Request) -> Response:
        headers = {"Content-Security-Policy": PAGE_POLICY}
        return Response(self._html, media_type="text/html", headers=headers)

    @asynccontextmanager
    async def _lifespan(self, application: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            application.state.tasks = tasks
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()
        await self.webhooks.close()


def double_server(double: TwilioDouble, port: int) -> uvicorn.Server:
    """The HTTP server, on this machine only; 0 is any free port."""
    return uvicorn.Server(
        uvicorn.Config(
            double.application,
            host=LOOPBACK,
            port=port,
            lifespan="on",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
