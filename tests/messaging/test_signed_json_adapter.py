"""JSON of a portal, signed as Standard Webhooks 1.0.0 has it."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bot.gateway.messaging.adapter import (
    DeliveryStatus,
    GatewayName,
    InboundKind,
    InboundMessage,
    MalformedMessageError,
    OptOutType,
    SignatureError,
    SignedRequest,
)
from bot.gateway.messaging.signed_json_adapter import SignedJsonAdapter
from bot.replies.channel import Channel

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
KEY = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_KEY = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
ADAPTER = SignedJsonAdapter([KEY], now=lambda: NOW)
DATA: dict[str, Any] = {
    "id": "msg_1",
    "from": "portal-user-17",
    "text": "What is a migraine?",
}


def received(**changes: Any) -> bytes:
    data = {name: value for name, value in (DATA | changes).items() if value is not None}
    return json.dumps({"type": "message.received", "data": data}).encode()


def signed(body: bytes, key: str = KEY, *, age: float = 0, **changes: str) -> SignedRequest:
    moment = datetime.now(timezone.utc) - timedelta(seconds=age)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(key).sign("evt_1", moment, body.decode("latin-1")),
    }
    url = "https://clinic.test/webhooks/messages"
    return SignedRequest(method="POST", url=url, headers=headers | changes, body=body)


def is_taken(call: SignedRequest, adapter: SignedJsonAdapter = ADAPTER) -> bool:
    try:
        adapter.verify(call)
    except SignatureError:
        return False
    return True


def test_what_is_signed_is_taken() -> None:
    assert is_taken(signed(received()))


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_two_keys_are_taken_while_one_replaces_the_other(key: str) -> None:
    assert is_taken(signed(received(), key), SignedJsonAdapter([OTHER_KEY, KEY]))
    assert is_taken(signed(received(), key)) is (key == KEY)


def test_one_signature_of_several_will_do() -> None:
    ours = signed(received()).headers["webhook-signature"]
    theirs = signed(received(), OTHER_KEY).headers["webhook-signature"]
    assert is_taken(signed(received(), **{"webhook-signature": f"{theirs} {ours}"}))


@pytest.mark.parametrize("age", [-600, 600])
def test_what_is_not_of_now_is_refused(age: float) -> None:
    assert not is_taken(signed(received(), age=age))


def test_what_was_changed_on_the_way_is_refused() -> None:
    call = signed(received())
    changed = SignedRequest("POST", call.url, call.headers, call.body + b" ")
    assert not is_taken(changed)
    assert not is_taken(signed(received(), **{"webhook-id": "evt_2"}))


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", "v1,%%%", "v1,YQ==", "v2,YQ==", ",,,", "v1a,YQ==", "v1,é", "v1,YQ" * 2000],
)
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    assert not is_taken(signed(received(), **{"webhook-signature": signature}))


@pytest.mark.parametrize("moment", ["", "soon", "nan", "1e400", "-1", "99999999999999999999"])
def test_a_moment_that_is_none_is_refused(moment: str) -> None:
    assert not is_taken(signed(received(), **{"webhook-timestamp": moment}))


def test_a_body_that_is_not_utf8_is_refused() -> None:
    assert not is_taken(signed(b"\xff\xfe{}"))


def test_a_message() -> None:
    assert ADAPTER.parse(received()) == InboundMessage(
        gateway=GatewayName.SIGNED_JSON,
        provider_id="msg_1",
        channel=Channel.PORTAL,
        sender="portal-user-17",
        recipient="clinic",
        kind=InboundKind.TEXT,
        text="What is a migraine?",
        opt_out=None,
        received_at=NOW,
    )


def test_another_sms_gateway_says_so() -> None:
    body = received(channel="sms", **{"from": "+15005550006", "to": "+15005550001"})
    message = ADAPTER.parse(body)
    assert (message.channel, message.sender) == (Channel.SMS, "+15005550006")
    assert ADAPTER.parse(received(opt_out="stop")).opt_out is OptOutType.STOP


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"text": ""}, InboundKind.EMPTY),
        ({"text": None}, InboundKind.EMPTY),
        ({"kind": "media", "text": ""}, InboundKind.MEDIA),
        ({"kind": "location", "text": ""}, InboundKind.LOCATION),
        ({"kind": "unknown"}, InboundKind.UNKNOWN),
    ],
)
def test_kinds(changes: dict[str, Any], kind: InboundKind) -> None:
    assert ADAPTER.parse(received(**changes)).kind is kind


def test_what_more_is_told_does_no_harm() -> None:
    assert ADAPTER.parse(received(patient_id="17", attachments=[])).provider_id == "msg_1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        b"\xff",
        b"[" * 60_000,
        json.dumps({"type": "message.sent", "data": DATA}).encode(),
        json.dumps({"type": "message.received", "data": [1]}).encode(),
        received(id=None),
        received(id="two words"),
        received(id=["x"]),
        received(channel="web"),
        received(channel="sms"),
        received(kind="poem"),
        received(text={"html": "secret"}),
        received(text="x" * 60_001),
        received(**{"from": "secret\nuser"}),
        received(**{"from": ""}),
    ],
)
def test_what_makes_no_sense_is_refused_without_repeating_it(body: bytes) -> None:
    with pytest.raises(MalformedMessageError) as refused:
        ADAPTER.parse(body)
    assert "secret" not in str(refused.value) and refused.value.__cause__ is None


def test_news_of_a_text_that_was_sent() -> None:
    data = {"id": "out_1", "status": "undelivered", "error": "no_such_user"}
    body = json.dumps({"type": "message.status", "data": data}).encode()
    news = ADAPTER.parse_status(body)
    assert (news.provider_id, news.status) == ("out_1", DeliveryStatus.UNDELIVERED)
    assert news.error == "no_such_user"
    for wrong in (received(), body.replace(b"undelivered", b"eaten")):
        with pytest.raises(MalformedMessageError):
            ADAPTER.parse_status(wrong)


@given(st.binary(max_size=200), st.text(max_size=60), st.text(max_size=20))
def test_nothing_breaks_it(body: bytes, signature: str, moment: str) -> None:
    headers = {
        "webhook-id": "x",
        "webhook-signature": signature,
        "webhook-timestamp": moment or str(int(datetime.now(timezone.utc).timestamp())),
    }
    assert not is_taken(SignedRequest("POST", "https://clinic.test/", headers, body))
    with pytest.raises(MalformedMessageError):
        ADAPTER.parse(body)


@pytest.mark.parametrize(("told", "means"), [("a" * 32, "a" * 32), ("Yes", None), ("", None)])
def test_a_quick_reply_comes_back_by_its_id(told: str, means: str | None) -> None:
    assert ADAPTER.parse(received(quick_reply=told)).button_id == means
