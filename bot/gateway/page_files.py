"""The files that pages are made of, served as they are, and only again when they changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

#: The pages that are not the desk's, and what they are made of.
PAGES_FOLDER = Path(__file__).parent / "pages"


class PageFiles:
    """Serves a few files from memory.

    Args:
        files: by their path in the address: the file, and its media type.
    """

    def __init__(self, files: Mapping[str, tuple[Path, str]]) -> None:
        self._files = {path: (file.read_bytes(), kind) for path, (file, kind) in files.items()}

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [Route(path, self._show, methods=["GET"]) for path in self._files]

    async def _show(self, request: Request) -> Response:
        content, kind = self._files[request.url.path]
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, headers={**headers, "Content-Type": f"{kind}; charset=utf-8"})
