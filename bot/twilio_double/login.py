"""Who may call the API: the account with its token."""

from __future__ import annotations

import base64
import hmac

from starlette.requests import Request

from bot.twilio_double.account import DoubleAccount


def is_signed_in(request: Request, account: DoubleAccount) -> bool:
    """Whether a call comes with the account's name and token."""
    login = f"{account.settings.account_sid}:{account.token}"
    expected = "Basic " + base64.b64encode(login.encode()).decode()
    return hmac.compare_digest(request.headers.get("authorization", ""), expected)
