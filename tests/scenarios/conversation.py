"""One patient's conversation with the running product, over HTTP."""

from __future__ import annotations

import itertools
import json
import uuid
from typing import Any

import httpx

Message = dict[str, Any]

_numbers = itertools.count(1)


def fresh_address() -> str:
    """An address that no other conversation of this run comes from."""
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Conversation:
    """Opens a session. Remembers the last messages, so that their buttons can be pressed."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(
            base_url=url, timeout=30, headers={"X-Forwarded-For": fresh_address()}
        )
        opened = self.http.post("/api/session")
        assert opened.status_code == 201, opened.text
        self.opened: dict[str, Any] = opened.json()
        self.token: str = self.opened["token"]
        self.last: list[Message] = self.opened["messages"]
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
        """Say something; the one message that answers it."""
        return self._only(self.post({"text": text}))

    def press(self, title: str) -> Message:
        """Choose a button of the last messages; the one message that answers it."""
        offered = {b["title"]: b["id"] for m in self.last for b in m["buttons"] or []}
        assert title in offered, f"no button {title!r} among {list(offered)}"
        return self._only(self.post({"button_id": offered[title]}))

    def history(self) -> list[Message]:
        """What was stored."""
        response = self.http.get("/api/history", headers={"Authorization": f"Bearer {self.token}"})
        assert response.status_code == 200, response.text
        found: list[Message] = response.json()["messages"]
        return found

    def _only(self, response: httpx.Response) -> Message:
        assert response.status_code == 200, f"{response.status_code}: {response.text}"
        self.last = response.json()["messages"]
        assert len(self.last) == 1, f"{len(self.last)} messages for one"
        return self.last[0]


def titles(message: Message) -> list[str]:
    """What the buttons of a message say."""
    return [button["title"] for button in message["buttons"] or []]
