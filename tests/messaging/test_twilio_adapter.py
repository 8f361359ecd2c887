"""What Twilio's webhooks tell, read into the adapter's contract."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.messaging.adapter import (
    DeliveryStatus,
    GatewayName,
    InboundKind,
    InboundMessage,
    MalformedMessageError,
    OptOutType,
)
from bot.gateway.messaging.twilio_adapter import TwilioAdapter
from bot.replies.channel import Channel

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
SID = "SM" + "0123456789abcdef" * 2
ADAPTER = TwilioAdapter(["token"], now=lambda: NOW)
TEXT = {
    "MessageSid": SID,
    "From": "+15005550006",
    "To": "+15005550001",
    "Body": "What is a migraine?",
    "NumMedia": "0",
}


def parsed(**changes: str | None) -> InboundMessage:
    fields = {name: value for name, value in (TEXT | changes).items() if value is not None}
    return ADAPTER.parse(urlencode(fields).encode())


def test_a_text() -> None:
    assert parsed() == InboundMessage(
        gateway=GatewayName.TWILIO,
        provider_id=SID,
        channel=Channel.SMS,
        sender="+15005550006",
        recipient="+15005550001",
        kind=InboundKind.TEXT,
        text="What is a migraine?",
        opt_out=None,
        received_at=NOW,
    )


def test_whatsapp_has_the_same_number_without_its_prefix() -> None:
    message = parsed(From="whatsapp:+15005550006", To="whatsapp:+15005550001")
    assert (message.channel, message.sender) == (Channel.WHATSAPP, "+15005550006")
    assert message.recipient == "+15005550001"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"NumMedia": "2", "MediaUrl0": "https://api.twilio.test/x"}, InboundKind.MEDIA),
        ({"NumMedia": "1", "Body": ""}, InboundKind.MEDIA),
        ({"Latitude": "40.7", "Longitude": "-74.0", "Body": ""}, InboundKind.LOCATION),
        ({"Body": ""}, InboundKind.EMPTY),
        ({"Body": " \n\t "}, InboundKind.EMPTY),
        ({"Body": None, "NumMedia": None}, InboundKind.EMPTY),
        ({"MessageType": "text"}, InboundKind.TEXT),
        ({"MessageType": "button", "ButtonText": "Yes", "Body": "Yes"}, InboundKind.TEXT),
        ({"MessageType": "contacts", "Body": ""}, InboundKind.UNKNOWN),
        ({"MessageType": "something new"}, InboundKind.UNKNOWN),
    ],
)
def test_kinds(changes: dict[str, Any], kind: InboundKind) -> None:
    assert parsed(**changes).kind is kind


@pytest.mark.parametrize(
    ("changes", "text", "button_id"),
    [
        ({"ButtonPayload": "a" * 32, "ButtonText": "Yes", "Body": "Yes"}, "Yes", "a" * 32),
        ({"ButtonPayload": "a" * 32, "ButtonText": "Yes", "Body": ""}, "Yes", "a" * 32),
        ({"ListId": "b" * 32, "ListTitle": "MORE", "Body": ""}, "MORE", "b" * 32),
        ({"ListId": "b" * 32, "ListTitle": "1", "Body": "Row"}, "Row", "b" * 32),
        ({"ButtonPayload": "of another template", "Body": "Hello"}, "Hello", None),
        ({"ButtonPayload": "", "ListId": ""}, "What is a migraine?", None),
    ],
)
def test_a_button_that_was_pressed(
    changes: dict[str, Any], text: str, button_id: str | None
) -> None:
    message = parsed(**changes)
    assert (message.kind, message.text, message.button_id) == (InboundKind.TEXT, text, button_id)


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ("STOP", OptOutType.STOP),
        ("start", OptOutType.START),
        ("HELP", OptOutType.HELP),
        ("", None),
        ("NEW", None),
    ],
)
def test_what_the_provider_has_answered(told: str, means: OptOutType | None) -> None:
    assert parsed(OptOutType=told).opt_out is means


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": None},
        {"MessageSid": "has spaces in it"},
        {"MessageSid": "x" * 81},
        {"From": None},
        {"From": "Clinic"},
        {"From": "whatsapp:clinic"},
        {"From": "messenger:1234"},
        {"To": ""},
        {"To": "+0"},
    ],
)
def test_what_makes_no_sense_is_refused_without_repeating_it(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessageError) as refused:
        parsed(**changes)
    assert not any(value and value in str(refused.value) for value in changes.values())


def test_an_older_name_of_the_id_will_do() -> None:
    assert parsed(MessageSid=None, SmsSid=SID).provider_id == SID


def test_of_a_repeated_field_the_first_counts() -> None:
    body = urlencode(TEXT) + "&Body=another"
    assert ADAPTER.parse(body.encode()).text == "What is a migraine?"


def test_what_is_not_utf8_is_made_readable() -> None:
    body = urlencode({**TEXT, "Body": ""}) + "%ff%fe hello"
    text = ADAPTER.parse(body.replace("Body=", "Body=%ff").encode()).text
    text.encode()
    assert "�" in text


def test_a_message_shows_neither_number_nor_words_when_printed() -> None:
    assert "555" not in repr(parsed()).replace("+15005550001", "")
    assert "migraine" not in repr(parsed())


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", DeliveryStatus.QUEUED),
        ("accepted", DeliveryStatus.QUEUED),
        ("sending", DeliveryStatus.QUEUED),
        ("sent", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.DELIVERED),
        ("undelivered", DeliveryStatus.UNDELIVERED),
        ("failed", DeliveryStatus.UNDELIVERED),
    ],
)
def test_statuses(word: str, status: DeliveryStatus) -> None:
    body = urlencode({"MessageSid": SID, "MessageStatus": word, "ErrorCode": "30003"})
    news = ADAPTER.parse_status(body.encode())
    assert (news.status, news.provider_id, news.error) == (status, SID, "30003")


def test_a_status_without_a_code_or_with_something_else_has_none() -> None:
    body = urlencode({"MessageSid": SID, "MessageStatus": "sent"})
    assert ADAPTER.parse_status(body.encode()).error is None
    odd = body + "&ErrorCode=" + "To+%2B15550100+was+not+reached"
    assert ADAPTER.parse_status(odd.encode()).error is None


@pytest.mark.parametrize("word", ["", "exploded"])
def test_a_status_that_nobody_knows_is_refused(word: str) -> None:
    with pytest.raises(MalformedMessageError):
        ADAPTER.parse_status(urlencode({"MessageSid": SID, "MessageStatus": word}).encode())


@given(st.binary(max_size=300))
def test_no_body_breaks_it(body: bytes) -> None:
    for read in (ADAPTER.parse, ADAPTER.parse_status):
        with pytest.raises(MalformedMessageError):
            read(body)


@given(st.text(max_size=300))
def test_every_text_comes_through(text: str) -> None:
    body = urlencode({**TEXT, "Body": text}, errors="surrogatepass").encode()
    said = ADAPTER.parse(body).text
    said.encode()
    if not any(0xD800 <= ord(character) < 0xE000 for character in text):
        assert said == text
