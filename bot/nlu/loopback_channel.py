"""The only way into Rasa: JSON over loopback, behind a shared secret, for our gateway alone.

`docs/architecture.md` ("Loopback channel") says what goes over it. Unlike Rasa's `rest` channel it
refuses strangers, never lets text become a command, and never shows a failure as empty success.
"""

from __future__ import annotations

import hmac
import logging
from asyncio import AbstractEventLoop
from enum import Enum
from typing import Any, Awaitable, Callable, Dict, List

from pydantic import ValidationError
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import InvalidConfigException
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.configuration.settings import LOOPBACK_CHANNEL
from bot.nlu.action_connections import (
    close_connections_to_actions,
    keep_connections_to_actions,
)
from bot.nlu.action_results import check_with_one_validator
from bot.nlu.loopback_messages import Forgetting, InboundMessage, Overheard
from bot.nlu.past_turn import PastTurn, past_turn
from bot.nlu.readiness import action_server_answers, understands_probe
from bot.nlu.tracker_erasure import forget_conversation
from bot.replies.understanding import DANGER_KEY

logger = logging.getLogger(__name__)

_MAX_BODY_BYTES = 64 * 1024
_SECRET_HEADER = "X-Loopback-Secret"


class Failure(str, Enum):
    """Why a request was not answered. Never says what was in it."""

    WRONG_SECRET = "wrong_secret"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    NOT_READY = "not_ready"
    FAILED = "failed"


_STATUS = {
    Failure.WRONG_SECRET: 401,
    Failure.NOT_JSON: 415,
    Failure.TOO_LARGE: 413,
    Failure.MALFORMED: 422,
    Failure.NOT_READY: 503,
    Failure.FAILED: 502,
}


class ReplyCollector(CollectingOutputChannel):
    """Keeps the structured replies of one turn."""

    @classmethod
    def name(cls) -> str:
        """The channel's name."""
        return LOOPBACK_CHANNEL

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keep the structured reply; our actions send nothing else on this channel."""
        if message.get("custom"):
            self.messages.append(message["custom"])


class LoopbackChannel(InputChannel):
    """Named in deploy/credentials.yml with its `secret`."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """The path below /webhooks, and what trackers call the channel."""
        return LOOPBACK_CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Dict[str, Any] | None) -> LoopbackChannel:
        """Raises InvalidConfigException without a secret of 16 characters or more."""
        secret = (credentials or {}).get("secret") or ""
        if len(secret) < 16:
            raise InvalidConfigException("the loopback channel needs a secret of 16 characters")
        check_with_one_validator()
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes `message`, `understand`, `ready` and `forget`."""
        routes = Blueprint(LOOPBACK_CHANNEL, url_prefix="/")

        # Rasa has loaded its agent before.
        @routes.after_server_start
        async def keep_connections(app: Sanic, loop: AbstractEventLoop) -> None:
            keep_connections_to_actions(app.ctx.agent)

        # Not before: a message in hand may need one.
        @routes.after_server_stop
        async def close_connections(app: Sanic, loop: AbstractEventLoop) -> None:
            await close_connections_to_actions(app.ctx.agent)

        @routes.on_request
        async def guard(request: Request) -> HTTPResponse | None:
            return self._refusal(request)

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            return await _answer(request, on_new_message)

        @routes.post("/understand")
        async def understand(request: Request) -> HTTPResponse:
            return await _understand(request)

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            return await _readiness(request.app)

        @routes.post("/forget")
        async def forget(request: Request) -> HTTPResponse:
            return await _forget(request)

        return routes

    def _refusal(self, request: Request) -> HTTPResponse | None:
        offered = request.headers.get(_SECRET_HEADER, "").encode()
        if not hmac.compare_digest(offered, self._secret):
            return _failed(Failure.WRONG_SECRET)
        if request.method != "POST":
            return None
        if request.content_type.partition(";")[0].strip().lower() != "application/json":
            return _failed(Failure.NOT_JSON)
        if len(request.body) > _MAX_BODY_BYTES:
            return _failed(Failure.TOO_LARGE)
        return None


async def _answer(
    request: Request, on_new_message: Callable[[UserMessage], Awaitable[Any]]
) -> HTTPResponse:
    try:
        inbound = InboundMessage.parse_raw(request.body)
    except ValidationError:
        return _failed(Failure.MALFORMED)
    agent = _ready_agent(request.app)
    if agent is None:
        return _failed(Failure.NOT_READY)
    known = await _past_turn(agent, inbound) if inbound.again else None
    if known is not None and known.replies:
        return _answered(known.replies, known)
    collector = ReplyCollector()
    try:
        await on_new_message(
            UserMessage(
                inbound.for_rasa(),
                collector,
                inbound.conversation_id,
                input_channel=LoopbackChannel.name(),
                message_id=inbound.message_id,
                metadata=inbound.metadata(),
            )
        )
    except Exception as error:
        return _broken(error)
    replies = collector.messages
    return _answered(replies, await _past_turn(agent, inbound) if _matters(replies) else None)


def _answered(replies: List[Dict[str, Any]], turn: PastTurn | None) -> HTTPResponse:
    understood = {}
    if turn is not None and _matters(replies):
        understood = {"intent": turn.intent, DANGER_KEY: turn.danger}
    return response.json({"replies": replies, **understood})


def _matters(replies: List[Dict[str, Any]]) -> bool:
    """Whether the gateway needs to know what was understood.

    Danger is answered even if there is no reply, and a safety reply to a new danger is told from
    one that is repeated.
    """
    return not replies or any(reply.get("danger") for reply in replies)


async def _past_turn(agent: Agent, inbound: InboundMessage) -> PastTurn | None:
    """What the tracker holds of this message; nothing if that is not known. Costs no reply."""
    try:
        # Behind the same message, if it is being handled just now.
        async with agent.lock_store.lock(inbound.conversation_id):
            return await past_turn(agent.tracker_store, inbound.conversation_id, inbound.message_id)
    except Exception as error:
        logger.error("loopback.tracker_unreadable %s", type(error).__name__)
        return None


async def _understand(request: Request) -> HTTPResponse:
    """What a message tells of, without a reply and without a trace in the tracker."""
    try:
        overheard = Overheard.parse_raw(request.body)
    except ValidationError:
        return _failed(Failure.MALFORMED)
    agent = _ready_agent(request.app)
    if agent is None:
        return _failed(Failure.NOT_READY)
    try:
        parsed = await agent.parse_message(overheard.for_rasa())
        understood = {"intent": parsed["intent"]["name"], DANGER_KEY: parsed.get(DANGER_KEY)}
    except Exception as error:
        return _broken(error)
    return response.json(understood)


def _ready_agent(app: Sanic) -> Agent | None:
    agent: Agent | None = getattr(app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


async def _readiness(app: Sanic) -> HTTPResponse:
    agent: Agent | None = getattr(app.ctx, "agent", None)
    try:
        ready = (
            agent is not None
            and await understands_probe(agent)
            and await action_server_answers(agent.action_endpoint)
        )
    except Exception as error:
        logger.error("loopback.probe_failed %s", type(error).__name__)
        ready = False
    return response.json({"ready": True}) if ready else _failed(Failure.NOT_READY)


async def _forget(request: Request) -> HTTPResponse:
    try:
        forgetting = Forgetting.parse_raw(request.body)
    except ValidationError:
        return _failed(Failure.MALFORMED)
    agent: Agent | None = getattr(request.app.ctx, "agent", None)
    if agent is None:
        return _failed(Failure.NOT_READY)
    try:
        # Behind a message that is being handled just now: it would be written once more.
        async with agent.lock_store.lock(forgetting.conversation_id):
            await forget_conversation(agent.tracker_store, forgetting.conversation_id)
    except Exception as error:
        return _broken(error)
    return response.json({"forgotten": True})


def _broken(error: Exception) -> HTTPResponse:
    # The type only: an exception's text may hold what the patient wrote.
    logger.error("loopback.failed %s", type(error).__name__)
    return _failed(Failure.FAILED)


def _failed(failure: Failure) -> HTTPResponse:
    return response.json({"error": failure.value}, status=_STATUS[failure])
