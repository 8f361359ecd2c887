"""Webhooks: signed, thin, to a checked address, and what every answer of the other side means."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bot.configuration.webhook_settings import WebhookUrl
from bot.intake.delivery_failure import DeliveryError, FailureReason
from bot.intake.delivery_limits import load_delivery_limits
from bot.intake.outbox import Notice, NoticeEvent
from bot.intake.records import Urgency
from bot.intake.retry_after import read_retry_after
from bot.intake.sinks import url_guard
from bot.intake.sinks.url_guard import UrlGuard
from bot.intake.sinks.webhook import WebhookSink
from tests.intake.certificates import Certificate, make_certificate
from tests.intake.notices import notice, seconds
from tests.intake.webhook_double import (
    DROPPED,
    HANGING,
    TAKEN,
    Answer,
    WebhookDouble,
    nobody_listens,
    webhook_double,
)

HOST = "hooks.clinic.test"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
LIMITS = load_delivery_limits().attempts


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"), HOST)


@pytest.fixture
def double() -> Iterator[WebhookDouble]:
    with webhook_double() as made:
        yield made


#: Made once: reading the system's certificates takes a while.
TRUST = ssl.create_default_context()


def sink_for(port: int, *, target: str = "/hook?from=desk", **changes: Any) -> WebhookSink:
    """One without TLS, to loopback."""
    options: dict[str, Any] = {
        "keys": [KEY],
        "public_url": "https://chat.clinic.test",
        "limits": LIMITS,
        "trust": TRUST,
        **changes,
    }
    url = WebhookUrl(scheme="http", host="127.0.0.1", port=port, target=target)
    return WebhookSink(url, UrlGuard(allow_private=True), **options)


def send(sink: WebhookSink, one: Notice | None = None, within: float = 10) -> None:
    async def limited() -> None:
        with anyio.fail_after(within):
            await sink.send(one or notice())

    anyio.run(limited)


def failed(sink: WebhookSink) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(sink)
    return caught.value


def test_it_is_signed_as_standard_webhooks_has_it(double: WebhookDouble) -> None:
    send(sink_for(double.port))

    (request,) = double.received
    assert request.line == "POST /hook?from=desk HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{double.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.key == notice().id
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert Webhook(KEY).verify(request.body, request.headers) == json.loads(request.body)


def test_it_says_reference_urgency_and_desk_address_and_nothing_else(
    double: WebhookDouble,
) -> None:
    one = notice(urgency=Urgency.CRISIS_SHOWN, event=NoticeEvent.URGENT_RAISED)
    send(sink_for(double.port), one)

    assert json.loads(double.received[0].body) == {
        "type": "intake.urgent_raised",
        "timestamp": "2026-07-01T12:00:00.123456+00:00",
        "data": {
            "reference": "K7XD-29QM",
            "urgency": "crisis_shown",
            "link": "https://chat.clinic.test/desk/records/K7XD-29QM",
        },
    }


def test_another_attempt_has_the_same_key_and_body_and_a_fresh_signature(
    double: WebhookDouble,
) -> None:
    clock = iter([datetime.now(timezone.utc), datetime.now(timezone.utc) + seconds(5)])
    sink = sink_for(double.port, now=lambda: next(clock))
    for _ in range(2):
        send(sink)

    first, second = double.received
    assert (first.key, first.body) == (second.key, second.body)
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    Webhook(KEY).verify(second.body, second.headers)


def test_every_key_signs_while_one_replaces_another(double: WebhookDouble) -> None:
    send(sink_for(double.port, keys=[KEY, OLD_KEY]))

    (request,) = double.received
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    for key in (KEY, OLD_KEY):
        Webhook(key).verify(request.body, request.headers)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_status_of_success_means_taken(double: WebhookDouble, status: int) -> None:
    double.answers.append(Answer(status))
    send(sink_for(double.port))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 415, 418, 422, 451, 499])
def test_most_refusals_are_for_good(double: WebhookDouble, status: int) -> None:
    double.answers.append(Answer(status))
    error = failed(sink_for(double.port))
    assert (str(error.failure), error.permanent) == (f"http_status {status}", True)


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_some_answers_ask_for_another_try(double: WebhookDouble, status: int) -> None:
    double.answers.append(Answer(status))
    error = failed(sink_for(double.port))
    assert (str(error.failure), error.permanent) == (f"http_status {status}", False)
    assert error.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(double: WebhookDouble, status: int) -> None:
    with webhook_double() as elsewhere:
        there = f"http://127.0.0.1:{elsewhere.port}/"
        double.answers.append(Answer(status, headers=(("Location", there),)))
        error = failed(sink_for(double.port))

    assert (str(error.failure), error.permanent) == (f"http_status {status}", False)
    assert elsewhere.connections == 0


def test_what_is_answered_is_not_read(double: WebhookDouble) -> None:
    double.answers.append(Answer(200, body=b"x" * 4096, drips=600))
    started = time.monotonic()
    send(sink_for(double.port))
    assert time.monotonic() - started < 5
    assert double.dripped < 50


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 120),
        ("0", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("9" * 30, None),
        ("²", None),
        ("Wed, 99 Foo 2026 12:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_retry_after_in_seconds_is_read(header: str, expected: float | None) -> None:
    raw = f"HTTP/1.1 503 Busy\r\nRetry-After: {header}\r\nContent-Length: 0\r\n\r\n"
    with webhook_double() as double:
        double.answers.append(Answer(raw=raw.encode("latin-1", "replace")))
        assert failed(sink_for(double.port)).retry_after == expected


def test_retry_after_as_a_date_is_read(double: WebhookDouble) -> None:
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    double.answers.append(Answer(429, headers=(("Retry-After", format_datetime(later, True)),)))
    asked = failed(sink_for(double.port)).retry_after
    assert asked
    assert 290 < asked <= 300


@given(
    st.text(max_size=40)
    | st.from_regex(
        r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d+:\d+:\d+ ([A-Z]{1,4}|[+-]\d+)"
    )
)
def test_whatever_retry_after_says_it_is_a_time_to_wait_or_nothing(text: str) -> None:
    asked = read_retry_after(text, datetime.now(timezone.utc))
    assert asked is None or asked >= 0


def test_nobody_listens() -> None:
    error = failed(sink_for(nobody_listens()))
    assert (str(error.failure), error.permanent) == ("connection", False)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"garbage\r\n\r\n",
        b"\x16\x03\x01\x02\x00" * 40,
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
def test_garbage_is_a_failed_connection(double: WebhookDouble, raw: bytes) -> None:
    double.answers.append(Answer(raw=raw))
    error = failed(sink_for(double.port))
    assert (error.failure.reason, error.permanent) == (FailureReason.CONNECTION, False)


def test_a_connection_that_ends_after_the_request_leaves_it_open_whether_it_was_taken(
    double: WebhookDouble,
) -> None:
    double.answers += [DROPPED, TAKEN]
    sink = sink_for(double.port)
    assert str(failed(sink).failure) == "connection"
    send(sink)
    assert len(set(double.keys)) == 1
    assert len(double.keys) == 2


def test_the_caller_can_cut_an_attempt_short(double: WebhookDouble) -> None:
    double.answers.append(HANGING)
    with pytest.raises(TimeoutError):
        send(sink_for(double.port), within=0.3)


def test_no_proxy_and_no_password_of_this_machine_is_used(
    double: WebhookDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login nurse password hush\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{nobody_listens()}")
    send(sink_for(double.port))
    assert "authorization" not in double.received[0].headers


# With TLS, by name, to an address that the guard has found.


def secured(
    certificate: Certificate,
    port: int,
    *addresses: str,
    host: str = HOST,
    monkeypatch: pytest.MonkeyPatch,
) -> WebhookSink:
    """One that finds `addresses`, with loopback counted as public."""
    asked = iter([addresses])

    async def resolve_once(host: str, port: int) -> Sequence[str]:
        # A second question would be answered by another address: there must be none.
        return next(asked)

    monkeypatch.setattr(url_guard, "is_public", lambda address: True)
    return WebhookSink(
        WebhookUrl(scheme="https", host=host, port=port, target="/hook"),
        UrlGuard(allow_private=False, resolve=resolve_once),
        keys=[KEY],
        public_url="https://chat.clinic.test",
        limits=LIMITS,
        trust=certificate.trust,
    )


def test_the_connection_goes_to_the_checked_address_under_the_name(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[str | None] = []
    context = certificate.of_the_server
    context.sni_callback = lambda _, name, __: asked_for.append(name)  # type: ignore[assignment]
    with webhook_double(context) as double:
        send(secured(certificate, double.port, "127.0.0.1", monkeypatch=monkeypatch))

    assert asked_for == [HOST]
    assert double.received[0].headers["host"] == f"{HOST}:{double.port}"


def test_a_certificate_of_another_name_is_refused(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook_double(certificate.of_the_server) as double:
        sink = secured(
            certificate, double.port, "127.0.0.1", host="other.test", monkeypatch=monkeypatch
        )
        error = failed(sink)
    assert (str(error.failure), error.permanent) == ("tls", False)
    assert double.received == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    stranger = make_certificate(tmp_path, HOST)
    with webhook_double(stranger.of_the_server) as double:
        sink = secured(certificate, double.port, "127.0.0.1", monkeypatch=monkeypatch)
        assert str(failed(sink).failure) == "tls"


def test_the_next_address_is_tried_when_one_does_not_listen(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook_double(certificate.of_the_server) as double:
        send(secured(certificate, double.port, "127.0.0.9", "127.0.0.1", monkeypatch=monkeypatch))
    assert len(double.received) == 1


def test_the_next_address_is_not_tried_once_the_request_was_sent(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with webhook_double(certificate.of_the_server) as double:
        double.always = DROPPED
        sink = secured(certificate, double.port, "127.0.0.1", "127.0.0.1", monkeypatch=monkeypatch)
        assert str(failed(sink).failure) == "connection"
    assert double.connections == 1


def test_a_private_address_is_not_even_connected_to(certificate: Certificate) -> None:
    async def rebound(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    with webhook_double(certificate.of_the_server) as double:
        sink = WebhookSink(
            WebhookUrl(scheme="https", host=HOST, port=double.port, target="/"),
            UrlGuard(allow_private=False, resolve=rebound),
            keys=[KEY],
            public_url="https://chat.clinic.test",
            limits=LIMITS,
            trust=certificate.trust,
        )
        assert str(failed(sink).failure) == "address_refused"
    assert double.connections == 0


def test_an_address_of_version_6_is_reached(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        with webhook_double(certificate.of_the_server, host="::1") as double:
            send(secured(certificate, double.port, "::1", monkeypatch=monkeypatch))
            assert len(double.received) == 1
    except OSError:
        pytest.skip("this machine has no IPv6")
