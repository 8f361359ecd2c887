"""The page with one full answer, which text messages link to. Without a script."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.configuration.clinic import Clinic
from bot.content.library import Topic
from bot.content.texts import Texts
from bot.gateway.page_files import PAGES_FOLDER, PageFiles
from bot.gateway.security_headers import READING_POLICY
from bot.replies.composer import ReplyComposer
from bot.replies.texting.answer_links import AnswerLinks
from bot.replies.wording import fill_in

_NOT_FOUND = 404

_FILES = {"/answer.css": (PAGES_FOLDER / "answer.css", "text/css")}


class AnswerPage:
    """Shows an answer by the code of its link (`/a/CODE`) or by its name (`/a/PAGE/ANSWER`)."""

    def __init__(
        self, texts: Texts, composer: ReplyComposer, clinic: Clinic, public_url: str
    ) -> None:
        self._composer = composer
        self._links = AnswerLinks(public_url, composer.library.topics())
        self._words = {
            name: fill_in(text, clinic, composer.library)
            for name, text in texts.answer_page.dict().items()
        }
        self._files = PageFiles(_FILES)
        self._template = Environment(
            loader=FileSystemLoader(PAGES_FOLDER), autoescape=True, undefined=StrictUndefined
        ).get_template("answer.html")

    def routes(self) -> list[Route]:
        """Where it is found."""
        return [
            Route("/a/{code}", self._by_code, methods=["GET"]),
            Route("/a/{page}/{answer}", self._by_name, methods=["GET"]),
            *self._files.routes(),
        ]

    async def _by_code(self, request: Request) -> Response:
        return self._show(self._links.topic(request.path_params["code"]))

    async def _by_name(self, request: Request) -> Response:
        return self._show(Topic(request.path_params["page"], request.path_params["answer"]))

    def _show(self, topic: Topic | None) -> Response:
        if topic is None or topic not in self._composer.library:
            gone = self._words["gone_title"]
            return self._page(
                _NOT_FOUND, title=gone, heading=gone, text=self._words["gone"], reply=None
            )
        reply = self._composer.full_answer(topic)
        assert reply.source
        question = self._composer.library.answer(topic).question
        return self._page(
            200,
            title=self._words["title"].replace("{question}", question),
            heading=question,
            text=reply.text,
            reply=reply,
            source_line=self._composer.source_line(reply.source, topic.page),
        )

    def _page(self, status: int, **values: object) -> Response:
        html = self._template.render(words=self._words, **values)
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": READING_POLICY,
        }
        return Response(html, status, headers)
