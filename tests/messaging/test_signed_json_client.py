"""Answers to a portal: signed, under one key however often they are tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone

import anyio
import pytest
from standardwebhooks import Webhook

from bot.configuration.webhook_settings import read_webhook_url
from bot.database.engine import Database
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.gateway.messaging.signed_json_client import SignedJsonClient
from bot.intake.sinks.signed_post import SignedPost
from bot.intake.sinks.url_guard import UrlGuard
from bot.replies.channel import Channel
from bot.replies.texting.quick_reply import QuickReply
from tests.intake.webhook_double import (
    DROPPED,
    Answer,
    WebhookDouble,
    nobody_listens,
    webhook_double,
)
from tests.messaging.outgoing import Office, new_text, new_thread, row

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = OutboundMessage(
    id="a" * 32,
    gateway=GatewayName.SIGNED_JSON,
    channel=Channel.PORTAL,
    to="user-17",
    sender="clinic",
    text="The answer, más.",
    quick_replies=(QuickReply("b1", "Yes"), QuickReply("b2", "1", "What is an aura?")),
)


def client_for(port: int, *, allow_private: bool = True) -> SignedJsonClient:
    url = read_webhook_url("X", f"http://127.0.0.1:{port}/in", private=True)
    guard = UrlGuard(allow_private=allow_private)
    return SignedJsonClient(SignedPost(url, guard, keys=[KEY], connect_seconds=5))


@pytest.fixture
def portal() -> Iterator[WebhookDouble]:
    with webhook_double() as double:
        yield double


def failure_of(client: SignedJsonClient) -> SendError:
    with pytest.raises(SendError) as caught:
        anyio.run(client.send, MESSAGE)
    assert "answer" not in str(caught.value)
    return caught.value


def test_what_a_portal_gets(portal: WebhookDouble) -> None:
    assert anyio.run(client_for(portal.port).send, MESSAGE) == MESSAGE.id
    (received,) = portal.received
    assert json.loads(received.body) == {
        "type": "message.send",
        "data": {
            "id": "a" * 32,
            "channel": "portal",
            "to": "user-17",
            "from": "clinic",
            "text": "The answer, más.",
            "quick_replies": [
                {"id": "b1", "title": "Yes"},
                {"id": "b2", "title": "1", "description": "What is an aura?"},
            ],
        },
    }
    assert received.key == MESSAGE.id
    assert Webhook(KEY).verify(received.body, received.headers)
    assert received.line == "POST /in HTTP/1.1"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer(429, headers=(("Retry-After", "9"),)), SendFailure.RATE_LIMITED),
        (Answer(500), SendFailure.SERVER),
        (Answer(409), SendFailure.SERVER),
        (Answer(400), SendFailure.REFUSED),
        (Answer(410), SendFailure.REFUSED),
        (DROPPED, SendFailure.TIMED_OUT),
    ],
)
def test_what_an_answer_means(portal: WebhookDouble, answer: Answer, failure: SendFailure) -> None:
    portal.answers.append(answer)
    error = failure_of(client_for(portal.port))
    assert error.failure is failure
    assert error.retry_after == (9 if failure is SendFailure.RATE_LIMITED else None)


def test_nobody_is_there_or_may_be_asked() -> None:
    assert not failure_of(client_for(nobody_listens())).permanent
    refused = failure_of(client_for(9, allow_private=False))
    assert refused.failure is SendFailure.UNREACHABLE


def test_each_attempt_has_the_same_key(database: Database, portal: WebhookDouble) -> None:
    office = Office(database, now=datetime.now(timezone.utc))
    thread = new_thread(
        database, "user-17", channel=Channel.PORTAL, gateway=GatewayName.SIGNED_JSON
    )
    new_text(database, thread, now=office.clock())
    portal.answers.extend([Answer(503), DROPPED])

    async def go() -> None:
        worker = office.worker({GatewayName.SIGNED_JSON: client_for(portal.port)})
        for _ in range(4):
            await worker.round()
            office.clock.wait(3600)

    anyio.run(go)
    assert portal.keys == [row(database).id] * 3
    assert len({received.body for received in portal.received}) == 1
    assert (row(database).state, row(database).provider_id) == ("sent", row(database).id)
