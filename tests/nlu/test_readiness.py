"""Ready means: a probe sentence is understood, and actions can be run."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from rasa.utils.endpoints import EndpointConfig

from bot.content.library import load_library
from bot.nlu.readiness import action_server_answers, understands_probe
from tests.nlu.loopback_server import FakeAgent, LoopbackServer


@pytest.fixture
def serve() -> Iterator[Callable[[int, float], str]]:
    """Starts action servers that answer with a status, after a while; gives their webhook."""
    running: list[HTTPServer] = []

    def serve_one(status: int, wait: float = 0) -> str:
        class Health(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(wait)
                self.send_response(status if self.path == "/health" else 404)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Health)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}/webhook"

    yield serve_one
    for server in running:
        server.shutdown()
        server.server_close()


def heard(intent: str | None) -> Callable[[str], dict[str, Any]]:
    return lambda text: {"intent": {"name": intent, "confidence": 1.0}, "entities": []}


@pytest.mark.parametrize("intent", ["faq", "nlu_fallback", "crisis", "chitchat"])
def test_the_probe_must_be_taken_for_a_question(intent: str) -> None:
    agent = FakeAgent(parse=heard(intent))

    assert asyncio.run(understands_probe(agent)) is (intent == "faq")


def test_the_probe_is_a_question_of_the_page() -> None:
    asked: list[str] = []
    agent = FakeAgent(parse=lambda text: asked.append(text) or heard("faq")(text))

    asyncio.run(understands_probe(agent))

    assert asked[0] in {answer.question for answer in load_library().default_page.answers}


def test_an_agent_without_a_model_understands_nothing() -> None:
    assert asyncio.run(understands_probe(FakeAgent(loaded=False))) is False


def test_an_action_server_that_is_well_is_well(serve: Callable[..., str]) -> None:
    assert asyncio.run(action_server_answers(EndpointConfig(serve(200)))) is True


@pytest.mark.parametrize("status", [404, 500, 503])
def test_one_that_says_otherwise_is_not(serve: Callable[..., str], status: int) -> None:
    assert asyncio.run(action_server_answers(EndpointConfig(serve(status)))) is False


@pytest.mark.parametrize(
    "endpoint",
    [None, EndpointConfig(None), EndpointConfig("http://127.0.0.1:1/webhook")],
    ids=["none", "no address", "nobody there"],
)
def test_one_that_is_not_there_is_not(endpoint: EndpointConfig | None) -> None:
    assert asyncio.run(action_server_answers(endpoint)) is False


def test_one_that_hangs_is_not(serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.nlu.readiness._ACTION_SERVER_SECONDS", 0.2)

    assert asyncio.run(action_server_answers(EndpointConfig(serve(200, 0.6)))) is False


@pytest.mark.parametrize(
    ("intent", "status", "ready"),
    [("faq", 200, True), ("faq", 500, False), ("nlu_fallback", 200, False)],
)
def test_ready_over_http(
    loopback: LoopbackServer, serve: Callable[..., str], intent: str, status: int, ready: bool
) -> None:
    loopback.use(FakeAgent(parse=heard(intent), action_endpoint=EndpointConfig(serve(status))))

    response = loopback.ready()

    assert response.status_code == (200 if ready else 503)
    assert response.json() == ({"ready": True} if ready else {"error": "not_ready"})
