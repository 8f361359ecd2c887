"""What is said to Twilio, and how its answers are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.gateway.messaging.twilio_client import TwilioClient
from bot.replies.channel import Channel
from bot.twilio_double.exchange import Direction
from tests.messaging.outgoing import NUMBER, OURS
from tests.messaging.running_double import RunningDouble, client_for, running_double

LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)


def message(text: str = "The answer.", channel: Channel = Channel.SMS) -> OutboundMessage:
    return OutboundMessage("a" * 32, GatewayName.TWILIO, channel, NUMBER, OURS, text)


@pytest.fixture
def twilio() -> Iterator[RunningDouble]:
    with running_double() as running:
        yield running


def send(client: TwilioClient, sent: OutboundMessage) -> str:
    async def go() -> str:
        try:
            return await client.send(sent)
        finally:
            await client.close()

    return anyio.run(go)


def find(
    client: TwilioClient,
    sent: OutboundMessage,
    since: datetime = LONG_AGO,
    known: frozenset[str] = frozenset(),
) -> str | None:
    async def go() -> str | None:
        try:
            return await client.find_sent(sent, since, known)
        finally:
            await client.close()

    return anyio.run(go)


def test_what_twilio_gets(twilio: RunningDouble) -> None:
    sid = send(twilio.client(public_url="https://bot.clinic.test"), message("¿Qué? {[€]}\nYes."))
    (taken,) = twilio.double.exchange.sent()
    assert (taken.sid, taken.recipient, taken.sender) == (sid, NUMBER, OURS)
    assert taken.body == "¿Qué? {[€]}\nYes."
    assert taken.callback == f"https://bot.clinic.test/webhooks/twilio/status?text={'a' * 32}"


def test_whatsapp_has_a_prefix(twilio: RunningDouble) -> None:
    send(twilio.client(), message(channel=Channel.WHATSAPP))
    (taken,) = twilio.double.exchange.sent()
    assert (taken.recipient, taken.sender) == (f"whatsapp:{NUMBER}", f"whatsapp:{OURS}")
    assert find(twilio.client(), message(channel=Channel.WHATSAPP)) == taken.sid
    assert find(twilio.client(), message()) is None


def test_only_the_very_text_is_found(twilio: RunningDouble) -> None:
    sid = send(twilio.client(), message())
    now = datetime.now(timezone.utc)
    found = {
        "itself": find(twilio.client(), message(), now),
        "another text": find(twilio.client(), message("The answer"), now),
        "known": find(twilio.client(), message(), now, frozenset([sid])),
        "before it": find(twilio.client(), message(), now + timedelta(hours=1)),
    }
    assert found == {"itself": sid, "another text": None, "known": None, "before it": None}


@pytest.mark.parametrize("status", ["failed", "undelivered", "canceled"])
def test_what_came_to_nothing_is_not_found(twilio: RunningDouble, status: str) -> None:
    send(twilio.client(), message())
    twilio.double.exchange.sent()[0].status = status
    assert find(twilio.client(), message()) is None


def test_what_the_patient_wrote_is_not_what_we_sent(twilio: RunningDouble) -> None:
    twilio.double.exchange.add(
        Direction.INBOUND, sender=OURS, recipient=NUMBER, body="The answer.", status="received"
    )
    assert find(twilio.client(), message()) is None


def test_a_trial_accounts_line_is_looked_over(twilio: RunningDouble) -> None:
    sid = send(twilio.client(), message())
    taken = twilio.double.exchange.sent()[0]
    taken.body = f"Sent from your Twilio trial account - {taken.body}"
    assert find(twilio.client(), message()) == sid


def answered(response: httpx.Response, call: str = "send") -> SendError:
    """Why a call fails that is answered so."""
    client = client_for("http://127.0.0.1:9")
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: response))
    with pytest.raises(SendError) as caught:
        send(client, message()) if call == "send" else find(client, message())
    assert NUMBER not in str(caught.value)
    assert "answer" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (429, 20429, SendFailure.RATE_LIMITED),
        (500, 20500, SendFailure.SERVER),
        (503, None, SendFailure.SERVER),
        (401, 20003, SendFailure.SERVER),
        (404, 20404, SendFailure.SERVER),
        (302, None, SendFailure.REFUSED),
        (400, 21610, SendFailure.OPTED_OUT),
        (400, 21617, SendFailure.TOO_LONG),
        (400, 21211, SendFailure.REFUSED),
        (400, None, SendFailure.REFUSED),
    ],
)
def test_what_an_answer_means(status: int, code: int | None, failure: SendFailure) -> None:
    body = {"code": code, "message": f"to {NUMBER}"} if code else {}
    error = answered(httpx.Response(status, json=body))
    assert (error.failure, error.code) == (failure, str(code or status))


@pytest.mark.parametrize(("header", "expected"), [("7", 7.0), ("soon", None), ("", None)])
def test_a_pause_that_is_asked_for(header: str, expected: float | None) -> None:
    error = answered(httpx.Response(429, headers={"Retry-After": header}))
    assert error.retry_after == expected


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"{}", b'{"sid": 5}', b"[" * 9999])
def test_a_yes_that_names_no_message_leaves_doubt(body: bytes) -> None:
    assert answered(httpx.Response(201, content=body)).failure is SendFailure.TIMED_OUT


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"messages": 5}',
        b'{"messages": [{"sid": "SM1", "direction": "outbound-api", "body": "The answer."}]}',
    ],
)
def test_a_list_that_is_none_is_no_no(body: bytes) -> None:
    error = answered(httpx.Response(200, content=body), "find")
    assert error.failure is SendFailure.SERVER


@given(st.binary(max_size=200), st.integers(200, 599))
def test_whatever_is_answered_ends_in_an_id_or_a_failure(body: bytes, status: int) -> None:
    client = client_for("http://127.0.0.1:9")
    response = httpx.Response(status, content=body)
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(lambda request: response))
    try:
        assert send(client, message())
    except SendError as error:
        assert error.failure in set(SendFailure)
