"""The Twilio double does to the gateway what Twilio does, and what it is told to do wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import httpx
import pytest

from bot.configuration.messaging_settings import MessagingSettings
from bot.gateway.messaging.adapter import DeliveryStatus, InboundKind, OptOutType, SignedRequest
from bot.gateway.messaging.twilio_adapter import TwilioAdapter
from bot.twilio_double.account import ACCOUNT_FILE, DoubleAccount
from tests.gateway.harness import until
from tests.messaging.outgoing import NUMBER, OURS
from tests.messaging.running_double import TOKEN, RunningDouble, running_double

MESSAGES = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"


class Listener:
    """Takes webhooks as the gateway would, and keeps them."""

    def __init__(self) -> None:
        self.requests: list[SignedRequest] = []
        self.status = 204
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = SignedRequest("POST", listener.url + self.path, headers, body)
                listener.requests.append(request)
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def statuses(self) -> list[str]:
        told = [dict(parse_qsl(request.body.decode())) for request in self.requests]
        return [fields["MessageStatus"] for fields in told if "MessageStatus" in fields]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def twilio(listener: Listener) -> Iterator[RunningDouble]:
    with running_double(listener.url) as running:
        yield running


@pytest.fixture
def http(twilio: RunningDouble) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=twilio.url, timeout=30) as client:
        yield client


def send(http: httpx.Client, body: str = "Hello.", to: str = NUMBER, **more: str) -> httpx.Response:
    form = {"To": to, "From": OURS, "Body": body} | more
    return http.post(MESSAGES, data=form, auth=(f"AC{'0' * 32}", TOKEN))


def text(http: httpx.Client, body: str, **more: object) -> httpx.Response:
    return http.post("/control/texts", json={"from": NUMBER, "body": body, **more})


def test_a_text_comes_signed_and_as_twilio_sends_it(http: httpx.Client, listener: Listener) -> None:
    answer = text(http, "¿Qué es la migraña? & más")
    assert (answer.status_code, answer.json()["webhook_statuses"]) == (201, [204])
    (request,) = listener.requests
    adapter = TwilioAdapter([TOKEN])
    adapter.verify(request)
    message = adapter.parse(request.body)
    assert (message.sender, message.recipient) == (NUMBER, OURS)
    assert (message.text, message.kind) == ("¿Qué es la migraña? & más", InboundKind.TEXT)
    assert message.provider_id == answer.json()["sid"]


def test_whatsapp_media_and_copies(http: httpx.Client, listener: Listener) -> None:
    text(http, "", whatsapp=True, copies=3, fields=[["NumMedia", "1"]])
    parsed = [TwilioAdapter([TOKEN]).parse(request.body) for request in listener.requests]
    assert [message.kind for message in parsed] == [InboundKind.MEDIA] * 3
    assert len({message.provider_id for message in parsed}) == 1
    assert parsed[0].channel.value == "whatsapp"


def test_a_gateway_that_is_down_is_tried_once_more_and_said_so() -> None:
    with running_double("http://127.0.0.1:9") as twilio, httpx.Client(base_url=twilio.url) as http:
        assert text(http, "Hello.").json()["webhook_statuses"] == [0]


def test_a_message_and_its_news(http: httpx.Client, listener: Listener) -> None:
    answer = send(http, StatusCallback=f"{listener.url}/webhooks/twilio/status?text=abc")
    assert answer.status_code == 201
    assert answer.json()["num_segments"] == "1"
    until(lambda: listener.statuses() == ["sent", "delivered"])
    adapter = TwilioAdapter([TOKEN])
    for request in listener.requests:
        adapter.verify(request)
    last = adapter.parse_status(listener.requests[-1].body)
    assert (last.provider_id, last.status) == (answer.json()["sid"], DeliveryStatus.DELIVERED)


def test_news_twice_reversed_and_with_an_error(http: httpx.Client, listener: Listener) -> None:
    plan = {"statuses": ["sent", "undelivered"], "copies": 2, "order": "reversed"}
    assert http.post("/control/callbacks", json={**plan, "error_code": 30003}).status_code == 204
    sid = send(http, StatusCallback=listener.url).json()["sid"]
    until(lambda: len(listener.requests) == 4)
    assert listener.statuses() == ["undelivered", "undelivered", "sent", "sent"]
    first = TwilioAdapter([TOKEN]).parse_status(listener.requests[0].body)
    assert (first.status, first.error) == (DeliveryStatus.UNDELIVERED, "30003")
    late = http.post("/control/status", json={"sid": sid, "status": "delivered"})
    assert late.json() == {"webhook_status": 204}


def test_stop_is_obeyed_answered_and_told(http: httpx.Client, listener: Listener) -> None:
    text(http, " stop ")
    (request,) = listener.requests
    assert TwilioAdapter([TOKEN]).parse(request.body).opt_out is OptOutType.STOP
    assert send(http).json()["code"] == 21610
    text(http, "START")
    assert send(http).status_code == 201
    shown = http.get("/control/texts", params={"number": NUMBER}).json()["messages"]
    assert [one["direction"] for one in shown].count("outbound-reply") == 2


def test_yes_is_no_key_word_to_who_has_not_opted_out(
    http: httpx.Client, listener: Listener
) -> None:
    text(http, "yes")
    (request,) = listener.requests
    assert TwilioAdapter([TOKEN]).parse(request.body).opt_out is None


def test_messages_are_listed_newest_first_by_number_and_day(http: httpx.Client) -> None:
    for body, to in (("one", NUMBER), ("two", "+12125550142"), ("three", NUMBER)):
        send(http, body, to)

    def listed(**query: str) -> list[str]:
        found = http.get(MESSAGES, params=query, auth=(f"AC{'0' * 32}", TOKEN)).json()
        return [one["body"] for one in found["messages"]]

    assert listed() == ["three", "two", "one"]
    assert listed(To=NUMBER) == ["three", "one"]
    assert listed(To=NUMBER, PageSize="1") == ["three"]
    assert listed(**{"DateSent>": "2099-01-01"}) == []


def test_what_twilio_refuses(http: httpx.Client) -> None:
    assert send(http, "x" * 1601).json()["code"] == 21617
    assert send(http, to="12").json()["code"] == 21211
    assert http.post(MESSAGES, data={}, auth=("AC", "wrong")).status_code == 401
    assert http.get(MESSAGES).status_code == 401


def test_faults_pass_in_turn(http: httpx.Client) -> None:
    fault = {"kind": "429", "retry_after": 7, "times": 2}
    assert http.post("/control/faults", json=fault).status_code == 204
    for _ in range(2):
        answer = send(http)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert send(http).status_code == 201


def made_content(http: httpx.Client, **parts: object) -> httpx.Response:
    content = {
        "friendly_name": "test",
        "language": "en",
        "variables": {"1": "a", "2": "b", "3": "c"},
        "types": {
            "twilio/quick-reply": {
                "body": "{{1}}",
                "actions": [{"type": "QUICK_REPLY", "title": "{{2}}", "id": "{{3}}"}],
            }
        },
    }
    return http.post("/v1/Content", json=content | parts, auth=(f"AC{'0' * 32}", TOKEN))


def send_content(http: httpx.Client, sid: str, variables: object) -> httpx.Response:
    more = {"ContentSid": sid, "ContentVariables": json.dumps(variables)}
    whatsapp = {"From": f"whatsapp:{OURS}", "Body": ""}
    return send(http, to=f"whatsapp:{NUMBER}", **(whatsapp | more))


def test_a_text_with_buttons_is_shown_and_pressed(http: httpx.Client, listener: Listener) -> None:
    content = made_content(http)
    assert (content.status_code, content.json()["sid"][:2]) == (201, "HX")
    listed = http.get("/v1/Content", auth=(f"AC{'0' * 32}", TOKEN)).json()["contents"]
    assert [each["friendly_name"] for each in listed] == ["test"]
    sent = send_content(http, content.json()["sid"], {"1": "Shall I?", "2": "Yes", "3": "a" * 32})
    assert sent.json()["body"] == "Shall I?"
    (shown,) = http.get("/control/texts").json()["messages"]
    assert shown["buttons"] == [{"id": "a" * 32, "title": "Yes", "description": ""}]

    press = {"sid": shown["sid"], "id": "a" * 32, "copies": 2}
    assert http.post("/control/presses", json=press).json()["webhook_statuses"] == [204, 204]
    adapter = TwilioAdapter([TOKEN])
    for request in listener.requests:
        adapter.verify(request)
    first, again = [adapter.parse(request.body) for request in listener.requests]
    assert (first.text, first.button_id, first.channel.value) == ("Yes", "a" * 32, "whatsapp")
    assert first.provider_id == again.provider_id
    assert http.post("/control/presses", json=press | {"id": "other"}).status_code == 404


def test_a_row_of_a_list_is_told_as_one(http: httpx.Client, listener: Listener) -> None:
    row = {"item": "MORE", "id": "{{2}}", "description": "Tell me more"}
    picker = {"body": "{{1}}", "button": "Choices", "items": [row]}
    sid = made_content(http, types={"twilio/list-picker": picker}).json()["sid"]
    send_content(http, sid, {"1": "The answer.", "2": "b" * 32})
    (shown,) = http.get("/control/texts").json()["messages"]
    assert shown["list_button"] == "Choices"
    http.post("/control/presses", json={"sid": shown["sid"], "id": "b" * 32})
    message = TwilioAdapter([TOKEN]).parse(listener.requests[0].body)
    assert (message.text, message.button_id) == ("MORE", "b" * 32)


@pytest.mark.parametrize(
    "variables",
    [
        {"1": "two\nlines", "2": "Yes", "3": "a"},
        {"1": "a tab\t", "2": "Yes", "3": "a"},
        {"1": "five     spaces", "2": "Yes", "3": "a"},
        {"1": "", "2": "Yes", "3": "a"},
        {"1": "x" * 1025, "2": "Yes", "3": "a"},
        {"1": "x", "2": "y" * 21, "3": "a"},
        {"1": "x", "2": "Yes", "3": "a" * 201},
        {"1": None},
        ["x"],
    ],
)
def test_variables_that_twilio_refuses(http: httpx.Client, variables: object) -> None:
    sid = made_content(http).json()["sid"]
    assert send_content(http, sid, variables).json()["code"] == 21656
    assert send_content(http, f"HX{'0' * 32}", {}).json()["code"] == 21655


@pytest.mark.parametrize(
    "parts",
    [
        {"types": {}},
        {"types": {"twilio/text": {"body": "x"}}},
        {"types": {"twilio/quick-reply": {"body": "x", "actions": []}}},
        {
            "types": {
                "twilio/quick-reply": {"body": "x", "actions": [{"title": "y", "id": "z"}] * 4}
            }
        },
        {"variables": {"1": "a"}},
        {"variables": {str(number): "a" for number in range(101)}},
        {"language": ""},
        {"friendly_name": None},
    ],
)
def test_contents_that_twilio_refuses(http: httpx.Client, parts: dict[str, object]) -> None:
    assert made_content(http, **parts).status_code == 400
    assert http.post("/v1/Content", json={}).status_code == 401
    assert http.get("/v1/Content").status_code == 401


def test_one_can_begin_anew(http: httpx.Client) -> None:
    text(http, "STOP")
    http.post("/control/faults", json={"kind": "500", "times": 9})
    assert http.delete("/control").status_code == 204
    assert http.get("/control/texts").json() == {"messages": []}
    assert send(http).status_code == 201


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/control/texts", {"from": "me", "body": "x"}),
        ("/control/texts", {"body": "x"}),
        ("/control/texts", [1]),
        ("/control/faults", {"kind": "bad luck"}),
        ("/control/callbacks", {"order": "odd"}),
        ("/control/status", {"sid": "x", "status": "two words"}),
    ],
)
def test_a_senseless_instruction_is_refused(http: httpx.Client, path: str, body: object) -> None:
    assert http.post(path, json=body).status_code == 422


def test_a_foreign_web_page_gets_nowhere(http: httpx.Client) -> None:
    form = http.post("/control/texts", data={"from": NUMBER, "body": "x"})
    plain = http.post("/control/texts", content="{}", headers={"Content-Type": "text/plain"})
    foreign = http.get("/control/texts", headers={"Host": "evil.example"})
    assert [form.status_code, plain.status_code, foreign.status_code] == [415, 415, 400]


def test_the_page_allows_nothing_foreign_and_holds_no_code(http: httpx.Client) -> None:
    page = http.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert page.text.count("<script") == page.text.count('<script src="/phone.js"') == 1
    for name in ("phone.js", "phone.css"):
        assert http.get(f"/{name}").status_code == 200
    script = http.get("/phone.js").text
    assert not any(word in script for word in ("innerHTML", "insertAdjacent", "eval("))


def test_the_shipped_account_is_one_and_opens_nothing() -> None:
    account = DoubleAccount.read({})
    values = dict(line.split("=", 1) for line in account.lines(8090))
    assert MessagingSettings.from_environment(values).twilio == account.settings
    assert account.settings.is_a_double
    shipped = ACCOUNT_FILE.read_text(encoding="utf-8")
    assert all(line in shipped for line in account.lines(8090))
    own = DoubleAccount.read({"TWILIO_AUTH_TOKEN": "another-token"})
    assert own.token == "another-token"
