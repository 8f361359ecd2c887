"""A person of staff at a browser without JavaScript: forms are sent as the pages hold them."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import httpx
from starlette.testclient import TestClient

from benchmarks.example_desk import PASSWORD, ExampleDesk
from bot.gateway.desk.forms import TOKEN_FIELD

URL = "http://testserver"


class Browser:
    """One browser. `page` is what it shows."""

    def __init__(self, desk: ExampleDesk, url: str = URL) -> None:
        self.desk = desk
        self.url = url
        self.http = TestClient(desk.application, base_url=url, follow_redirects=False)
        self.page: httpx.Response = self.http.get("/desk/sign-in")

    @property
    def text(self) -> str:
        """The words of the page, as they are read."""
        return words_of(self.page.text)

    @property
    def token(self) -> str:
        """What the forms of the page hold; of the password page if this one has none."""
        html = self.page.text
        if TOKEN_FIELD not in html:
            html = self.http.get("/desk/password").text
        found = re.search(rf'name="{TOKEN_FIELD}" value="([^"]*)"', html)
        assert found, "nobody is signed in"
        return found[1]

    def get(self, path: str) -> httpx.Response:
        """Open a page; a redirect is followed."""
        self.page = self.http.get(path, follow_redirects=True)
        return self.page

    def post(self, path: str, origin: str | None = None, **fields: str) -> httpx.Response:
        """Send a form of ours; its answer as it came, and the page it leads to."""
        fields = {TOKEN_FIELD: fields.pop(TOKEN_FIELD, None) or self.token, **fields}
        return self.send(path, fields, origin or self.url)

    def send(self, path: str, fields: dict[str, str], origin: str | None) -> httpx.Response:
        """Send a form exactly so."""
        headers = {"Origin": origin} if origin else {}
        answer = self.http.post(path, data=fields, headers=headers)
        self.page = answer
        if answer.is_redirect:
            self.get(answer.headers["location"])
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Sign in."""
        fields = {"name": name, "password": password, "then": "/desk", **fields}
        return self.send("/desk/sign-in", fields, self.url)

    def version(self, reference: str) -> str:
        """Of a record, as its page has it."""
        found = re.search(
            r'name="version" value="(\d+)"', self.get(f"/desk/records/{reference}").text
        )
        assert found
        return found[1]

    def move(self, reference: str, move: str, **fields: str) -> httpx.Response:
        """Press the button of a move on the record's page."""
        fields = {"version": fields.pop("version", None) or self.version(reference), **fields}
        return self.post(f"/desk/records/{reference}/move", move=move, **fields)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def words_of(html: str) -> str:
    """The text of a page, its blanks made one."""
    parser = _Words()
    parser.feed(html)
    return " ".join(unescape(" ".join(parser.found)).split())
