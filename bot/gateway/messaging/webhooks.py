"""The calls that messaging gateways make: a patient's text, and news of one that was sent.

Answered as soon as what came in is stored: everything else is done in the background.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from enum import Enum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.content.texts import ErrorCode
from bot.database.engine import DatabaseUnavailableError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.errors import RefusalError
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import LogEvent, log
from bot.gateway.messaging.adapter import (
    DeliveryStatus,
    GatewayName,
    InboundAdapter,
    MalformedMessageError,
    SignatureError,
    SignedRequest,
)
from bot.gateway.messaging.inbound_store import InboundStore
from bot.gateway.messaging.inbound_worker import InboundWorker
from bot.gateway.messaging.last_resort import LastResort
from bot.gateway.messaging.status_store import TEXT_FIELD, StatusOutcome, StatusStore
from bot.gateway.metrics import InboundOutcome, Metrics, TextOutcome
from bot.gateway.rates import Rate, Rates
from bot.gateway.request_reader import read_body

_PATHS = {
    GatewayName.TWILIO: "/webhooks/twilio",
    GatewayName.SIGNED_JSON: "/webhooks/messages",
}


class WebhookRefusal(str, Enum):
    """Why a call is not taken."""

    BAD_SIGNATURE = "bad_signature"
    MALFORMED = "malformed"


_STATUS = {WebhookRefusal.BAD_SIGNATURE: 403, WebhookRefusal.MALFORMED: 400}


#: How far a text has come, where that is counted here and not where it was sent.
_COUNTED = {
    DeliveryStatus.DELIVERED: TextOutcome.DELIVERED,
    DeliveryStatus.UNDELIVERED: TextOutcome.UNDELIVERED,
}


class Webhooks:
    """Takes the calls of the gateways that are configured; the others' are not found.

    Args:
        worker: deals with what is stored, and stores what could not be.
        public_url: how the gateways reach us; it is part of what they sign.
    """

    def __init__(
        self,
        adapters: Mapping[GatewayName, InboundAdapter],
        store: InboundStore,
        statuses: StatusStore,
        threads: DatabaseThreads,
        worker: InboundWorker,
        last_resort: LastResort,
        rates: Rates,
        limits: GatewayLimits,
        metrics: Metrics,
        *,
        public_url: str,
    ) -> None:
        self._adapters = adapters
        self._store = store
        self._statuses = statuses
        self._threads = threads
        self._last_resort = last_resort
        self._rates = rates
        self._metrics = metrics
        self._public_url = public_url
        self._worker = worker
        largest = {"largest_body_bytes": limits.inbound_texts.largest_body_bytes}
        self._request_limits = limits.request.copy(update=largest)

    def routes(self) -> list[Route]:
        """Where the calls are found."""
        return [
            route
            for name, path in _PATHS.items()
            for route in (
                Route(path, self._endpoint(name, self._message), methods=["POST"]),
                Route(f"{path}/status", self._endpoint(name, self._status), methods=["POST"]),
            )
        ]

    def _endpoint(
        self,
        name: GatewayName,
        take: Callable[[InboundAdapter, Request, bytes], Awaitable[Response]],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            adapter = self._adapters.get(name)
            if adapter is None:
                raise RefusalError(ErrorCode.NOT_FOUND)
            body = await read_body(request, self._request_limits)
            try:
                adapter.verify(self._signed(request, body))
                return await take(adapter, request, body)
            except SignatureError:
                return self._refused(name, WebhookRefusal.BAD_SIGNATURE)
            except MalformedMessageError:
                return self._refused(name, WebhookRefusal.MALFORMED)

        return endpoint

    def _signed(self, request: Request, body: bytes) -> SignedRequest:
        """The call under the address that was configured, whatever proxies made of it."""
        path = request.scope["raw_path"] or request.scope["path"].encode()
        query = request.scope["query_string"]
        target = path + b"?" + query if query else path
        return SignedRequest(
            method=request.method,
            url=self._public_url + target.decode("latin-1"),
            headers=dict(request.headers),
            body=body,
        )

    async def _message(self, adapter: InboundAdapter, request: Request, body: bytes) -> Response:
        message = adapter.parse(body)
        try:
            self._rates.count(Rate.TEXTS_PER_GATEWAY, message.gateway.value)
            thread_id = await self._threads.run(self._store.receive, message)
        except (DatabaseUnavailableError, RefusalError) as failure:
            log(LogEvent.TEXT_NOT_STORED, logging.ERROR, gateway=message.gateway)
            self._metrics.count_inbound(message.gateway, InboundOutcome.NOT_STORED)
            answer = await self._last_resort.answer(message)
            if answer or isinstance(failure, DatabaseUnavailableError):
                self._worker.keep(message, answered=answer is not None)
            if answer is None:
                raise
            return answer
        if thread_id is None:
            self._metrics.count_inbound(message.gateway, InboundOutcome.REPEATED)
        else:
            self._metrics.count_inbound(message.gateway, InboundOutcome.STORED)
            self._worker.arrived(thread_id)
        return Response(status_code=204)

    async def _status(self, adapter: InboundAdapter, request: Request, body: bytes) -> Response:
        news = adapter.parse_status(body)
        text_id = request.query_params.get(TEXT_FIELD)
        now = datetime.now(timezone.utc)
        outcome = await self._threads.run(self._statuses.note, news, text_id, now=now)
        if outcome is StatusOutcome.NEWS and news.status in _COUNTED:
            self._metrics.count_text(news.gateway, _COUNTED[news.status])
        return Response(status_code=204)

    def _refused(self, gateway: GatewayName, refusal: WebhookRefusal) -> Response:
        log(LogEvent.WEBHOOK_REFUSED, logging.WARNING, gateway=gateway, reason=refusal)
        self._metrics.count_inbound(gateway, InboundOutcome.REFUSED)
        return Response(status_code=_STATUS[refusal])
