"""Puts the gateway together as one ASGI application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.configuration.clinic import Clinic
from bot.configuration.settings import Settings
from bot.content.texts import ErrorCode
from bot.content.widget_texts import load_widget_texts
from bot.database.engine import DatabaseUnavailableError
from bot.gateway.admission import Admission
from bot.gateway.answer_page import AnswerPage
from bot.gateway.chat_api import ChatApi
from bot.gateway.demonstration import Demonstration
from bot.gateway.error_boundary import ErrorBoundary
from bot.gateway.errors import ErrorResponses, RefusalError
from bot.gateway.feedback_api import FeedbackApi
from bot.gateway.health import Health
from bot.gateway.installation import Installation
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.origins import OriginGate, allowed_origins
from bot.gateway.parts import put_together
from bot.gateway.rates import Rates
from bot.gateway.security_headers import SecurityHeaders
from bot.gateway.widget_configuration import widget_configuration
from bot.gateway.widget_file import WidgetFile, widget_script
from bot.replies.composer import ReplyComposer

#: What a client is told to wait when the database cannot be used.
_RETRY_SECONDS = 5


class Gateway:
    """The parts of one gateway, from the database up to the application."""

    def __init__(self, installation: Installation) -> None:
        settings, clinic = installation.settings, installation.clinic
        texts, composer = installation.texts, installation.composer
        self._limits = installation.limits
        self._parts = put_together(installation)
        self._rates = Rates(self._limits.rates)
        self._admission = Admission(self._rates, self._parts.addresses)
        self._errors = ErrorResponses(texts, composer, clinic)
        answers = AnswerPage(texts, composer, clinic, settings.public_url)
        health = Health(self._parts.readiness, self._parts.addresses, self._parts.metrics)
        self.application = Starlette(
            routes=[
                *self._chat_api(composer).routes(),
                *self._feedback_api().routes(),
                *health.routes(),
                *_website(installation),
                *answers.routes(),
                *self._parts.desk.routes(),
                *(self._parts.webhooks.routes() if self._parts.webhooks else ()),
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

    def _chat_api(self, composer: ReplyComposer) -> ChatApi:
        return ChatApi(
            conversations=self._parts.conversations,
            answerer=self._parts.answerer,
            safety=self._parts.safety,
            upkeep=self._parts.upkeep,
            composer=composer,
            rates=self._rates,
            admission=self._admission,
            addresses=self._parts.addresses,
            limits=self._limits,
            metrics=self._parts.metrics,
        )

    def _feedback_api(self) -> FeedbackApi:
        return FeedbackApi(
            conversations=self._parts.conversations,
            store=self._parts.feedback,
            threads=self._parts.threads,
            answerer=self._parts.answerer,
            safety=self._parts.safety,
            admission=self._admission,
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
        background = [asyncio.create_task(_forever(run)) for run in self._parts.background]
        log(LogEvent.STARTED)
        try:
            yield
        finally:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await self._parts.runner.stop(self._limits.upkeep.stop_seconds)
            await self._parts.alerts.store_waiting()
            await self._parts.outbound.close()
            await self._parts.rasa.close()
            self._parts.database.close()
            log(LogEvent.STOPPED)


def _website(installation: Installation) -> list[Route]:
    """The widget, and a page that shows it."""
    clinic, texts = installation.clinic, installation.texts
    library, widget_texts = installation.composer.library, load_widget_texts()
    script = widget_script(widget_configuration(clinic, library, widget_texts, installation.limits))
    page = Demonstration(texts.demonstration, clinic, library, widget_texts.languages)
    return [*WidgetFile(script).routes(), *page.routes()]


async def _forever(run: Callable[[], Awaitable[None]]) -> None:
    """Background work that a fault of ours must not end."""
    while True:
        try:
            await run()
        except Exception as error:
            log_failure(LogEvent.UPKEEP_FAILED, error)
        await asyncio.sleep(_RETRY_SECONDS)


def create_application(installation: Installation) -> Starlette:
    """The gateway as an ASGI application; its lifespan opens and closes everything it uses.

    Raises:
        SettingsError: a secret cannot be used.
        ContentError: a file breaks its schema.
        ValueError: a trusted proxy is not an address, or a text is missing.
    """
    return Gateway(installation).application


def _refusal_for(error: Exception) -> RefusalError:
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, DatabaseUnavailableError):
        log(LogEvent.DATABASE_UNAVAILABLE, logging.WARNING)
        return RefusalError(ErrorCode.UNAVAILABLE, retry_after=_RETRY_SECONDS)
    if isinstance(error, HTTPException) and error.status_code == 405:
        return RefusalError(ErrorCode.METHOD_NOT_ALLOWED)
    return RefusalError(ErrorCode.NOT_FOUND)
