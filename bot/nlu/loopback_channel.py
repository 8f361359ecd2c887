"""The only way into Rasa: JSON over loopback, behind a shared secret, for our gateway alone.

`docs/architecture.md` ("Loopback channel") says what goes over it. Unlike Rasa's `rest` channel it
refuses strangers, never lets text become a command, and never shows a failure as empty success.
"""

from __future__ import annotations

import hmac
import json
import logging
from enum import Enum
from typing import Any, Awaitable, Callable, Dict, List

from pydantic import BaseModel, Extra, Field, ValidationError, root_validator
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.exceptions import InvalidConfigException
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.configuration.settings import LOOPBACK_CHANNEL
from bot.nlu.readiness import action_server_answers, understands_probe
from bot.nlu.tracker_erasure import forget_conversation
from bot.replies.danger_before import DangerBefore
from bot.replies.understanding import DANGER_BEFORE_KEY, DANGER_KEY
from bot.safety.normalise import normalise

logger = logging.getLogger(__name__)

_MAX_BODY_BYTES = 64 * 1024
#: Stands for words in which nothing is left to read; Rasa would take an empty text for no message.
_NOTHING_TO_READ = "?"
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


class InboundMessage(BaseModel):
    """What the gateway sends: words of a person, or the payload of a button that was offered.

    `danger_before` is what the latest replies said of danger.
    """

    conversation_id: str = Field(min_length=1, max_length=128)
    message_id: str = Field(min_length=1, max_length=128)
    text: str | None = Field(default=None, min_length=1, max_length=20_000)
    danger_before: DangerBefore = DangerBefore()
    payload: str | None = Field(default=None, regex=r"^/[a-z_]+(\{.*\})?$", max_length=1_000)

    class Config:
        extra = Extra.forbid

    @root_validator(skip_on_failure=True)
    def _has_text_or_payload(cls, values: Dict[str, Any]) -> Dict[str, Any]:
        if (values.get("text") is None) == (values.get("payload") is None):
            raise ValueError("exactly one of text and payload")
        return values

    def for_rasa(self) -> str:
        """The text that Rasa reads. A person's words can never begin a command."""
        return self.payload or normalise(self.text or "") or _NOTHING_TO_READ

    def metadata(self) -> Dict[str, Any]:
        """What goes into the tracker beside the message."""
        return {DANGER_BEFORE_KEY: json.loads(self.danger_before.json())}


class Forgetting(BaseModel):
    """Which conversation to delete."""

    conversation_id: str = Field(min_length=1, max_length=128)

    class Config:
        extra = Extra.forbid


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
        return cls(secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes `message`, `ready` and `forget`."""
        routes = Blueprint(LOOPBACK_CHANNEL, url_prefix="/")

        @routes.on_request
        async def guard(request: Request) -> HTTPResponse | None:
            return self._refusal(request)

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            return await _answer(request, on_new_message)

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
    agent: Agent | None = getattr(request.app.ctx, "agent", None)
    if agent is None or not agent.is_ready():
        return _failed(Failure.NOT_READY)
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
    understood = await _understood(agent, inbound) if _matters(collector.messages) else {}
    return response.json({"replies": collector.messages, **understood})


def _matters(replies: List[Dict[str, Any]]) -> bool:
    """Whether the gateway needs to know what was understood.

    Danger is answered even if there is no reply, and a safety reply to a new danger is told from
    one that is repeated.
    """
    return not replies or any(reply.get("danger") for reply in replies)


async def _understood(agent: Agent, inbound: InboundMessage) -> Dict[str, Any]:
    """What was understood of this turn; nothing if that is not known. Costs no reply."""
    try:
        tracker = await agent.tracker_store.retrieve(inbound.conversation_id)
    except Exception as error:
        logger.error("loopback.understanding_unknown %s", type(error).__name__)
        return {}
    latest = tracker.latest_message if tracker else None
    if latest is None or latest.message_id != inbound.message_id:
        return {}
    return {"intent": latest.intent.get("name"), "danger": latest.parse_data.get(DANGER_KEY)}


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
