"""Serves the website widget: one file, with what it has to know already in it."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.content.texts import ErrorCode
from bot.content.yaml_source import ContentError, Fault
from bot.gateway.errors import RefusalError
from bot.gateway.page_files import PAGES_FOLDER
from bot.gateway.widget_configuration import as_script_literal

#: Built from `widget/` (make widget).
BUILT_FILE = PAGES_FOLDER / "widget.js"

#: Stands in the built file where the configuration belongs.
_PLACE = b'"@@CONFIGURATION@@"'

_VERSION_DIGITS = 16

#: A page that names the file without its version gets a new one within ten minutes.
_PASSING = "public, max-age=600, stale-while-revalidate=86400"
#: What has its version in its name never changes.
_LASTING = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class WidgetScript:
    """The widget as a browser gets it.

    `version` are the first digits of its SHA-256; `integrity` is what a page may name to accept
    this very file only (W3C Subresource Integrity).
    """

    content: bytes
    compressed: bytes
    version: str
    integrity: str

    @property
    def lasting_path(self) -> str:
        """Where exactly this version is found."""
        return f"/widget.{self.version}.js"


def widget_script(configuration: dict[str, object], file: Path = BUILT_FILE) -> WidgetScript:
    """The built widget with its configuration.

    Raises:
        ContentError: the built file is missing, or has not exactly one place for it.
    """
    try:
        built = file.read_bytes()
    except OSError as error:
        raise ContentError([Fault(file, 1, f"cannot be read: {error.strerror}")]) from None
    if built.count(_PLACE) != 1:
        raise ContentError([Fault(file, 1, "has not exactly one place for the configuration")])
    content = built.replace(_PLACE, as_script_literal(configuration))
    return WidgetScript(
        content=content,
        compressed=gzip.compress(content, compresslevel=9, mtime=0),
        version=hashlib.sha256(content).hexdigest()[:_VERSION_DIGITS],
        integrity=f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}",
    )


class WidgetFile:
    """Serves the widget to any page: under its plain name, and under one that never changes."""

    def __init__(self, script: WidgetScript) -> None:
        self._script = script

    def routes(self) -> list[Route]:
        """Where it is found."""
        return [
            Route("/widget.js", self._latest, methods=["GET"]),
            Route("/widget.{version}.js", self._one_version, methods=["GET"]),
        ]

    async def _latest(self, request: Request) -> Response:
        return self._response(request, _PASSING)

    async def _one_version(self, request: Request) -> Response:
        if request.path_params["version"] != self._script.version:
            raise RefusalError(ErrorCode.NOT_FOUND)
        return self._response(request, _LASTING)

    def _response(self, request: Request, caching: str) -> Response:
        compressed = accepts_gzip(request.headers.get("accept-encoding", ""))
        # A strong tag names bytes, so each encoding has its own (RFC 9110 §8.8.3.3).
        tag = f'"{self._script.version}{"-gzip" if compressed else ""}"'
        headers = {
            "ETag": tag,
            "Cache-Control": caching,
            "Vary": "Accept-Encoding",
            # Any page may embed it, and check its integrity: it is the same for everybody.
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Access-Control-Allow-Origin": "*",
        }
        if is_among(tag, request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        headers["Content-Type"] = "text/javascript; charset=utf-8"
        if compressed:
            headers["Content-Encoding"] = "gzip"
        content = self._script.compressed if compressed else self._script.content
        return Response(content, headers=headers)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110 §12.5.3)."""
    weights: dict[str, str] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        weights[name.strip()] = parameter.replace(" ", "").removeprefix("q=") or "1"
    weight = weights.get("gzip", weights.get("*", "0"))
    # Weights have three decimals at most; what is no number is no refusal.
    return weight.strip("0.") != ""


def is_among(tag: str, if_none_match: str) -> bool:
    """Whether an If-None-Match header names this tag, in the weak comparison of RFC 9110."""
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in named or "*" in named
