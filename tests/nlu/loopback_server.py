"""The loopback channel on a real socket, in front of an agent that does as it is told."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from rasa.core.channels.channel import UserMessage, register
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot.nlu.loopback_channel import LoopbackChannel

SECRET = "a secret of many letters"

TEXT_MESSAGE = {"conversation_id": "c-1", "message_id": "m-1", "text": "what is aura"}

Handler = Callable[[UserMessage], Awaitable[None]]


async def say_nothing(message: UserMessage) -> None:
    """What a turn looks like whose action server is down."""


def saying(*replies: dict[str, Any]) -> Handler:
    """A turn with these replies, each with its plain text beside it, as Rasa sends them."""

    async def handle(message: UserMessage) -> None:
        for reply in replies:
            await message.output_channel.send_response(
                message.sender_id, {"text": "plain", "custom": reply}
            )

    return handle


@dataclass
class FakeAgent:
    """As much of Rasa's agent as the channel uses."""

    handler: Handler = say_nothing
    loaded: bool = True
    intent: str | None = "faq"
    danger: dict[str, Any] | None = None
    parse: Callable[[str], dict[str, Any]] | None = None
    tracker_store: TrackerStore = field(
        default_factory=lambda: InMemoryTrackerStore(Domain.empty())
    )
    lock_store: LockStore = field(default_factory=InMemoryLockStore)
    action_endpoint: EndpointConfig | None = None
    processor: None = None
    seen: list[UserMessage] = field(default_factory=list)

    def is_ready(self) -> bool:
        return self.loaded

    async def parse_message(self, text: str) -> dict[str, Any]:
        if self.parse is None:
            return {"intent": {"name": "faq", "confidence": 1.0}, "entities": []}
        return self.parse(text)

    async def handle_message(self, message: UserMessage) -> None:
        self.seen.append(message)
        if self.intent is not None:
            tracker = DialogueStateTracker(message.sender_id, [])
            intent = {"name": self.intent}
            parsed = {"text": message.text, "intent": intent, "danger": self.danger}
            tracker.update(
                UserUttered(message.text, intent, None, parsed, message_id=message.message_id)
            )
            await self.tracker_store.save(tracker)
        await self.handler(message)


class LoopbackServer:
    """Sanic with our channel only, in a thread of its own.

    One for all tests, with an agent for each: Sanic 21 rewrites its own code at the first start and
    fails at the second.
    """

    def __init__(self) -> None:
        self.agent_at_start = FakeAgent(action_endpoint=EndpointConfig("http://127.0.0.1:9/"))
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        self._started = threading.Event()
        self._stop: asyncio.Event | None = None
        self._application: Sanic | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(60)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}/webhooks/loopback/")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._application = application = Sanic("loopback", configure_logging=False)
        register([LoopbackChannel(SECRET)], application, "/webhooks/")
        server = await application.create_server(
            sock=self._socket, return_asyncio_server=True, access_log=False
        )
        assert server
        await server.startup()
        application.ctx.agent = self.agent_at_start
        await server.after_start()
        self._stop = asyncio.Event()
        self._started.set()
        await self._stop.wait()
        server.close()
        await server.wait_closed()
        application.ctx.agent = self.agent_at_start
        await server.after_stop()

    def use(self, agent: FakeAgent | None) -> None:
        """From now on, Rasa is this."""
        assert self._application
        self._application.ctx.agent = agent

    def stop(self) -> None:
        assert self._stop
        self.http.close()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        assert not self._thread.is_alive()

    def post(self, call: str, body: Any, **headers: str) -> httpx.Response:
        """Send JSON with the secret, unless the headers say otherwise."""
        return self.http.post(call, json=body, headers={"X-Loopback-Secret": SECRET} | headers)

    def ready(self) -> httpx.Response:
        return self.http.get("ready", headers={"X-Loopback-Secret": SECRET})
