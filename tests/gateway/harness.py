"""What the tests do with a running gateway."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher

from bot.configuration.settings import Settings
from bot.gateway.limits import GatewayLimits, load_limits
from bot.safety.danger import Danger, DangerTopic

CRISIS_TEXT = "I want to vanish forever"
EMERGENCY_TEXT = "the worst thunderclap"

#: What the two tell of.
CRISIS = Danger(topic=DangerTopic.SUICIDE)
EMERGENCY = Danger(topic=DangerTopic.BODY)

#: Hashes a password, as every gateway does when it starts, with the least possible work.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

#: A safety reply waits until it is stored, however busy the machine is with other tests.
PATIENT = {"database_seconds": 5}


def limits_with(**sections: dict[str, Any]) -> GatewayLimits:
    """The shipped limits with some numbers changed: `turn={"waiting": 2}`."""
    values = load_limits().dict()
    for section, numbers in sections.items():
        values[section] |= numbers
    limits: GatewayLimits = GatewayLimits.parse_obj(values)
    return limits


def until(true: Callable[[], bool], seconds: float = 30, what: str = "it") -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.01)


@dataclass
class Chat:
    """One patient's conversation, over HTTP."""

    http: httpx.Client
    token: str
    opened: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        """Send one message; the key is a fresh one unless given."""
        key = key or uuid.uuid4().hex
        return self.http.post(
            "/api/message",
            json=body,
            headers={**self.headers, "Idempotency-Key": key, **headers},
        )

    def say(self, text: str, key: str | None = None) -> httpx.Response:
        return self.post({"text": text}, key)

    def press(self, button_id: str, key: str | None = None) -> httpx.Response:
        return self.post({"button_id": button_id}, key)

    def history(self) -> list[dict[str, Any]]:
        response = self.http.get("/api/history", headers=self.headers)
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()["messages"]
        return found

    def delete(self) -> httpx.Response:
        return self.http.delete("/api/session", headers=self.headers)


@dataclass
class RunningGateway:
    """A gateway that listens, in a thread of this process."""

    server: uvicorn.Server
    url: str
    thread: threading.Thread
    settings: Settings
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def http(self) -> httpx.Client:
        if not self.clients:
            self.client()
        return self.clients[0]

    def client(self) -> httpx.Client:
        """A connection pool of its own."""
        made = httpx.Client(base_url=self.url, timeout=30, limits=httpx.Limits(max_connections=100))
        self.clients.append(made)
        return made

    def chat(self) -> Chat:
        """A new conversation."""
        response = self.http.post("/api/session")
        assert response.status_code == 201, response.text
        return Chat(self.http, response.json()["token"], response.json())

    def metric(self, line: str) -> float:
        """The value of the metric written exactly so, labels and all; 0 if there is none."""
        for found in self.http.get("/metrics").text.splitlines():
            name, _, value = found.rpartition(" ")
            if name == line:
                return float(value)
        return 0.0

    @contextmanager
    def counts(self, line: str, by: float = 1) -> Iterator[None]:
        """Within this, the metric grows by exactly so much."""
        before = self.metric(line)
        yield
        assert self.metric(line) - before == by, line

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(30)
        for client in self.clients:
            client.close()
        assert not self.thread.is_alive()


def only(response: httpx.Response) -> dict[str, Any]:
    """The one message of an answer."""
    assert response.status_code == 200, response.text
    (message,) = response.json()["messages"]
    assert isinstance(message, dict)
    return message


StartGateway = Callable[..., RunningGateway]
