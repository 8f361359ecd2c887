"""Liveness, readiness and metrics."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.content.texts import ErrorCode
from bot.gateway.client_address import ClientAddresses
from bot.gateway.errors import RefusalError
from bot.gateway.metrics import CONTENT_TYPE, Metrics
from bot.gateway.readiness import Part, Readiness


class Health:
    """What an on-call engineer and a load balancer ask for."""

    def __init__(self, readiness: Readiness, addresses: ClientAddresses, metrics: Metrics) -> None:
        self._readiness = readiness
        self._addresses = addresses
        self._metrics = metrics

    def routes(self) -> list[Route]:
        """Where the answers are found."""
        return [
            Route("/health/live", self._live, methods=["GET"]),
            Route("/health/ready", self._ready, methods=["GET"]),
            Route("/metrics", self._exposition, methods=["GET"]),
        ]

    async def _live(self, request: Request) -> Response:
        return JSONResponse({"live": True})

    async def _ready(self, request: Request) -> Response:
        parts = {part.value: await self._readiness.works(part) for part in Part}
        ready = all(parts.values())
        return JSONResponse({"ready": ready, "parts": parts}, 200 if ready else 503)

    async def _exposition(self, request: Request) -> Response:
        if not self._addresses.is_operator(request):
            raise RefusalError(ErrorCode.NOT_FOUND)
        return Response(self._metrics.exposition(), headers={"Content-Type": CONTENT_TYPE})
