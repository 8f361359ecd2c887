"""The plain chat page at /, and the files it is made of."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.configuration.clinic import Clinic
from bot.content.texts import Texts
from bot.gateway.limits import GatewayLimits
from bot.gateway.page_files import PageFiles
from bot.gateway.security_headers import PAGE_POLICY
from bot.replies.composer import ReplyComposer
from bot.replies.wording import fill_in

PAGES_FOLDER = Path(__file__).parent / "pages"

_FILES = {
    "/chat.css": (PAGES_FOLDER / "chat.css", "text/css"),
    "/chat.js": (PAGES_FOLDER / "chat.js", "text/javascript"),
    "/icon.svg": (PAGES_FOLDER / "icon.svg", "image/svg+xml"),
}


class ChatPage:
    """Serves the page, with every text from `texts.yml`, and its files."""

    def __init__(
        self, texts: Texts, composer: ReplyComposer, clinic: Clinic, limits: GatewayLimits
    ) -> None:
        strings = {
            name: fill_in(text, clinic, composer.library)
            for name, text in texts.chat_page.dict().items()
        }
        for_script = {
            **strings,
            "unavailable": composer.unavailable().text,
            "source_line": texts.source_line,
            "pages": {page.id: page.title.lower() for page in composer.library.pages},
            "clinic_phone": clinic.phone,
            "longest_text": limits.request.longest_text,
        }
        # A "<" could end the script element that holds this.
        block = json.dumps(for_script).replace("<", "\\u003c")
        escaped = {name: escape(text) for name, text in strings.items()}
        html = Template((PAGES_FOLDER / "chat.html").read_text(encoding="utf-8"))
        self._page = html.substitute(
            escaped, strings=block, longest_text=limits.request.longest_text
        ).encode()
        self._files = PageFiles(_FILES)

    def routes(self) -> list[Route]:
        """Where the page and its files are found."""
        return [Route("/", self._show, methods=["GET"]), *self._files.routes()]

    async def _show(self, request: Request) -> Response:
        return Response(
            self._page,
            headers={
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": PAGE_POLICY,
            },
        )
