"""A stand-in for Rasa's loopback channel: a real HTTP server whose behaviour a test chooses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "a-loopback-secret-for-tests"

Said = dict[str, str]
Answer = dict[str, Any]


def chat(text: str = "Noted.", **more: Any) -> Answer:
    """A reply that needs no disclaimer."""
    return {"kind": "chitchat", "text": text, **more}


def echo(said: Said) -> Answer:
    """Answers with what was said, so that a test can tell which message was answered."""
    return {"replies": [chat(f"You said: {said.get('text') or said['payload']}")], "intent": None}


def harmless(text: str) -> Answer:
    """Finds no danger in what a person of staff answers."""
    return {"intent": "faq", "danger": None}


@dataclass
class FakeRasa:
    """What the server does and what it saw. `hold` stops every answer until it is cleared."""

    answer: Callable[[Said], Answer] = echo
    understand: Callable[[str], Answer] = harmless
    status: int = 200
    raw: bytes | None = None
    ready: bool = True
    forget_status: int = 200
    seen: list[Said] = field(default_factory=list)
    overheard: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    active: int = 0
    most_active: int = 0
    _go: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._go.set()
        self._server: _Server | None = None
        self.port = 0
        self.start()

    def reset(self) -> None:
        """Behave as if new."""
        self._go.set()
        if self._server is None:
            self.start()
        until = time.monotonic() + 10
        while self.active and time.monotonic() < until:
            time.sleep(0.005)
        self.answer, self.status, self.raw = echo, 200, None
        self.understand, self.overheard = harmless, []
        self.ready, self.forget_status = True, 200
        self.seen, self.forgotten = [], []
        self.most_active = 0

    def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        fake = self

        class Handler(_Handler):
            rasa = fake

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections, and end those there are."""
        if self._server:
            self._go.set()
            self._server.shutdown()
            self._server.close_all()
            self._server.server_close()
            self._server = None

    def hold(self) -> None:
        """Take messages in but answer none until `release`."""
        self._go.clear()

    def release(self) -> None:
        """Answer."""
        self._go.set()

    def texts(self) -> list[str]:
        """What was said, in the order it came in."""
        return [said.get("text") or said["payload"] for said in self.seen]

    def wait_for_messages(self, count: int, seconds: float = 30) -> None:
        """Wait until this many messages came in."""
        until = time.monotonic() + seconds
        while len(self.seen) < count:
            assert time.monotonic() < until, f"{len(self.seen)} of {count} messages came in"
            time.sleep(0.005)

    def take(self, said: Said) -> tuple[int, bytes]:
        """One message."""
        with self._lock:
            self.seen.append(said)
            self.active += 1
            self.most_active = max(self.most_active, self.active)
        self._go.wait(60)
        try:
            if self.raw is not None:
                return self.status, self.raw
            return self.status, json.dumps(self.answer(said)).encode()
        finally:
            with self._lock:
                self.active -= 1

    def overhear(self, text: str) -> tuple[int, bytes]:
        """One message that a person of staff answers."""
        self.overheard.append(text)
        self._go.wait(60)
        return self.status, self.raw or json.dumps(self.understand(text)).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, *args: Any) -> None:
        self._connections: set[Any] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def close_all(self) -> None:
        for connection in self._connections:
            try:
                connection.shutdown(2)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rasa: FakeRasa

    def do_GET(self) -> None:
        self._send(200 if self.rasa.ready else 503, json.dumps({"ready": self.rasa.ready}).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["X-Loopback-Secret"] != SECRET:
            self._send(401, b"{}")
        elif self.path == "/webhooks/loopback/message":
            self._send(*self.rasa.take(body))
        elif self.path == "/webhooks/loopback/understand":
            self._send(*self.rasa.overhear(body["text"]))
        elif self.path == "/webhooks/loopback/forget":
            if self.rasa.forget_status == 200:
                self.rasa.forgotten.append(body["conversation_id"])
            self._send(self.rasa.forget_status, b"{}")
        else:
            self._send(404, b"{}")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return
