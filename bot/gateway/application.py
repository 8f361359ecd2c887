"""Puts the gateway together as one ASGI application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from bot.configuration.clinic import Clinic
from bot.configuration.settings import Settings
from bot.content.texts import ErrorCode, Texts
from bot.database.engine import DatabaseUnavailableError
from bot.gateway.chat_api import ChatApi
from bot.gateway.chat_page import ChatPage
from bot.gateway.client_address import ClientAddresses
from bot.gateway.error_boundary import ErrorBoundary
from bot.gateway.errors import ErrorResponses, RefusalError
from bot.gateway.health import Health
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import LogEvent, log
from bot.gateway.origins import OriginGate, allowed_origins
from bot.gateway.parts import put_together
from bot.gateway.rates import Rates
from bot.gateway.security_headers import SecurityHeaders
from bot.replies.composer import ReplyComposer
from bot.safety.screen import SafetyScreen

#: What a client is told to wait when the database cannot be used.
_RETRY_SECONDS = 5


class Gateway:
    """The parts of one gateway, from the database up to the application.

    Raises:
        ValueError: a trusted proxy is not an address, or a text is missing.
    """

    def __init__(
        self,
        settings: Settings,
        clinic: Clinic,
        limits: GatewayLimits,
        *,
        loopback_secret: str,
        texts: Texts,
        composer: ReplyComposer,
        screen: SafetyScreen,
    ) -> None:
        self._limits = limits
        self._parts = put_together(settings, limits, loopback_secret, composer, screen)
        self._errors = ErrorResponses(texts, composer, clinic)
        addresses = ClientAddresses(settings.trusted_proxies)
        page = ChatPage(texts, composer, clinic, limits)
        health = Health(self._parts.readiness, addresses, self._parts.metrics)
        self.application = Starlette(
            routes=[
                *self._chat_api(composer, addresses).routes(),
                *health.routes(),
                *page.routes(),
            ],
            lifespan=self._lifespan,
            middleware=self._middleware(settings, clinic),
            exception_handlers={
                RefusalError: self._refused,
                HTTPException: self._refused,
                DatabaseUnavailableError: self._refused,
            },
        )
        # A redirect to the path with a slash would not be one of our JSON answers.
        self.application.router.redirect_slashes = False

    def _chat_api(self, composer: ReplyComposer, addresses: ClientAddresses) -> ChatApi:
        return ChatApi(
            conversations=self._parts.conversations,
            answerer=self._parts.answerer,
            safety=self._parts.safety,
            upkeep=self._parts.upkeep,
            composer=composer,
            rates=Rates(self._limits.rates),
            addresses=addresses,
            limits=self._limits,
            metrics=self._parts.metrics,
        )

    def _middleware(self, settings: Settings, clinic: Clinic) -> list[Middleware]:
        origins = allowed_origins(settings.public_url, clinic.allowed_origins)
        errors, metrics = self._errors, self._parts.metrics
        return [
            Middleware(SecurityHeaders, https=settings.public_url.startswith("https://")),
            Middleware(ErrorBoundary, errors=errors, metrics=metrics),
            Middleware(OriginGate, allowed=origins, errors=errors, metrics=metrics),
        ]

    async def _refused(self, request: Request, error: Exception) -> Response:
        refusal = _refusal_for(error)
        self._parts.metrics.count_error(refusal.code)
        response = self._errors.response(refusal)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    @asynccontextmanager
    async def _lifespan(self, application: Starlette) -> AsyncIterator[None]:
        # What an earlier run left unanswered goes first, before a new message can arrive.
        await self._parts.upkeep.round()
        upkeep = asyncio.create_task(self._parts.upkeep.run())
        log(LogEvent.STARTED)
        try:
            yield
        finally:
            upkeep.cancel()
            await asyncio.gather(upkeep, return_exceptions=True)
            await self._parts.runner.stop(self._limits.upkeep.stop_seconds)
            await self._parts.alerts.store_waiting()
            await self._parts.rasa.close()
            self._parts.database.close()
            log(LogEvent.STOPPED)


def create_application(
    settings: Settings,
    clinic: Clinic,
    limits: GatewayLimits,
    *,
    loopback_secret: str,
    texts: Texts,
    composer: ReplyComposer,
    screen: SafetyScreen,
) -> Starlette:
    """The gateway as an ASGI application; its lifespan opens and closes everything it uses.

    Raises:
        ValueError: a trusted proxy is not an address, or a text is missing.
    """
    gateway = Gateway(
        settings,
        clinic,
        limits,
        loopback_secret=loopback_secret,
        texts=texts,
        composer=composer,
        screen=screen,
    )
    return gateway.application


def _refusal_for(error: Exception) -> RefusalError:
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, DatabaseUnavailableError):
        log(LogEvent.DATABASE_UNAVAILABLE, logging.WARNING)
        return RefusalError(ErrorCode.UNAVAILABLE, retry_after=_RETRY_SECONDS)
    if isinstance(error, HTTPException) and error.status_code == 405:
        return RefusalError(ErrorCode.METHOD_NOT_ALLOWED)
    return RefusalError(ErrorCode.NOT_FOUND)
