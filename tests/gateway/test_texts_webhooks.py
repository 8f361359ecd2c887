"""The calls of messaging gateways: who is believed, what is stored, and what is answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.gateway.alerts import alerts_of
from tests.gateway.harness import CRISIS_TEXT, StartGateway, limits_with, until
from tests.gateway.requests import records
from tests.gateway.texting import (
    NEITHER,
    PATIENT,
    TOKEN,
    Texting,
    fields_of,
    signature,
    texting_with,
)

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def texting(start: StartGateway) -> Iterator[Texting]:
    with texting_with(start) as one:
        yield one


def test_a_signed_text_is_stored_and_answered(texting: Texting) -> None:
    response = texting.texter().post(fields_of("hello"))
    assert (response.status_code, response.content) == (204, b"")
    texting.kept.until_done(1)
    (reply,) = texting.kept.replies()
    assert "You said: hello" in reply


@pytest.mark.parametrize(
    "signed", [None, "", "AAAA", "wrong"], ids=["none", "blank", "made up", "of another token"]
)
def test_who_cannot_sign_is_refused_and_nothing_is_stored(
    texting: Texting, signed: str | None
) -> None:
    fields = fields_of("hello")
    url = texting.gateway.url + "/webhooks/twilio"
    headers = dict(FORM)
    if signed is not None:
        headers["X-Twilio-Signature"] = (
            signature("another token", url, list(fields.items())) if signed == "wrong" else signed
        )
    with texting.gateway.counts('assistant_texts_in_total{gateway="twilio",outcome="refused"}'):
        response = texting.gateway.http.post(
            "/webhooks/twilio", content=urlencode(fields), headers=headers
        )
    assert (response.status_code, response.content) == (403, b"")
    assert texting.kept.inbound() == []


def test_what_was_changed_on_the_way_is_refused(texting: Texting) -> None:
    fields = fields_of("hello")
    url = texting.gateway.url + "/webhooks/twilio"
    signed = {**FORM, "X-Twilio-Signature": signature(TOKEN, url, list(fields.items()))}
    for path, changed in [
        ("/webhooks/twilio", {**fields, "Body": "goodbye"}),
        ("/webhooks/twilio", {**fields, "From": "+15005550009"}),
        ("/webhooks/twilio?x=1", fields),
        ("/webhooks/twilio/status", fields),
    ]:
        response = texting.gateway.http.post(path, content=urlencode(changed), headers=signed)
        assert response.status_code == 403
    assert texting.kept.inbound() == []


def test_the_configured_address_is_signed_whatever_a_proxy_makes_of_it(start: StartGateway) -> None:
    public = "https://bot.clinic.test"
    with texting_with(start, public_url=public) as texting:
        fields = fields_of("hello")
        path = "/webhooks/twilio?from=us%20all&x="
        for url, expected in [
            (public + path, 204),
            (public + ":443" + path, 204),
            (texting.gateway.url + path, 403),
            ("http://bot.clinic.test" + path, 403),
            (public + "/webhooks/twilio", 403),
        ]:
            response = texting.gateway.http.post(
                path,
                content=urlencode({**fields, "MessageSid": f"SM{expected}{len(url)}"}),
                headers={
                    **FORM,
                    "Host": "evil.test",
                    "X-Forwarded-Host": "evil.test",
                    "X-Forwarded-Proto": "gopher",
                    "X-Twilio-Signature": signature(
                        TOKEN,
                        url,
                        list({**fields, "MessageSid": f"SM{expected}{len(url)}"}.items()),
                    ),
                },
            )
            assert response.status_code == expected, url


def test_a_portal_signs_json(texting: Texting) -> None:
    data = {"id": "m1", "from": "user-17", "text": "hello"}
    assert texting.post_json(data).status_code == 204
    texting.kept.until_done(1)
    assert "You said: hello" in texting.kept.replies("user-17")[-1]
    unsigned = texting.gateway.http.post("/webhooks/messages", json={"type": "message.received"})
    assert unsigned.status_code == 403


def test_a_foreign_origin_does_not_matter_to_a_gateway(texting: Texting) -> None:
    texting.gateway.http.headers["Origin"] = "https://evil.test"
    try:
        assert texting.texter().post(fields_of("hello")).status_code == 204
    finally:
        del texting.gateway.http.headers["Origin"]


def test_without_a_configured_gateway_there_is_nothing(start: StartGateway) -> None:
    gateway = start(messaging=NEITHER)
    for path in ("twilio", "twilio/status", "messages", "messages/status"):
        assert gateway.http.post(f"/webhooks/{path}").status_code == 404


def test_only_the_configured_one_of_two_is_found(start: StartGateway) -> None:
    from dataclasses import replace

    from tests.gateway.texting import BOTH

    with texting_with(start, messaging=replace(BOTH, webhook=None)) as texting:
        assert texting.post_json({"id": "m1", "from": "user-17"}).status_code == 404
        assert texting.texter().post(fields_of("hello")).status_code == 204


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(texting: Texting, method: str) -> None:
    assert texting.gateway.http.request(method, "/webhooks/twilio").status_code == 405


@pytest.mark.parametrize(
    "changes",
    [{"MessageSid": "two words"}, {"From": "Clinic"}, {"From": ""}, {"To": "?"}],
)
def test_a_signed_call_that_makes_no_sense_is_malformed(
    texting: Texting, changes: dict[str, str]
) -> None:
    response = texting.texter().post({**fields_of("hello"), **changes})
    assert (response.status_code, response.content) == (400, b"")
    assert texting.kept.inbound() == []


def test_64_kb_are_taken_and_more_is_too_large(texting: Texting) -> None:
    empty = len(urlencode({**fields_of(""), "Padding": ""}))
    fits = {**fields_of("hello"), "Padding": "x" * (65_536 - empty - 5)}
    assert texting.texter().post(fits).status_code == 204
    too_large = {**fields_of("hello"), "Padding": "x" * 65_536}
    assert texting.texter().post(too_large).status_code == 413
    texting.kept.until_done(1)


def test_hostile_bodies_get_a_status_and_store_nothing(texting: Texting) -> None:
    url = texting.gateway.url + "/webhooks/twilio"
    for body in (b"", b"\x00", b"\xff\xfe", b"%", b"&&&===", b"Body=%00", b"{" * 1000):
        for signed in ("", signature(TOKEN, url, []), "x" * 5000):
            response = texting.gateway.http.post(
                "/webhooks/twilio", content=body, headers={**FORM, "X-Twilio-Signature": signed}
            )
            assert response.status_code in (400, 403)
    assert texting.kept.inbound() == []


def test_a_text_that_comes_twice_is_answered_once(texting: Texting) -> None:
    fields = fields_of("hello")
    with texting.gateway.counts('assistant_texts_in_total{gateway="twilio",outcome="repeated"}', 3):
        for _ in range(4):
            assert texting.texter().post(fields).status_code == 204
    texting.kept.until_done(1)
    assert texting.texter().post(fields).status_code == 204
    texting.kept.until_done(1)
    assert len(texting.kept.replies()) == 1


def test_the_same_id_of_two_gateways_is_two_texts(texting: Texting) -> None:
    texting.texter().post({**fields_of("hello"), "MessageSid": "same"})
    texting.post_json({"id": "same", "from": "user-17", "text": "hello"})
    texting.kept.until_done(2)


def test_what_is_stored_is_sealed_and_numbers_are_in_no_column(texting: Texting) -> None:
    texting.replies_to("my bullfinch hurts")
    raw = sqlite3.connect(texting.gateway.settings.database_url.removeprefix("sqlite:///"))
    dump = "\n".join(raw.iterdump())
    raw.close()
    assert "bullfinch" not in dump
    assert PATIENT.lstrip("+") not in dump


def test_a_locked_database_is_said_so_that_the_gateway_comes_again(start: StartGateway) -> None:
    limits = limits_with(database={"busy_seconds": 0.2})
    with texting_with(start, limits=limits) as texting:
        texting.replies_to("hello")
        file = texting.gateway.settings.database_url.removeprefix("sqlite:///")
        fields = fields_of("are you there?")
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            refused = texting.texter().post(fields)
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        # Twilio does not come again by itself; if it does, nothing changes.
        texting.kept.until_done(2)
        assert texting.texter().post(fields).status_code == 204
        texting.kept.until_done(2)
        _, reply = texting.kept.replies()
        assert "are you there?" in reply


def test_somebody_in_danger_gets_a_text_though_nothing_can_be_stored(start: StartGateway) -> None:
    limits = limits_with(database={"busy_seconds": 0.2})
    with texting_with(start, limits=limits) as texting:
        texting.replies_to("hello")
        file = texting.gateway.settings.database_url.removeprefix("sqlite:///")
        holder = sqlite3.connect(file, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            fields = fields_of(CRISIS_TEXT)
            answer = texting.texter().post(fields)
            portal = texting.post_json({"id": "m1", "from": "user-17", "text": CRISIS_TEXT})
        finally:
            holder.execute("ROLLBACK")
            holder.close()
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("application/xml")
        assert "<Response><Message>" in answer.text and "988" in answer.text
        # A portal comes again.
        assert portal.status_code == 503
        # Both are stored in the end, with the number that staff can call, and nobody is told twice.
        texting.kept.until_done(3)
        assert texting.texter().post(fields).status_code == 204
        texting.kept.until_done(3)
        assert len(texting.kept.replies()) == 1
        assert "988" in texting.kept.replies("user-17")[-1]
        until(lambda: len(alerts_of(texting.gateway)) == 2, what="the alerts")
        assert all(alert.conversation_id for alert in alerts_of(texting.gateway))
        called = [record.contact and record.contact.value for record in records(texting.gateway)]
        assert PATIENT in called


def test_far_too_many_are_told_to_wait(start: StartGateway) -> None:
    limits = limits_with(rates={"texts_per_gateway": ["3 per minute"]})
    with texting_with(start, limits=limits) as texting:
        codes = [texting.texter().post(fields_of("hello")).status_code for _ in range(5)]
        assert codes == [204, 204, 204, 429, 429]
        # Even then, danger is answered.
        assert "988" in texting.texter().post(fields_of(CRISIS_TEXT)).text
        # Another gateway's calls are counted apart, and what is not signed is not counted.
        assert texting.post_json({"id": "m1", "from": "u", "text": "hi"}).status_code == 204


def test_news_of_what_was_sent(texting: Texting) -> None:
    news = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert texting.texter().post(news, "/webhooks/twilio/status").status_code == 204
    wrong = {"MessageSid": "SM1", "MessageStatus": "eaten"}
    assert texting.texter().post(wrong, "/webhooks/twilio/status").status_code == 400
    unsigned = texting.gateway.http.post("/webhooks/twilio/status", content=urlencode(news))
    assert unsigned.status_code == 403
    told = {"id": "out_1", "status": "sent"}
    assert texting.post_json(told, "message.status").status_code == 204
