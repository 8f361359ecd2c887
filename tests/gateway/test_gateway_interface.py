"""Hostile and careless requests, origins, headers, addresses and metrics."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from bot.gateway.client_address import ClientAddresses
from bot.gateway.origins import allowed_origins
from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.harness import Chat, RunningGateway, StartGateway, limits_with

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def send(conversation: Chat, content: Any, **headers: str) -> tuple[int, str]:
    """Send a body as it is; the status and the error's code."""
    response = conversation.http.post(
        "/api/message",
        content=content,
        headers={**conversation.headers, "Idempotency-Key": "key-number-1", **JSON, **headers},
    )
    assert response.headers["content-type"] == "application/json"
    error = response.json().get("error", {})
    assert response.status_code == 200 or set(error) == {"code", "message"}
    assert response.status_code == 200 or error["message"]
    return response.status_code, error.get("code", "")


def test_twelve_thousand_characters_are_too_large(gateway: RunningGateway, rasa: FakeRasa) -> None:
    assert send(gateway.chat(), json.dumps({"text": "a" * 12_000})) == (413, "body_too_large")
    assert rasa.seen == []


def test_a_chunked_body_without_a_length_is_counted(gateway: RunningGateway) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(12):
            yield b"a" * 1000
        yield b'"}'

    assert send(gateway.chat(), chunks()) == (413, "body_too_large")


def test_a_page_that_asks_for_news_now_and_then_is_not_hung_up_on(start: StartGateway) -> None:
    gateway = start(limits_with())

    assert gateway.server.config.timeout_keep_alive > limits_with().updates.later_seconds
    assert gateway.server.config.timeout_keep_alive > limits_with().desk.poll_seconds


def test_a_body_that_never_ends_is_given_up(start: StartGateway) -> None:
    gateway = start(limits_with(request={"body_seconds": 0.2}))
    conversation = gateway.chat()
    host, port = "127.0.0.1", gateway.settings.port
    with socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(
            b"POST /api/message HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Idempotency-Key: 12345678\r\nContent-Length: 20\r\n"
            + f"Authorization: Bearer {conversation.token}\r\n\r\n".encode()
            + b'{"text"'
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("", 422, "text_empty"),
        ("  \n\t ", 422, "text_empty"),
        ("\u200b\u202e\ufeff", 422, "text_empty"),
        ("///", 422, "text_empty"),
        ("\x00\x07\x1b", 422, "text_empty"),
        ("a" * 2000, 200, ""),
        ("a" * 2001, 422, "text_too_long"),
        ("\u20ac" * 2000, 200, ""),
        ("\N{GRINNING FACE}\N{PERSON RAISING BOTH HANDS IN CELEBRATION}", 200, ""),
        ("<img src=x onerror=alert(1)>", 200, ""),
        ("\x1b[31mred\x00\x07", 200, ""),
        ("\ud800 lone surrogate", 200, ""),
    ],
)
def test_texts(gateway: RunningGateway, text: str, status: int, code: str) -> None:
    body = json.dumps({"text": text}, ensure_ascii="\ud800" in text).encode()
    assert send(gateway.chat(), body) == (status, code)


def test_html_stays_text_and_controls_go(gateway: RunningGateway, rasa: FakeRasa) -> None:
    conversation = gateway.chat()
    conversation.say("<b>\x1b[31mred\x00</b>")
    assert rasa.texts() == ["<b>[31mred</b>"]
    assert conversation.history()[-2]["text"] == "<b>[31mred</b>"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b"[" * 8000, 400, "malformed_json"),
        (b"[]", 422, "wrong_shape"),
        (b"null", 422, "wrong_shape"),
        (b'"text"', 422, "wrong_shape"),
        (b"{}", 422, "wrong_shape"),
        (b'{"text": 1}', 422, "wrong_shape"),
        (b'{"text": null}', 422, "wrong_shape"),
        (b'{"text": ["a"]}', 422, "wrong_shape"),
        (b'{"text": "a", "button_id": "b"}', 422, "wrong_shape"),
        (b'{"text": "a", "sender": "b"}', 422, "wrong_shape"),
        (b'{"payload": "/faq"}', 422, "wrong_shape"),
    ],
)
def test_bodies_of_another_shape(
    gateway: RunningGateway, rasa: FakeRasa, body: bytes, status: int, code: str
) -> None:
    assert send(gateway.chat(), body) == (status, code)
    assert rasa.seen == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_read(gateway: RunningGateway, kind: str) -> None:
    status = send(gateway.chat(), b'{"text": "a"}', **{"Content-Type": kind})
    assert status == (415, "wrong_type")


def test_json_with_a_charset_is_read(gateway: RunningGateway) -> None:
    kind = {"Content-Type": "application/JSON; charset=utf-8"}
    assert send(gateway.chat(), b'{"text": "a"}', **kind) == (200, "")


def test_a_session_takes_no_body_but_an_empty_object(gateway: RunningGateway) -> None:
    post = gateway.http.post
    assert post("/api/session", json={}).status_code == 201
    assert post("/api/session", json={"conversation_id": "mine"}).status_code == 422
    assert post("/api/session", content=b"x=1", headers=FORM).status_code == 415
    assert post("/api/session", content=b"x=1").status_code == 415


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer short",
        "Bearer " + "x" * 43,
        "Bearer " + "x" * 5000,
        "Basic " + "x" * 43,
        "Bearer ../../etc/passwd",
        "Bearer ' or 1=1 --",
    ],
)
def test_a_wrong_token_is_refused(
    gateway: RunningGateway, rasa: FakeRasa, authorization: str
) -> None:
    for response in (
        gateway.http.post(
            "/api/message",
            json={"text": "hello"},
            headers={"Authorization": authorization, "Idempotency-Key": "12345678"},
        ),
        gateway.http.get("/api/history", headers={"Authorization": authorization}),
        gateway.http.delete("/api/session", headers={"Authorization": authorization}),
    ):
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "session_over"
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert rasa.seen == []


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "key_missing"),
        ("", "key_malformed"),
        ("short", "key_malformed"),
        ("a" * 129, "key_malformed"),
        ("with a space", "key_malformed"),
        (b"caf\xc3\xa9-caf\xc3\xa9", "key_malformed"),
    ],
)
def test_the_idempotency_key_must_have_its_form(
    gateway: RunningGateway, key: str | bytes | None, code: str
) -> None:
    headers: dict[str, Any] = dict(gateway.chat().headers)
    if key is not None:
        headers["Idempotency-Key"] = key
    response = gateway.http.post("/api/message", json={"text": "hello"}, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


@pytest.mark.parametrize("key", ["12345678", "!" * 128])
def test_the_longest_and_shortest_keys(gateway: RunningGateway, key: str) -> None:
    assert gateway.chat().say("hello", key=key).status_code == 200


def test_unknown_places_and_methods_are_json(gateway: RunningGateway) -> None:
    for method, path, status, code in (
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/history/", 404, "not_found"),
        ("GET", "/../clinic.yml", 404, "not_found"),
        ("GET", "/webhooks/loopback/message", 404, "not_found"),
        ("GET", "/api/message", 405, "method_not_allowed"),
        ("PUT", "/api/session", 405, "method_not_allowed"),
        ("POST", "/", 405, "method_not_allowed"),
    ):
        response = gateway.http.request(method, path)
        assert (response.status_code, response.json()["error"]["code"]) == (status, code), path
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "POST" in gateway.http.get("/api/message").headers["Allow"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://clinic.example.evil"])
def test_a_foreign_origin_is_refused(start: StartGateway, rasa: FakeRasa, origin: str) -> None:
    gateway = start(clinic_with={"allowed_origins": ("https://clinic.example",)})
    conversation = gateway.chat()
    for response in (
        conversation.post({"text": "hello"}, Origin=origin),
        gateway.http.post("/api/session", headers={"Origin": origin}),
        gateway.http.options(
            "/api/session", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        ),
    ):
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "foreign_origin"
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Vary"] == "Origin"
    assert rasa.seen == []


def test_an_allowed_origin_gets_cors_headers_and_no_credentials(start: StartGateway) -> None:
    gateway = start(clinic_with={"allowed_origins": ("https://clinic.example",)})
    origin = {"Origin": "https://clinic.example"}
    opened = gateway.http.post("/api/session", headers=origin)
    assert opened.status_code == 201
    refused = gateway.http.get("/api/history", headers=origin)
    preflight = gateway.http.options(
        "/api/message",
        headers={
            **origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )
    assert (preflight.status_code, preflight.content) == (204, b"")
    allowed = preflight.headers["Access-Control-Allow-Headers"].lower()
    assert {part.strip() for part in allowed.split(",")} == {
        "authorization",
        "content-type",
        "idempotency-key",
    }
    for response in (opened, refused, preflight):
        assert response.headers["Access-Control-Allow-Origin"] == "https://clinic.example"
        assert response.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


def test_the_own_origin_may_speak(gateway: RunningGateway) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        origin = f"http://{name}:{gateway.settings.port}"
        assert gateway.http.post("/api/session", headers={"Origin": origin}).status_code == 201


def test_a_public_address_has_no_other_names() -> None:
    found = allowed_origins("https://Chat.clinic.example/path", ["http://other.example"])
    assert found == {"https://chat.clinic.example", "http://other.example"}


def test_every_response_carries_the_security_headers(gateway: RunningGateway) -> None:
    conversation = gateway.chat()
    for response in (
        gateway.http.get("/"),
        gateway.http.get("/widget.js"),
        gateway.http.get("/health/live"),
        gateway.http.get("/nothing"),
        conversation.say("hello"),
        conversation.say(""),
        conversation.delete(),
    ):
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in headers
        assert "Server" not in headers
    assert conversation.say("hello").headers["Cache-Control"] == "no-store"


def test_https_is_remembered_only_where_it_is_used(start: StartGateway) -> None:
    gateway = start(public_url="https://chat.clinic.example")
    assert "max-age" in gateway.http.get("/").headers["Strict-Transport-Security"]


def test_metrics_count_and_hold_no_text(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start()
    conversation = gateway.chat()
    conversation.say("a canary in the metrics")
    conversation.say("")
    found = gateway.http.get("/metrics")
    assert found.headers["Content-Type"].startswith("text/plain")
    assert gateway.metric('assistant_replies_total{kind="chitchat"}') == 2
    assert gateway.metric('assistant_errors_total{code="text_empty"}') == 1
    assert gateway.metric("assistant_turn_seconds_count") == 1
    assert gateway.metric("assistant_turns_in_flight") == 0
    for secret in ("canary", conversation.token, rasa.seen[0]["conversation_id"], "127.0.0.1"):
        assert secret not in found.text


def test_metrics_are_for_this_machine_and_trusted_proxies(start: StartGateway) -> None:
    gateway = start()
    assert gateway.http.get("/metrics").status_code == 200
    forwarded = gateway.http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"})
    assert forwarded.status_code == 404
    gateway.stop()
    proxied = start(trusted_proxies=("127.0.0.0/8",), port=gateway.settings.port)
    assert proxied.http.get("/metrics").status_code == 200
    behind = proxied.http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"})
    assert behind.status_code == 404


def test_readiness_is_not_probed_more_often_than_allowed(
    start: StartGateway, rasa: FakeRasa
) -> None:
    gateway = start(limits_with(readiness={"reuse_seconds": 60}))
    assert gateway.http.get("/health/ready").status_code == 200
    rasa.ready = False
    assert gateway.http.get("/health/ready").status_code == 200


class _Request:
    """As much of a request as an address needs."""

    def __init__(self, peer: str, forwarded: str) -> None:
        from starlette.datastructures import Address, Headers

        self.client = Address(peer, 1)
        self.headers = Headers({"x-forwarded-for": forwarded} if forwarded else {})


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "8.8.8.8, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "rubbish", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
    ],
)
def test_addresses_are_believed_from_trusted_proxies_only(
    peer: str, forwarded: str, seen: str
) -> None:
    request: Any = _Request(peer, forwarded)
    assert ClientAddresses(["10.0.0.0/24"]).group_of(request) == seen
