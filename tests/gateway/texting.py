"""Patients who text: what their gateway posts, and what is stored of it and for them."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import select
from sqlalchemy.engine import Row
from standardwebhooks import Webhook

from bot.configuration.messaging_settings import MessagingSettings, TwilioSettings
from bot.configuration.webhook_settings import WebhookUrl
from bot.database.engine import Database
from bot.database.schema import inbound_texts, outbound_texts, text_threads
from bot.gateway.messaging.twilio_signature import signature
from tests.databases import VAULT
from tests.gateway.harness import RunningGateway, until

TOKEN = "a-twilio-token-for-tests"
KEY = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SECRETS = {"TWILIO_AUTH_TOKEN": TOKEN, "MESSAGES_WEBHOOK_SECRET": KEY}

#: Numbers of Twilio's that belong to nobody.
OURS = "+15005550001"
PATIENT = "+15005550006"

#: Nobody listens there: what is to be sent stays in the database, where tests read it.
NOWHERE = "http://127.0.0.1:9"

BOTH = MessagingSettings(
    twilio=TwilioSettings(
        account_sid="AC" + "0" * 32,
        sms_number=OURS,
        whatsapp_number=OURS,
        api_url=NOWHERE,
    ),
    webhook=WebhookUrl(scheme="http", host="127.0.0.1", port=9, target="/"),
    allow_private_webhook=True,
)
NEITHER = MessagingSettings(twilio=None, webhook=None, allow_private_webhook=False)


def fields_of(text: str, number: str = PATIENT, **more: str) -> dict[str, str]:
    """What Twilio posts of a text."""
    return {
        "MessageSid": "SM" + uuid.uuid4().hex,
        "From": number,
        "To": OURS,
        "Body": text,
        "NumMedia": "0",
        "FromCity": "",
        **more,
    }


@dataclass
class Texter:
    """Somebody who texts by Twilio."""

    http: httpx.Client
    url: str
    number: str = PATIENT

    def post(self, fields: dict[str, str], path: str = "/webhooks/twilio") -> httpx.Response:
        """What Twilio posts, with its signature."""
        signed = signature(TOKEN, self.url + path, list(fields.items()))
        return self.http.post(
            path,
            content=urlencode(fields),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signed,
            },
        )

    def text(self, text: str, **more: str) -> dict[str, str]:
        """Text this; what was posted."""
        fields = fields_of(text, self.number, **more)
        response = self.post(fields)
        assert response.status_code == 204, response.text
        return fields


@dataclass
class Kept:
    """What one database holds of texts."""

    database: Database

    def inbound(self) -> list[Row]:
        with self.database.reading() as connection:
            return connection.execute(
                select(inbound_texts).order_by(inbound_texts.c.thread_id, inbound_texts.c.position)
            ).all()

    def threads(self) -> list[Row]:
        with self.database.reading() as connection:
            return connection.execute(select(text_threads)).all()

    def replies(self, number: str = PATIENT) -> list[str]:
        """What a number is sent, in order."""
        return [VAULT.open(row.sealed_text) for row in self.outbound(number)]

    def outbound(self, number: str = PATIENT) -> list[Row]:
        """The texts to a number, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(
                select(outbound_texts, text_threads.c.sealed_address)
                .join(text_threads, text_threads.c.id == outbound_texts.c.thread_id)
                .order_by(outbound_texts.c.thread_id, outbound_texts.c.position)
            ).all()
        return [row for row in rows if VAULT.open(row.sealed_address) == number]

    def until_done(self, count: int, seconds: float = 30) -> None:
        """Wait until so many texts came in and each is dealt with."""

        def done() -> bool:
            states = [row.state for row in self.inbound()]
            return len(states) == count and set(states) <= {"done"}

        until(done, seconds, f"dealing with {count} texts")


@dataclass
class Texting:
    """A gateway that can be texted to."""

    gateway: RunningGateway
    kept: Kept
    rounds: list[str] = field(default_factory=list)

    def texter(self, number: str = PATIENT) -> Texter:
        return Texter(self.gateway.http, self.gateway.url, number)

    def replies_to(self, *texts: str, number: str = PATIENT, **more: str) -> list[str]:
        """Text one after the other; everything that this number was sent up to now."""
        for text in texts:
            count = len(self.kept.inbound())
            self.texter(number).text(text, **more)
            self.kept.until_done(count + 1)
        return self.kept.replies(number)

    def post_json(self, data: dict[str, Any], kind: str = "message.received") -> httpx.Response:
        """What a portal posts, signed."""
        body = json.dumps({"type": kind, "data": data})
        now = datetime.now(timezone.utc)
        path = "/webhooks/messages" + ("/status" if kind == "message.status" else "")
        return self.gateway.http.post(
            path,
            content=body,
            headers={
                "Content-Type": "application/json",
                "webhook-id": "evt_1",
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(KEY).sign("evt_1", now, body),
            },
        )


@contextmanager
def texting_with(start: Callable[..., RunningGateway], **more: Any) -> Iterator[Texting]:
    """A gateway with Twilio and a portal."""
    values = {"messaging": BOTH, "secrets": SECRETS, **more}
    limits = values.pop("limits", None)
    gateway = start(limits, **values) if limits else start(**values)
    database = Database(gateway.settings.database_url, busy_seconds=5, connections=4)
    try:
        yield Texting(gateway, Kept(database))
    finally:
        database.close()
