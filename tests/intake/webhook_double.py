"""A receiver of webhooks on loopback that does whatever a test wants of it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """What is done with one request, once it is read.

    `raw` is sent as it is. `hangs`: nothing more is said and the connection stays. `drops`: the
    connection ends without an answer. `drips`: this many bytes of body, one each tenth of a second.
    """

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw: bytes | None = None
    hangs: bool = False
    drops: bool = False
    drips: int = 0


TAKEN = Answer()
DROPPED = Answer(drops=True)
HANGING = Answer(hangs=True)


@dataclass(frozen=True)
class Received:
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class WebhookDouble:
    """Answers as told, then as `always`."""

    port: int
    answers: deque[Answer] = field(default_factory=deque)
    always: Answer = TAKEN
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    #: How much was sent of answers that drip.
    dripped: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.received]

    def serve(self, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Take connections until closed."""
        while not self.closing.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection, tls), daemon=True).start()

    def _serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.connections += 1
        with connection, suppress(OSError):
            connection.settimeout(10)
            talking = tls.wrap_socket(connection, server_side=True) if tls else connection
            with talking:
                self._answer(talking)

    def _answer(self, connection: socket.socket) -> None:
        request = _read(connection)
        answer = self.answers.popleft() if self.answers else self.always
        self.received.append(request)
        if answer.drops:
            return
        if answer.hangs:
            self.closing.wait(30)
            return
        connection.sendall(answer.raw if answer.raw is not None else _written(answer))
        for _ in range(answer.drips):
            if self.closing.wait(0.1):
                return
            connection.sendall(b"x")
            self.dripped += 1


def _read(connection: socket.socket) -> Received:
    content = b""
    while b"\r\n\r\n" not in content:
        content += _some(connection)
    head, _, body = content.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (r.partition(":") for r in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _some(connection)
    return Received(line, headers, body)


def _some(connection: socket.socket) -> bytes:
    if not (chunk := connection.recv(65536)):
        raise ConnectionError
    return chunk


def _written(answer: Answer) -> bytes:
    length = len(answer.body) + answer.drips
    head = [f"HTTP/1.1 {answer.status} Whatever", f"Content-Length: {length}"]
    head += [f"{name}: {value}" for name, value in answer.headers]
    return "\r\n".join([*head, "", ""]).encode() + answer.body


@contextmanager
def webhook_double(
    tls: ssl.SSLContext | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[WebhookDouble]:
    """One that listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    double = WebhookDouble(listening.getsockname()[1])
    thread = threading.Thread(target=double.serve, args=(listening, tls), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        double.closing.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def nobody_listens() -> int:
    """A port that refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
