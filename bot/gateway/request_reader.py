"""Reads what a patient's device sends, and refuses everything that is not exactly that."""

from __future__ import annotations

import json
import re

import anyio
from starlette.requests import Request

from bot.content.texts import ErrorCode
from bot.gateway.errors import RefusalError
from bot.gateway.limits import RequestLimits
from bot.gateway.records import Feedback, Submission, digest
from bot.safety.normalise import normalise

_KEY = re.compile(r"[\x21-\x7e]{8,128}")
_ID = re.compile(r"[0-9a-f]{32}")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_-]{43})", re.IGNORECASE)


def token_digest(request: Request) -> str:
    """The digest of the request's session token.

    Raises:
        RefusalError: there is none, or it has not the form of one.
    """
    found = _BEARER.fullmatch(request.headers.get("authorization", "").strip())
    if not found:
        raise RefusalError(ErrorCode.SESSION_OVER)
    return digest(found[1])


def idempotency_key(request: Request) -> str:
    """The request's key.

    Raises:
        RefusalError: there is none, or it is not 8 to 128 visible ASCII characters.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        raise RefusalError(ErrorCode.KEY_MISSING)
    if not _KEY.fullmatch(key):
        raise RefusalError(ErrorCode.KEY_MALFORMED)
    return key


async def read_submission(request: Request, limits: RequestLimits) -> dict[str, str]:
    """The body of a message: {"text": …} or {"button_id": …}.

    Raises:
        RefusalError: wrong type, too large, too slow, not JSON, or of another shape.
    """
    body = await _read_json(request, limits)
    if not isinstance(body, dict) or len(body) != 1:
        raise RefusalError(ErrorCode.WRONG_SHAPE)
    for name in ("text", "button_id"):
        if isinstance(body.get(name), str):
            return {name: body[name]}
    raise RefusalError(ErrorCode.WRONG_SHAPE)


async def read_feedback(request: Request, limits: RequestLimits) -> Feedback:
    """The body of feedback: {"message_id", "helpful", "comment"}; its comment is normalised.

    Raises:
        RefusalError: wrong type, too large, too slow, not JSON, or of another shape; or what it is
            about can be no message.
    """
    body = await _read_json(request, limits)
    if not isinstance(body, dict) or body.keys() - {"message_id", "helpful", "comment"}:
        raise RefusalError(ErrorCode.WRONG_SHAPE)
    message_id, helpful, comment = (body.get(name) for name in ("message_id", "helpful", "comment"))
    is_text = comment is None or isinstance(comment, str)
    if not isinstance(message_id, str) or not isinstance(helpful, bool) or not is_text:
        raise RefusalError(ErrorCode.WRONG_SHAPE)
    if not _ID.fullmatch(message_id):
        raise RefusalError(ErrorCode.NOT_FOUND)
    return Feedback(message_id, helpful, normalise(comment or "") or None)


async def read_nothing(request: Request, limits: RequestLimits) -> None:
    """Accept an empty body or {}.

    Raises:
        RefusalError: there is anything else.
    """
    if request.headers.get("content-type") is None:
        if await read_body(request, limits):
            raise RefusalError(ErrorCode.WRONG_TYPE)
        return
    if await _read_json(request, limits) != {}:
        raise RefusalError(ErrorCode.WRONG_SHAPE)


def submission_of(body: dict[str, str], session_digest: str, key: str) -> Submission:
    """The submission that `body` and its key make in a session; a text is normalised.

    Raises:
        RefusalError: a button id has not the form of one.
    """
    (name, value), *_ = body.items()
    # With the key, which is stored nowhere: of a short text alone a digest could be guessed.
    digests = (session_digest, digest(key), digest(f"{key}:{name}:{value}"))
    if name == "button_id":
        if not _ID.fullmatch(value):
            raise RefusalError(ErrorCode.BUTTON_OVER)
        return Submission(*digests, button_id=value)
    return Submission(*digests, text=normalise(value))


def check_length(text: str, longest: int) -> None:
    """Refuse a normalised text that is empty, or has more than `longest` characters.

    Raises:
        RefusalError: it is.
    """
    if not text:
        raise RefusalError(ErrorCode.TEXT_EMPTY)
    if len(text) > longest:
        raise RefusalError(ErrorCode.TEXT_TOO_LONG)


async def _read_json(request: Request, limits: RequestLimits) -> object:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusalError(ErrorCode.WRONG_TYPE)
    body = await read_body(request, limits)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise RefusalError(ErrorCode.MALFORMED_JSON) from None


async def read_body(request: Request, limits: RequestLimits) -> bytes:
    """The body as it came.

    Raises:
        RefusalError: it is too large, or too slow.
    """
    # What Content-Length says is not waited for; what a chunked body does not say is counted.
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limits.largest_body_bytes:
        raise RefusalError(ErrorCode.BODY_TOO_LARGE)
    body = bytearray()
    with anyio.move_on_after(limits.body_seconds) as scope:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limits.largest_body_bytes:
                raise RefusalError(ErrorCode.BODY_TOO_LARGE)
    if scope.cancelled_caught:
        raise RefusalError(ErrorCode.TOO_SLOW)
    return bytes(body)
