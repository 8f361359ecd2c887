"""Reads the forms of the desk, and refuses what is none of them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.gateway.desk.troubles import DeskRefusal, Trouble
from bot.gateway.limits import RequestLimits
from bot.gateway.request_reader import read_body

#: The hidden field that proves that a form was made for this session.
TOKEN_FIELD = "form_token"

_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


class Form:
    """What was filled in: text without blanks around it, line ends as \\n."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """A field; empty if it is not there."""
        return self.exactly(name).strip()

    def exactly(self, name: str) -> str:
        """A field with the blanks around it: a password may have them."""
        return self._values.get(name, "").replace("\r\n", "\n")

    def number(self, name: str) -> int:
        """A hidden field that holds a number.

        Raises:
            DeskRefusal: it does not.
        """
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise DeskRefusal(Trouble.MALFORMED)
        return int(text)

    def is_of(self, form_token: str) -> bool:
        """Whether this form was made for the session with that token."""
        return hmac.compare_digest(self.exactly(TOKEN_FIELD).encode(), form_token.encode())


async def read_form(request: Request, limits: RequestLimits) -> Form:
    """The form that was sent.

    Raises:
        DeskRefusal: it is of another type, or no form.
        RefusalError: it is too large or too slow.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _TYPE:
        raise DeskRefusal(Trouble.WRONG_TYPE)
    body = await read_body(request, limits)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise DeskRefusal(Trouble.MALFORMED) from None
    return Form(dict(pairs))
