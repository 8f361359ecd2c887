"""Connections to the action server that stay open; Rasa's own endpoint opens one each time."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

import aiohttp
from rasa.core.agent import Agent
from rasa.utils.endpoints import DEFAULT_REQUEST_TIMEOUT, EndpointConfig

#: How long a connection waits for the next action, in seconds. Shorter than the action server's
#: own, so that it is never the server who hangs up.
_KEEP_ALIVE_SECONDS = 3.0


class KeptConnections(EndpointConfig):
    """Where `endpoint` leads, with one session for all its requests."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        super().__init__()
        # All that endpoints.yml says of it, whatever that is.
        self.__dict__.update(endpoint.__dict__)
        self._opened: aiohttp.ClientSession | None = None

    def session(self) -> AbstractAsyncContextManager[aiohttp.ClientSession]:
        """The session, which stays open. Opened with the first request, in its event loop."""
        if self._opened is None or self._opened.closed:
            self._opened = aiohttp.ClientSession(
                headers=self.headers,
                auth=aiohttp.BasicAuth(**self.basic_auth) if self.basic_auth else None,
                timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return nullcontext(self._opened)

    async def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()


def keep_connections_to_actions(agent: Agent | None) -> None:
    """Have `agent` keep its connections to the action server, if there is one."""
    if agent is None or agent.action_endpoint is None:
        return
    agent.action_endpoint = KeptConnections(agent.action_endpoint)
    if agent.processor is not None:
        agent.processor.action_endpoint = agent.action_endpoint


async def close_connections_to_actions(agent: Agent | None) -> None:
    """Close what `keep_connections_to_actions` kept, if it did."""
    if agent is not None and isinstance(agent.action_endpoint, KeptConnections):
        await agent.action_endpoint.close()
