"""The part of Twilio's Content API that the gateway uses: making contents, and listing them.

https://www.twilio.com/docs/content/content-api-resources
"""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.contents import ContentRefusedError, Contents
from bot.twilio_double.faults import Call, FaultKind, Faults, Moment
from bot.twilio_double.login import is_signed_in
from bot.twilio_double.wrong_answers import refused, wrong

_PATH = "/v1/Content"


class ContentsApi:
    """Takes and lists contents."""

    def __init__(self, account: DoubleAccount, contents: Contents, faults: Faults) -> None:
        self._account = account
        self._contents = contents
        self._faults = faults

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route(_PATH, self._create, methods=["POST"]),
            Route(_PATH, self._list, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        if not is_signed_in(request, self._account):
            return refused(FaultKind.UNAUTHORIZED)
        fault = self._faults.next(Call.CONTENT)
        if fault and fault.when is Moment.BEFORE:
            return wrong(fault)
        try:
            definition = json.loads(await request.body())
            made = self._contents.make(definition, self._account.settings.account_sid)
        except (ContentRefusedError, ValueError, RecursionError):
            return refused(FaultKind.BAD_CONTENT)
        return wrong(fault) if fault else JSONResponse(made, 201)

    async def _list(self, request: Request) -> Response:
        if not is_signed_in(request, self._account):
            return refused(FaultKind.UNAUTHORIZED)
        fault = self._faults.next(Call.CONTENT_LOOKUP)
        if fault:
            return wrong(fault)
        size = int(request.query_params.get("PageSize", "50"))
        page = list(self._contents.made.values())[:size]
        meta = {"key": "contents", "page": 0, "page_size": size, "next_page_url": None}
        return JSONResponse({"contents": page, "meta": meta})
