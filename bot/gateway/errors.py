"""Errors of the public interface: a code, a status, and a text a patient may read."""

from __future__ import annotations

from starlette.responses import JSONResponse

from bot.configuration.clinic import Clinic
from bot.content.library import Library
from bot.content.texts import SAFE_TEXT_ERRORS, ErrorCode, Texts
from bot.replies.composer import ReplyComposer
from bot.replies.wording import fill_in

STATUS = {
    ErrorCode.MALFORMED_JSON: 400,
    ErrorCode.KEY_MISSING: 400,
    ErrorCode.KEY_MALFORMED: 400,
    ErrorCode.SESSION_OVER: 401,
    ErrorCode.FOREIGN_ORIGIN: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.TOO_SLOW: 408,
    ErrorCode.KEY_REUSED: 409,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.WRONG_TYPE: 415,
    ErrorCode.WRONG_SHAPE: 422,
    ErrorCode.TEXT_EMPTY: 422,
    ErrorCode.TEXT_TOO_LONG: 422,
    ErrorCode.BUTTON_OVER: 422,
    ErrorCode.TOO_MANY: 429,
    ErrorCode.CONVERSATION_BUSY: 429,
    ErrorCode.INTERNAL: 500,
    ErrorCode.UNAVAILABLE: 503,
}


class RefusalError(Exception):
    """A request that cannot be answered as asked.

    `retry_after` is in seconds; None where trying again does not help.
    """

    def __init__(self, code: ErrorCode, *, retry_after: int | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.retry_after = retry_after


class ErrorResponses:
    """Makes the JSON that answers a refused request."""

    def __init__(self, texts: Texts, composer: ReplyComposer, clinic: Clinic) -> None:
        self._texts = {
            code: _text(code, texts, clinic, composer.library) for code in texts.http_errors
        }
        self._texts |= dict.fromkeys(SAFE_TEXT_ERRORS, composer.unavailable().text)

    def response(self, refusal: RefusalError) -> JSONResponse:
        """The response to `refusal`."""
        headers = {}
        if refusal.retry_after is not None:
            headers["Retry-After"] = str(refusal.retry_after)
        if refusal.code is ErrorCode.SESSION_OVER:
            headers["WWW-Authenticate"] = "Bearer"
        error = {"code": refusal.code.value, "message": self._texts[refusal.code]}
        return JSONResponse({"error": error}, STATUS[refusal.code], headers)


def _text(code: ErrorCode, texts: Texts, clinic: Clinic, library: Library) -> str:
    return fill_in(texts.http_errors[code], clinic, library)
