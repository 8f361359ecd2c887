"""Who signed a call: Twilio's scheme, HMAC-SHA1 over the address and the sorted form fields.

https://www.twilio.com/docs/usage/webhooks/webhooks-security. A field that is blank or that stands
there twice is signed too, so the body is read as it came; whether the port belongs to the address
differs between Twilio's own senders, so both count.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit, urlunsplit

from bot.gateway.messaging.adapter import SignatureError, SignedRequest

SIGNATURE_HEADER = "x-twilio-signature"

#: The query's field with the digest of a body that is no form.
_BODY_DIGEST = "bodySHA256"

_FORM = "application/x-www-form-urlencoded"
_USUAL_PORTS = {"http": 80, "https": 443}

#: A message has some 30 fields.
_MOST_FIELDS = 500

Fields = Sequence[tuple[str, str]]


def check(request: SignedRequest, tokens: Sequence[str]) -> None:
    """Check that Twilio signed this.

    Args:
        tokens: the account's auth tokens; two while one replaces the other.

    Raises:
        SignatureError: it is not signed, or by somebody else, or was changed on the way.
    """
    offered = request.headers.get(SIGNATURE_HEADER)
    if not offered:
        raise SignatureError("not signed")
    fields = _signed_fields(request)
    for token in tokens:
        for url in _spellings(request.url):
            if hmac.compare_digest(signature(token, url, fields).encode(), _bytes(offered)):
                return
    raise SignatureError("wrong signature")


def signature(token: str, url: str, fields: Fields) -> str:
    """What Twilio writes into `X-Twilio-Signature`.

    Args:
        url: as it was called, with the query.
        fields: of the form, blank and repeated ones too; none where the body is no form.
    """
    values: dict[str, set[str]] = defaultdict(set)
    for name, value in fields:
        values[name].add(value)
    signed = url + "".join(
        name + value for name in sorted(values) for value in sorted(values[name])
    )
    made = hmac.new(token.encode(), _bytes(signed), hashlib.sha1)
    return base64.b64encode(made.digest()).decode()


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form, blank ones too, in order. What is not UTF-8 survives as it is.

    Raises:
        ValueError: there are far too many.
    """
    return parse_qsl(
        body.decode("utf-8", "surrogateescape"),
        keep_blank_values=True,
        errors="surrogateescape",
        max_num_fields=_MOST_FIELDS,
    )


def _signed_fields(request: SignedRequest) -> Fields:
    query = parse_qs(urlsplit(request.url).query)
    if _BODY_DIGEST in query and not _is_form(request):
        digest = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(digest.encode(), _bytes(query[_BODY_DIGEST][0].lower())):
            raise SignatureError("the body was changed")
        return ()
    try:
        return form_fields(request.body)
    except ValueError:
        raise SignatureError("not a form") from None


def _is_form(request: SignedRequest) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0]
    return kind.strip().lower() == _FORM


def _spellings(url: str) -> tuple[str, str]:
    """The address without a port and with one."""
    parts = urlsplit(url)
    port = parts.port or _USUAL_PORTS.get(parts.scheme, 443)
    bare = _host(parts)
    return (
        urlunsplit(parts._replace(netloc=bare)),
        urlunsplit(parts._replace(netloc=f"{bare}:{port}")),
    )


def _host(parts: SplitResult) -> str:
    """The host as it is written, with its brackets and capitals."""
    host, colon, port = parts.netloc.rpartition(":")
    return host if colon and port.isdecimal() else parts.netloc


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
