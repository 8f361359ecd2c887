"""Twilio's signature: its own published vectors, its own library's verdict, and what is forged."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.gateway.messaging.adapter import SignatureError, SignedRequest
from bot.gateway.messaging.twilio_signature import check, form_fields, signature

TOKEN = "12345"
FORM = "application/x-www-form-urlencoded"

# twilio-python, tests/unit/test_request_validator.py (MIT).
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
EXPECTED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
WITH_PORT = "kvajT1Ptam85bY51eRf/AJRuM3w="
DUPLICATES = "IK+Dwps556ElfBT0I3Rgjkr1wJU="
JSON_BODY = '{"property": "value", "boolean": true}'
JSON_DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_EXPECTED = "a9nBmqA0ju/hNViExpshrM61xv4="


def request(
    signed: str | None,
    body: str | bytes = urlencode(FIELDS),
    url: str = URL,
    content_type: str = FORM,
) -> SignedRequest:
    headers = {"content-type": content_type}
    if signed is not None:
        headers["x-twilio-signature"] = signed
    raw = body.encode() if isinstance(body, str) else body
    return SignedRequest(method="POST", url=url, headers=headers, body=raw)


def is_taken(call: SignedRequest, *tokens: str) -> bool:
    try:
        check(call, tokens or (TOKEN,))
    except SignatureError:
        return False
    return True


@pytest.mark.parametrize(
    "url",
    [URL, URL.replace(".com/", ".com:443/")],
    ids=["the port is not in our address", "it is"],
)
@pytest.mark.parametrize("signed", [EXPECTED, WITH_PORT], ids=["signed without", "signed with"])
def test_the_published_vectors_with_and_without_a_port(url: str, signed: str) -> None:
    assert is_taken(request(signed, url=url))


def test_the_published_vector_of_repeated_fields() -> None:
    repeated = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234")]
    repeated.append(("Digits", "1234"))
    assert signature(TOKEN, URL, repeated) == DUPLICATES
    assert is_taken(request(DUPLICATES, urlencode(repeated)))
    # In whatever order they come.
    assert is_taken(request(DUPLICATES, urlencode(repeated[::-1])))


def test_the_published_vector_of_a_body_that_is_no_form() -> None:
    url = f"{URL}&bodySHA256={JSON_DIGEST}"
    kind = "application/json"
    assert is_taken(request(JSON_EXPECTED, JSON_BODY, url, kind))
    assert not is_taken(request(JSON_EXPECTED, JSON_BODY.replace("true", "false"), url, kind))


def test_a_form_does_not_become_another_body_by_the_querys_digest() -> None:
    # Its fields count: the digest is no way around them.
    url = f"{URL}&bodySHA256={JSON_DIGEST}"
    assert not is_taken(request(JSON_EXPECTED, "Body=forged", url))


def test_blank_fields_are_signed_too() -> None:
    fields = [("Body", ""), ("FromCity", ""), ("FromState", ""), ("From", "+15550100")]
    signed = RequestValidator(TOKEN).compute_signature(URL, dict(fields))
    assert is_taken(request(signed, urlencode(fields)))
    assert not is_taken(request(signed, "Body=x&From=%2B15550100"))


@pytest.mark.parametrize(
    "call",
    [
        request(None),
        request(""),
        request("AAAA"),
        request("no base64 é\udcff"),
        request(EXPECTED, urlencode([*FIELDS, ("Body", "added")])),
        request(EXPECTED, urlencode(FIELDS[:-1])),
        request(EXPECTED, urlencode(FIELDS).replace("1234", "1235", 1)),
        request(EXPECTED, url=URL.replace("bar=2", "bar=3")),
        request(EXPECTED, url=URL.replace("https", "http")),
        request(EXPECTED, url=URL.replace("mycompany", "evil")),
        request(EXPECTED, url=URL.replace("/myapp", "/other")),
        request(EXPECTED, url=URL.partition("?")[0]),
        request(EXPECTED, b""),
        request(EXPECTED, b"\xff\xfe&%zz=%ff"),
        request(EXPECTED, "&".join(f"f{n}=1" for n in range(2000))),
    ],
    ids=[
        "not signed",
        "blank signature",
        "made up",
        "not even text",
        "a field more",
        "a field less",
        "another value",
        "another query",
        "another scheme",
        "another host",
        "another path",
        "no query",
        "no body",
        "not UTF-8",
        "a flood of fields",
    ],
)
def test_what_was_changed_on_the_way_is_refused(call: SignedRequest) -> None:
    assert not is_taken(call)


def test_another_token_is_refused_and_two_tokens_are_taken_while_one_replaces_the_other() -> None:
    assert not is_taken(request(EXPECTED), "54321")
    assert is_taken(request(EXPECTED), "54321", TOKEN)


def test_no_token_takes_nothing() -> None:
    with pytest.raises(SignatureError):
        check(request(EXPECTED), ())


def test_an_odd_port_belongs_to_the_address() -> None:
    url = "https://clinic.test:8443/webhooks/twilio"
    signed = signature(TOKEN, url, FIELDS)
    assert is_taken(request(signed, url=url))
    assert not is_taken(request(signed, url=url.replace("8443", "9443")))


def test_an_address_that_is_a_number_in_brackets() -> None:
    url = "http://[::1]:8080/webhooks/twilio"
    assert is_taken(request(signature(TOKEN, url, FIELDS), url=url))


def test_a_refusal_says_nothing_of_the_call() -> None:
    with pytest.raises(SignatureError) as refused:
        check(request("wrong", "Body=my+secret&From=%2B15550100"), (TOKEN,))
    assert "secret" not in str(refused.value) and "555" not in str(refused.value)


_WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(_WORDS.filter(bool), _WORDS), max_size=8), st.text("abc=&%", max_size=6))
def test_twilios_own_library_agrees(fields: list[tuple[str, str]], query: str) -> None:
    url = f"https://clinic.test/webhooks/twilio?{query}" if query else "https://clinic.test/w"
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)

    class Repeated(dict):  # type: ignore[type-arg]
        def getall(self, name: str) -> list[str]:
            return values[name]

    theirs = RequestValidator(TOKEN).compute_signature(url, Repeated(values))
    body = urlencode(fields)
    assert form_fields(body.encode()) == fields
    assert is_taken(request(theirs, body, url))


@given(st.binary(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_no_call_is_taken_by_chance_and_none_breaks_it(
    body: bytes, signed: str, content_type: str
) -> None:
    assert not is_taken(request(signed, body, content_type=content_type))


def test_the_vectors_are_as_twilios_library_has_them() -> None:
    validator = RequestValidator(TOKEN)
    assert validator.compute_signature(URL, dict(FIELDS)) == EXPECTED
    assert json.loads(JSON_BODY)["boolean"] is True
