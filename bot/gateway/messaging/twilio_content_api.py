"""Makes contents at Twilio and finds those that are there: one for each form.

https://www.twilio.com/docs/content/content-api-resources
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from enum import Enum

import anyio
import httpx

from bot.gateway.limits import ContentLimits
from bot.gateway.log_events import LogEvent, log
from bot.gateway.messaging.json_answers import json_object
from bot.gateway.messaging.twilio_contents import FilledContent

_PATH = "/v1/Content"

#: Twilio's largest page. An account with more contents than this may get one of ours twice.
_ROWS = 1000

_SID = re.compile(r"HX[0-9a-fA-F]{32}")

#: The account, or Twilio's health: no other content would be taken either.
_NOT_ITS_FAULT = frozenset({401, 403, 404, 408, 409, 425, 429})


class NoButtons(str, Enum):
    """Why a text goes out without its buttons."""

    CONTENT_REFUSED = "content_refused"
    CONTENT_API_FAILED = "content_api_failed"
    TEXT_REFUSED = "text_refused"


class _ContentRefusedError(Exception):
    """Twilio does not take this content."""


class _ApiFailedError(Exception):
    """Twilio takes no content now."""


class TwilioContents:
    """Remembers which content is which, and for a while what could not be made.

    Args:
        http: signs in.
        url: of the API, without a path.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        url: str,
        limits: ContentLimits,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._url = url + _PATH
        self._limits = limits
        self._clock = clock
        self._sids: dict[str, str] = {}
        self._listed = False
        self._none_until = float("-inf")
        self._not_until: dict[str, float] = {}
        self._asking = anyio.Lock()

    async def sid(self, content: FilledContent) -> str | None:
        """Twilio's id of a content; None: send without buttons. Never raises."""
        if self._clock() < self._not_until.get(content.name, float("-inf")):
            return None
        if content.name in self._sids:
            return self._sids[content.name]
        # Only one asks: the others find what it found.
        with anyio.move_on_after(self._limits.seconds):
            async with self._asking:
                return await self._found(content)
        return None

    def refuse(self, content: FilledContent) -> None:
        """Twilio did not take a text with this content: without it for a while, then anew."""
        self._sids.pop(content.name, None)
        self._listed = False
        self._rest(content, NoButtons.TEXT_REFUSED)

    async def _found(self, content: FilledContent) -> str | None:
        if self._clock() < self._none_until:
            return self._sids.get(content.name)
        try:
            # So that one that Twilio made and never told of is not made again.
            if not self._listed:
                await self._list()
            if content.name not in self._sids:
                self._sids[content.name] = await self._make(content)
        except _ContentRefusedError:
            self._rest(content, NoButtons.CONTENT_REFUSED)
            return None
        except (_ApiFailedError, httpx.HTTPError, httpx.InvalidURL):
            self._rest_all()
            return None
        except anyio.get_cancelled_exc_class():
            self._rest_all()
            raise
        return self._sids[content.name]

    async def _list(self) -> None:
        response = await self._http.get(self._url, params={"PageSize": str(_ROWS)})
        found = json_object(response).get("contents")
        if not response.is_success or not isinstance(found, list):
            raise _ApiFailedError
        for each in found:
            if isinstance(each, dict) and _is_sid(each.get("sid")):
                self._sids.setdefault(str(each.get("friendly_name")), each["sid"])
        self._listed = True

    async def _make(self, content: FilledContent) -> str:
        # Whatever comes of it, the next one looks first.
        self._listed = False
        response = await self._http.post(self._url, json=content.definition)
        if not response.is_success:
            refused = response.is_client_error and response.status_code not in _NOT_ITS_FAULT
            raise _ContentRefusedError if refused else _ApiFailedError
        sid = json_object(response).get("sid")
        if not isinstance(sid, str) or not _is_sid(sid):
            raise _ApiFailedError
        self._listed = True
        return sid

    def _rest(self, content: FilledContent, reason: NoButtons) -> None:
        self._not_until[content.name] = self._clock() + self._limits.pause_seconds
        log(LogEvent.TEXT_WITHOUT_BUTTONS, logging.WARNING, reason=reason)

    def _rest_all(self) -> None:
        self._none_until = self._clock() + self._limits.pause_seconds
        reason = NoButtons.CONTENT_API_FAILED
        log(LogEvent.TEXT_WITHOUT_BUTTONS, logging.WARNING, reason=reason)


def _is_sid(value: object) -> bool:
    return isinstance(value, str) and _SID.fullmatch(value) is not None
