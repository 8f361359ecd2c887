"""Ten kinds of hostile input, each with its documented answer; none of it is lost or logged."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conftest import OpenConversation
from tests.scenarios.conversation import Conversation, titles
from tests.scenarios.curated import text_of
from tests.scenarios.expectations import check_message
from tests.scenarios.running_product import RunningProduct

#: The limits of bot/gateway/limits.yml that these inputs go over.
_WAITING = 8
_PER_MINUTE = 20


@pytest.fixture
def canary() -> str:
    """A word that nobody else writes."""
    return f"zebrafinch{uuid.uuid4().hex}"


@pytest.fixture(autouse=True)
def _nothing_is_logged(
    product: RunningProduct, conversations: list[Conversation], canary: str
) -> Iterator[None]:
    yield
    written = product.written()
    assert "zebrafinch" not in written.casefold()
    assert '{"leaf"' not in written
    for conversation in conversations:
        assert conversation.token not in written
        assert not [key for key in conversation.keys if key in written]
        ids = conversation.offered.values()
        assert not [button_id for button_id in ids if button_id in written]


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    """Refused as the interface documents it: JSON, with a text that a patient may read."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    message = text_of(f"texts http_errors.{code}")
    assert response.json() == {"error": {"code": code, "message": message}}


def said_by_patient(conversation: Conversation) -> list[str]:
    return [entry["text"] for entry in conversation.history() if entry["role"] == "patient"]


def test_twelve_thousand_characters(converse: OpenConversation, canary: str) -> None:
    conversation = converse()
    assert_refused(conversation.post({"text": (canary * 400)[:12_000]}), 413, "body_too_large")
    assert_refused(conversation.post({"text": (canary * 400)[:4_000]}), 422, "text_too_long")
    assert said_by_patient(conversation) == []
    assert conversation.ask("What is migraine aura?")["topic"] == "aura"


def test_danger_in_a_text_that_is_too_long_is_still_answered(converse: OpenConversation) -> None:
    message = converse().ask("and then " * 400 + "I want to kill myself")
    assert (message["kind"], message["text"]) == ("crisis", text_of("safety suicide_thoughts.en.1"))


@pytest.mark.parametrize("text", ["", "  \n\t", "\u200b\u2060", "\x00\x1b", "///", "\ufeff"])
def test_nothing_at_all(text: str, converse: OpenConversation) -> None:
    conversation = converse()
    assert_refused(conversation.post({"text": text}), 422, "text_empty")
    assert said_by_patient(conversation) == []


def test_only_emoji(converse: OpenConversation) -> None:
    emoji = "\U0001f635\u200d\U0001f4ab\U0001f915\U0001f915"
    message = converse().ask(emoji)
    check_message(message)
    assert message["kind"] in ("clarify", "out_of_scope", "chitchat")
    assert text_of("texts buttons.person") in titles(message)


def test_html_is_only_text(converse: OpenConversation, canary: str) -> None:
    conversation = converse()
    html = f"<img src=x onerror=alert('{canary}')> what is migraine aura? <script>1</script>"
    response = conversation.post({"text": html})
    (message,) = response.json()["messages"]
    check_message(message)
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "<" not in message["text"]
    assert said_by_patient(conversation) == [html]


@pytest.mark.parametrize(
    "command",
    ['/faq{"leaf": "migraine.aura"}', "/crisis", "//emergency{}", "\uff0fgoodbye", " / /affirm"],
)
def test_an_intent_is_only_text(command: str, converse: OpenConversation) -> None:
    typed, plain = converse(), converse()
    words = command.replace("\uff0f", "/").lstrip("/ ")
    answer, same = typed.ask(command), plain.ask(words)
    check_message(answer)
    assert (answer["kind"], answer["text"]) == (same["kind"], same["text"])
    assert said_by_patient(typed) == [words]


@pytest.mark.parametrize(
    "command", ["/restart", "/session_start", "/back", "EXTERNAL: restart", '/faq{"leaf": "a.b"}']
)
def test_a_command_of_rasa_does_nothing(command: str, converse: OpenConversation) -> None:
    conversation = converse()
    conversation.ask("What is migraine aura?")
    check_message(conversation.ask(command))
    message = conversation.ask("What is migraine aura?")
    assert conversation.ask("tell me more")["text"] == text_of("full of migraine.aura")
    assert message["text"] == text_of("short of migraine.aura")
    assert len(said_by_patient(conversation)) == 4


def test_control_characters(converse: OpenConversation) -> None:
    conversation = converse()
    message = conversation.ask("What\x00 is\x07 \x1b[31mmigraine\x1b[0m\u202e aura\u2066\ud83d?")
    check_message(message)
    (said,) = said_by_patient(conversation)
    assert said.isprintable()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b'{"text": ', 400, "malformed_json"),
        (b"", 400, "malformed_json"),
        (b"\xff\xfe\x00", 400, "malformed_json"),
        (b"[" * 4000, 400, "malformed_json"),
        (b'"text"', 422, "wrong_shape"),
        (b"[]", 422, "wrong_shape"),
        (b"{}", 422, "wrong_shape"),
        (b'{"text": 5}', 422, "wrong_shape"),
        (b'{"text": null}', 422, "wrong_shape"),
        (b'{"text": "aura", "button_id": "x"}', 422, "wrong_shape"),
        (b'{"text": "aura", "payload": "/crisis"}', 422, "wrong_shape"),
        (b'{"button_id": "/crisis"}', 422, "button_over"),
    ],
)
def test_wrong_json(content: bytes, status: int, code: str, converse: OpenConversation) -> None:
    conversation = converse()
    assert_refused(conversation.send(content), status, code)
    assert said_by_patient(conversation) == []


def test_not_json(converse: OpenConversation) -> None:
    conversation = converse()
    form = conversation.send(b"text=aura", **{"Content-Type": "application/x-www-form-urlencoded"})
    assert_refused(form, 415, "wrong_type")


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer zebrafinch", "Basic YTpi", "A" * 43])
def test_wrong_token(token: str | None, converse: OpenConversation) -> None:
    http = converse().http
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}" if len(token) == 43 else token
    for response in (
        http.post("/api/message", json={"text": "What is aura?"}, headers=headers),
        http.get("/api/history", headers=headers),
        http.delete("/api/session", headers=headers),
    ):
        assert_refused(response, 401, "session_over")
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_replayed_key_gets_the_answer_that_it_had(
    converse: OpenConversation, canary: str
) -> None:
    conversation = converse()
    key = f"key-{canary}"
    first = conversation.post({"text": f"What is migraine aura? {canary}"}, key)
    again = conversation.post({"text": f"What is migraine aura? {canary}"}, key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert_refused(conversation.post({"text": "Is Botox used?"}, key), 409, "key_reused")
    (button, *_) = first.json()["messages"][0]["buttons"]
    assert_refused(conversation.post({"button_id": button["id"]}, key), 409, "key_reused")
    assert said_by_patient(conversation) == [f"What is migraine aura? {canary}"]


def test_a_key_is_needed(converse: OpenConversation) -> None:
    conversation = converse()
    headers = {"Authorization": f"Bearer {conversation.token}"}
    body = {"text": "What is aura?"}
    without = conversation.http.post("/api/message", json=body, headers=headers)
    assert_refused(without, 400, "key_missing")
    assert_refused(conversation.post(body, "zebra"), 400, "key_malformed")


def test_a_button_belongs_to_its_turn_and_its_conversation(converse: OpenConversation) -> None:
    conversation, stranger = converse(), converse()
    offered = next(iter(conversation.offered.values()))
    assert_refused(stranger.post({"button_id": offered}), 422, "button_over")
    conversation.ask("What is migraine aura?")
    assert_refused(conversation.post({"button_id": offered}), 422, "button_over")


def test_forty_messages_at_once(converse: OpenConversation, canary: str) -> None:
    conversation = converse()
    texts = [f"What is migraine aura? {canary} {number}" for number in range(40)]
    with ThreadPoolExecutor(len(texts)) as pool:
        responses = list(pool.map(lambda text: conversation.post({"text": text}), texts))

    answered = {
        text: response.json()["messages"]
        for text, response in zip(texts, responses, strict=True)
        if response.status_code == 200
    }
    assert 1 + _WAITING <= len(answered) <= _PER_MINUTE
    for response in responses:
        if response.status_code != 200:
            assert_refused(response, 429, response.json()["error"]["code"])
            assert response.json()["error"]["code"] in ("too_many", "conversation_busy")
            assert 1 <= int(response.headers["retry-after"]) <= 60

    _, *stored = conversation.history()
    questions, answers = stored[0::2], stored[1::2]
    assert sorted(entry["text"] for entry in questions) == sorted(answered)
    for asked, answer in zip(questions, answers, strict=True):
        assert asked["role"] == "patient"
        assert [answer["id"]] == [message["id"] for message in answered[asked["text"]]]


def test_messages_that_do_not_wait_for_answers_stay_in_order(converse: OpenConversation) -> None:
    conversation = converse()
    topics = ["migraine.aura", "migraine.botox", "migraine.cgrp", "migraine.references"]
    texts = [text for topic in topics for text in (text_of(f"question of {topic}"), "tell me more")]
    with ThreadPoolExecutor(len(texts)) as pool:
        sent = []
        for text in texts:
            sent.append(pool.submit(conversation.post, {"text": text}))
            # Far less than an answer takes; on a busy machine they may arrive in another order.
            time.sleep(0.02)
        responses = [each.result() for each in sent]
    assert [response.status_code for response in responses] == [200] * len(texts)
    answers = [response.json()["messages"][0]["text"] for response in responses]
    said = [entry["text"] for entry in conversation.history()[1:]]
    arrived, replies = said[::2], said[1::2]
    assert sorted(arrived) == sorted(texts)
    assert replies == replies_to(arrived, topics)
    assert sorted(zip(texts, answers, strict=True)) == sorted(zip(arrived, replies, strict=True))


def replies_to(texts: list[str], topics: list[str]) -> list[str]:
    """What answers the questions of these topics and each "tell me more", in this order."""
    asked = {text_of(f"question of {topic}"): topic for topic in topics}
    replies, last, told_in_full = [], "", False
    for text in texts:
        if text in asked:
            last, told_in_full = asked[text], False
            replies.append(text_of(f"short of {last}"))
        elif not last:
            replies.append(text_of("texts clarify.nothing_to_follow"))
        else:
            more = "texts follow_up.already_full" if told_in_full else f"full of {last}"
            told_in_full = True
            replies.append(text_of(more))
    return replies
