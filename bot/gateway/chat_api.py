"""The public calls of DESIGN §7 for the website: session, message, history."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.content.texts import ChitchatKind
from bot.gateway.admission import Admission
from bot.gateway.answering import NOTHING_FOUND, Answerer, Finding
from bot.gateway.client_address import ClientAddresses
from bot.gateway.conversations import Conversations
from bot.gateway.errors import RefusalError
from bot.gateway.limits import GatewayLimits
from bot.gateway.metrics import Metrics
from bot.gateway.rates import Rate, Rates
from bot.gateway.records import Message, PastTurn, Submission, open_offers
from bot.gateway.request_reader import (
    idempotency_key,
    read_nothing,
    read_submission,
    submission_of,
    token_digest,
)
from bot.gateway.safety_first import SafetyFirst
from bot.gateway.upkeep import Upkeep
from bot.replies.composer import ReplyComposer


class ChatApi:
    """Answers the calls. A message that sounds like danger is answered whatever else fails."""

    def __init__(
        self,
        conversations: Conversations,
        answerer: Answerer,
        safety: SafetyFirst,
        upkeep: Upkeep,
        composer: ReplyComposer,
        rates: Rates,
        admission: Admission,
        addresses: ClientAddresses,
        limits: GatewayLimits,
        metrics: Metrics,
    ) -> None:
        self._conversations = conversations
        self._answerer = answerer
        self._safety = safety
        self._upkeep = upkeep
        self._composer = composer
        self._rates = rates
        self._admission = admission
        self._addresses = addresses
        self._limits = limits
        self._metrics = metrics

    def routes(self) -> list[Route]:
        """Where the calls are found."""
        return [
            Route("/api/session", self._open, methods=["POST"]),
            Route("/api/session", self._delete, methods=["DELETE"]),
            Route("/api/message", self._message, methods=["POST"]),
            Route("/api/history", self._history, methods=["GET"]),
            Route("/api/updates", self._updates, methods=["GET"]),
        ]

    async def _open(self, request: Request) -> Response:
        await read_nothing(request, self._limits.request)
        self._rates.count(Rate.SESSIONS_PER_ADDRESS, self._addresses.group_of(request))
        greeting = self._composer.chitchat(ChitchatKind.GREET)
        token, expires_at, messages = await self._conversations.open(greeting)
        self._metrics.count_reply(greeting.kind)
        opened = {
            "token": token,
            "expires_at": expires_at.isoformat(timespec="seconds"),
            "messages": _public(messages),
        }
        return JSONResponse(opened, 201)

    async def _message(self, request: Request) -> Response:
        session = token_digest(request)
        key = idempotency_key(request)
        body = await read_submission(request, self._limits.request)
        submission = submission_of(body, session, key)
        refusal = self._admission.refusal(
            request, session, submission.text, self._limits.request.longest_text
        )
        found = NOTHING_FOUND
        if submission.text:
            # Whoever is refused is not let through to Rasa: then what is in doubt counts.
            found = await self._answerer.look_at(submission.text, ask_rasa=refusal is None)
        messages = self._submit(submission, refusal, found)
        if found.hit:
            messages = self._safety.answer(
                found.hit, submission, messages, sender=self._addresses.group_of(request)
            )
        return JSONResponse({"messages": _public(await messages)})

    async def _submit(
        self, submission: Submission, refusal: RefusalError | None, found: Finding
    ) -> tuple[Message, ...]:
        if refusal:
            raise refusal
        return await self._conversations.submit(submission, found)

    async def _history(self, request: Request) -> Response:
        session = token_digest(request)
        self._rates.count(Rate.READS_PER_ADDRESS, self._addresses.group_of(request))
        past = await self._conversations.history(session)
        return JSONResponse({"messages": _public_history(past)})

    async def _updates(self, request: Request) -> Response:
        session = token_digest(request)
        self._rates.count(Rate.UPDATES_PER_ADDRESS, self._addresses.group_of(request))
        self._rates.count(Rate.UPDATES_PER_SESSION, session)
        news = await self._conversations.updates(session, request.query_params.get("after"))
        pace = self._limits.updates
        return JSONResponse(
            {
                "messages": _public(news.messages),
                "person": {"name": news.person} if news.person else None,
                "again_seconds": pace.soon_seconds if news.expecting else pace.later_seconds,
            }
        )

    async def _delete(self, request: Request) -> Response:
        session = token_digest(request)
        self._rates.count(Rate.READS_PER_ADDRESS, self._addresses.group_of(request))
        await self._conversations.delete(session)
        self._upkeep.ask_for_a_round()
        return Response(status_code=204)


def _public(messages: tuple[Message, ...]) -> list[dict[str, object]]:
    return [message.public() for message in messages]


def _public_history(past: tuple[PastTurn, ...]) -> list[dict[str, object]]:
    """What was said by both; only buttons that can still be pressed are shown."""
    offering = [
        (turn.id, message.reply) for turn in past for message in turn.messages if message.buttons
    ]
    still_open = open_offers(reversed(offering))
    shown: list[dict[str, object]] = []
    for turn in past:
        if turn.text is not None:
            said = {"id": turn.id, "role": "patient", "text": turn.text}
            shown.append({**said, "answered": turn.answered})
        live = turn.id in still_open
        shown += [
            {"role": message.said_by, **message.public(with_buttons=live)}
            for message in turn.messages
        ]
    return shown
