"""One patient's conversation with the running product, over HTTP."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

import httpx

from tests.scenarios.running_product import until

Message = dict[str, Any]

_numbers = itertools.count(1)


def fresh_address() -> str:
    """An address that no other conversation of this run comes from."""
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Conversation:
    """Opens a session. Remembers the last messages, so that their buttons can be pressed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url, timeout=30, headers={"X-Forwarded-For": fresh_address()}
        )
        opened = self.http.post("/api/session")
        assert opened.status_code == 201, opened.text
        self.opened: dict[str, Any] = opened.json()
        self.token: str = self.opened["token"]
        self.offered: dict[str, str] = {}
        self._remember(self.opened["messages"])
        self.keys: list[str] = []

    def close(self) -> None:
        """Close its connections."""
        self.http.close()

    def post(self, body: object, key: str | None = None) -> httpx.Response:
        """Send one message, under a fresh key unless one is given."""
        key = key or uuid.uuid4().hex
        self.keys.append(key)
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        # Escaped, so that characters which no UTF-8 can hold arrive as well.
        return self.send(json.dumps(body).encode(), **headers)

    def send(self, content: bytes, **headers: str) -> httpx.Response:
        """Send these very bytes as a message."""
        sent = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": uuid.uuid4().hex,
            "Content-Type": "application/json",
            **headers,
        }
        return self.http.post("/api/message", content=content, headers=sent)

    def ask(self, text: str) -> Message:
        """Say something; the message that answers it. The form may add a second one."""
        return self._first(self.ask_all(text))

    @property
    def first_offered(self) -> str:
        """The title of the first button of the latest messages."""
        return next(iter(self.offered))

    def press(self, title: str) -> Message:
        """Choose a button that the page still shows; the message that answers it, as `ask` does."""
        return self._first(self.press_all(title))

    def ask_all(self, text: str) -> list[Message]:
        """Say something; every message that answers it."""
        return self._answered(self.post({"text": text}))

    def press_all(self, title: str) -> list[Message]:
        """Choose a button that the page still shows; every message that answers it."""
        assert title in self.offered, f"no button {title!r} among {list(self.offered)}"
        return self._answered(self.post({"button_id": self.offered[title]}))

    def history(self) -> list[Message]:
        """What was stored."""
        response = self.http.get("/api/history", headers={"Authorization": f"Bearer {self.token}"})
        assert response.status_code == 200, response.text
        found: list[Message] = response.json()["messages"]
        return found

    def wait_until_stored(self, message: Message) -> None:
        """A safety reply does not wait for a database that is slow; whoever looks there does."""
        until(
            lambda: any(entry["id"] == message["id"] for entry in self.history()), 30, "the storing"
        )

    def _answered(self, response: httpx.Response) -> list[Message]:
        assert response.status_code == 200, f"{response.status_code}: {response.text}"
        messages: list[Message] = response.json()["messages"]
        self._remember(messages)
        return messages

    def _first(self, messages: list[Message]) -> Message:
        first, *others = messages
        assert [other["kind"] for other in others] in ([], ["intake"])
        return first

    def _remember(self, messages: list[Message]) -> None:
        """What an answer offers takes the place of what was offered before; danger adds to it."""
        kinds = {message["kind"] for message in messages if message["buttons"]}
        if kinds - {"crisis", "emergency"}:
            self.offered = {}
        for message in messages:
            for button in message["buttons"] or []:
                self.offered[button["title"]] = button["id"]


def titles(message: Message) -> list[str]:
    """What the buttons of a message say."""
    return [button["title"] for button in message["buttons"] or []]
