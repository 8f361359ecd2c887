"""Whether Rasa can really serve: a probe sentence is understood, and actions can be run."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from rasa.core.agent import Agent
from rasa.utils.endpoints import EndpointConfig

from bot.content.library import load_library
from bot.replies.understanding import Intent, Understanding

_ACTION_SERVER_SECONDS = 2.0


async def understands_probe(agent: Agent) -> bool:
    """Whether the model takes a question of the curated page for a question on it."""
    if not agent.is_ready():
        return False
    parsed = await agent.parse_message(_probe_sentence())
    return Understanding.from_parse(parsed).label.intent is Intent.FAQ


@lru_cache(maxsize=1)
def _probe_sentence() -> str:
    """A question of the page. Kept: reading the page at every probe would hold up every patient."""
    page = load_library().default_page
    return next(answer.question for answer in page.answers if answer.id == page.starters[0])


async def action_server_answers(endpoint: EndpointConfig | None) -> bool:
    """Whether the action server says that it is well."""
    if endpoint is None or not endpoint.url:
        return False
    parts = urlsplit(endpoint.url)
    health = urlunsplit((parts.scheme, parts.netloc, "/health", "", ""))
    timeout = aiohttp.ClientTimeout(total=_ACTION_SERVER_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(health) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
        return False
