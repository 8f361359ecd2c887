"""The part of Twilio's REST API that the gateway uses: making messages, and listing them.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.twilio_double.account import DoubleAccount
from bot.twilio_double.contents import ContentRefusedError, Filled
from bot.twilio_double.exchange import Direction, Exchange
from bot.twilio_double.faults import Call, FaultKind, Faults, Moment
from bot.twilio_double.login import is_signed_in
from bot.twilio_double.webhooks import Webhooks
from bot.twilio_double.wrong_answers import refused, wrong

_LONGEST_BODY = 1600
_CONTENT = "ContentSid"


class MessagesApi:
    """Takes and lists messages."""

    def __init__(
        self, account: DoubleAccount, exchange: Exchange, faults: Faults, webhooks: Webhooks
    ) -> None:
        self._account = account
        self._exchange = exchange
        self._faults = faults
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """Where they are found."""
        sid = self._account.settings.account_sid
        path = f"/2010-04-01/Accounts/{sid}/Messages.json"
        return [
            Route(path, self._create, methods=["POST"]),
            Route(path, self._list, methods=["GET"]),
        ]

    async def _create(self, request: Request) -> Response:
        if not is_signed_in(request, self._account):
            return refused(FaultKind.UNAUTHORIZED)
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        fault = self._faults.next(Call.SEND)
        if fault and fault.when is Moment.BEFORE:
            return wrong(fault)
        refusal = self._why_not(form)
        if refusal:
            return refused(refusal)
        try:
            filled = self._filled(form)
        except ContentRefusedError:
            return refused(FaultKind.CONTENT_VARIABLES)
        message = self._exchange.add(
            Direction.OUTBOUND_API,
            sender=form["From"],
            recipient=form["To"],
            body=filled.body,
            status="queued",
            callback=form.get("StatusCallback"),
            filled=filled,
        )
        # Whoever never reads the answer is told all the same.
        request.app.state.tasks.start_soon(self._webhooks.news_of, message)
        if fault:
            return wrong(fault)
        return JSONResponse(message.as_json(self._account.settings.account_sid), 201)

    def _why_not(self, form: dict[str, str]) -> FaultKind | None:
        if not form.get("To", "").removeprefix("whatsapp:").startswith("+"):
            return FaultKind.NO_NUMBER
        if len(form.get("Body", "")) > _LONGEST_BODY:
            return FaultKind.TOO_LONG
        if form["To"] in self._exchange.opted_out:
            return FaultKind.OPTED_OUT
        known = form.get(_CONTENT) in (None, *self._exchange.contents.made)
        return None if known else FaultKind.CONTENT_SID

    def _filled(self, form: dict[str, str]) -> Filled:
        """What the telephone shows: the content if there is one, else the body."""
        if _CONTENT not in form:
            return Filled(form["Body"], ())
        variables = form.get("ContentVariables", "{}")
        return self._exchange.contents.filled(form[_CONTENT], variables)

    async def _list(self, request: Request) -> Response:
        if not is_signed_in(request, self._account):
            return refused(FaultKind.UNAUTHORIZED)
        fault = self._faults.next(Call.LOOKUP)
        if fault:
            return wrong(fault)
        asked = request.query_params
        found = [
            one
            for one in reversed(self._exchange.messages)
            if asked.get("To") in (None, one.recipient)
            and asked.get("From") in (None, one.sender)
            and _day(asked.get("DateSent>")) <= one.created_at
        ]
        size = int(asked.get("PageSize", "50"))
        sid = self._account.settings.account_sid
        page = [one.as_json(sid) for one in found[:size]]
        return JSONResponse({"messages": page, "page": 0, "page_size": size})


def _day(text: str | None) -> datetime:
    if not text:
        return datetime.min.replace(tzinfo=timezone.utc)
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
