"""Rasa's calls of the action server go over connections that stay open."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from rasa.core.agent import Agent
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.nlu.action_connections import (
    KeptConnections,
    close_connections_to_actions,
    keep_connections_to_actions,
)
from tests.nlu.loopback_server import LoopbackServer

BODY = b'{"events": [], "responses": []}'


class ActionServer:
    """Answers every request; counts connections, and hangs up where it is told to."""

    def __init__(self, *, status: str = "200 OK", hang_up: bool = False) -> None:
        self.connections = 0
        self._status = status
        self._hang_up = hang_up

    async def __aenter__(self) -> EndpointConfig:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return EndpointConfig(f"http://{host}:{port}/webhook", enable_selective_domain=True)

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while head := await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b"":
            length = next(x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            writer.write(
                f"HTTP/1.1 {self._status}\r\nContent-Type: application/json\r\n".encode()
                + f"Content-Length: {len(BODY)}\r\n\r\n".encode()
                + BODY
            )
            await writer.drain()
            if self._hang_up:
                break
        writer.close()


@pytest.mark.parametrize(("hang_up", "connections"), [(False, 1), (True, 3)])
def test_a_connection_serves_as_long_as_it_is_open(hang_up: bool, connections: int) -> None:
    async def call() -> int:
        server = ActionServer(hang_up=hang_up)
        async with server as endpoint:
            kept = KeptConnections(endpoint)
            for _ in range(3):
                assert await kept.request(json={"next_action": "action_x"}) == {
                    "events": [],
                    "responses": [],
                }
                # Lets the end of a connection arrive, as it does between two messages.
                await asyncio.sleep(0.05)
            await kept.close()
        return server.connections

    assert asyncio.run(call()) == connections


def test_a_failing_action_fails_as_it_does_with_rasa_s_own_endpoint() -> None:
    async def call() -> None:
        async with ActionServer(status="500 Internal Server Error") as endpoint:
            kept = KeptConnections(endpoint)
            try:
                with pytest.raises(ClientResponseError):
                    await kept.request(json={})
            finally:
                await kept.close()

    asyncio.run(call())


@pytest.mark.parametrize("loaded", [True, False])
def test_an_agent_and_what_it_has_loaded_use_them(loaded: bool) -> None:
    agent = Agent(action_endpoint=EndpointConfig("http://x/webhook", enable_selective_domain=True))
    agent.processor = SimpleNamespace(action_endpoint=agent.action_endpoint) if loaded else None

    keep_connections_to_actions(agent)

    assert isinstance(agent.action_endpoint, KeptConnections)
    assert agent.action_endpoint.url == "http://x/webhook"
    assert agent.action_endpoint.kwargs == {"enable_selective_domain": True}
    assert not loaded or agent.processor.action_endpoint is agent.action_endpoint


def test_without_an_agent_or_its_actions_nothing_happens() -> None:
    agent = Agent()

    for one in (agent, None):
        keep_connections_to_actions(one)
        asyncio.run(close_connections_to_actions(one))

    assert agent.action_endpoint is None


def test_a_started_server_keeps_them(loopback: LoopbackServer) -> None:
    assert isinstance(loopback.agent_at_start.action_endpoint, KeptConnections)
