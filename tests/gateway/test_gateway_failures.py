"""What a patient reads when something behind the gateway fails. Never silence."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.content.library import Topic
from bot.replies.composer import ReplyComposer
from tests.gateway.alerts import locked
from tests.gateway.fake_rasa import FakeRasa, chat
from tests.gateway.harness import (
    CRISIS,
    CRISIS_TEXT,
    EMERGENCY,
    EMERGENCY_TEXT,
    RunningGateway,
    StartGateway,
    limits_with,
    until,
)
from tests.ports import free_port


def answer_with(**parts: Any) -> dict[str, Any]:
    """A complete answer of Rasa, but for `parts`."""
    whole = {
        "kind": "answer",
        "text": "Stretching helps.",
        "page": "cramp",
        "topic": "relief",
        "disclaimer": "This is general education and not a substitute for a clinical evaluation.",
        "source": {
            "section": "Cramp",
            "url": "https://www.example.com/cramp",
            "reviewed_by": "Dr. Sam Ple",
            "reviewed_on": "2026-01-02",
            "references": [{"citation": "Ple S.", "pmid": "12345678"}],
        },
    }
    return {"replies": [{**whole, **parts}], "intent": "faq"}


no_references = {**answer_with()["replies"][0]["source"], "references": []}

BREAKAGES: dict[str, tuple[dict[str, Any], str]] = {
    "status 500": ({"status": 500}, "bad_status"),
    "status 503": ({"status": 503}, "bad_status"),
    "no body": ({"raw": b""}, "bad_body"),
    "garbage": ({"raw": b"<html>\xff"}, "bad_body"),
    "a list": ({"raw": b"[]"}, "bad_body"),
    "null": ({"raw": b"null"}, "bad_body"),
    "deep": ({"raw": b"[" * 100_000}, "bad_body"),
    "replies missing": ({"raw": b"{}"}, "bad_body"),
    "replies no list": ({"raw": b'{"replies": 3}'}, "bad_body"),
    "reply no object": ({"raw": b'{"replies": ["hello"]}'}, "bad_body"),
    "unknown kind": ({"answer": lambda said: answer_with(kind="poem")}, "bad_body"),
    "unknown part": ({"answer": lambda said: answer_with(html="<b>")}, "bad_body"),
    "empty text": ({"answer": lambda said: answer_with(text="")}, "bad_body"),
    "blank text": ({"answer": lambda said: answer_with(text=" ")}, "no_text"),
    "no replies": ({"answer": lambda said: {"replies": [], "intent": "faq"}}, "no_reply"),
    "no disclaimer": ({"answer": lambda said: answer_with(disclaimer=None)}, "no_disclaimer"),
    "other disclaimer": (
        {"answer": lambda said: answer_with(disclaimer="Trust me.")},
        "unknown_disclaimer",
    ),
    "no source": ({"answer": lambda said: answer_with(source=None)}, "no_source"),
    "no references": ({"answer": lambda said: answer_with(source=no_references)}, "no_source"),
    "no topic": ({"answer": lambda said: answer_with(topic=None)}, "no_topic"),
    "second reply bad": (
        {
            "answer": lambda said: {
                "replies": [chat("fine"), answer_with(disclaimer=None)["replies"][0]],
                "intent": "faq",
            }
        },
        "no_disclaimer",
    ),
}


@pytest.mark.parametrize(("breakage", "reason"), BREAKAGES.values(), ids=BREAKAGES.keys())
def test_a_reply_that_may_not_be_shown_is_replaced(
    gateway: RunningGateway,
    rasa: FakeRasa,
    composer: ReplyComposer,
    breakage: dict[str, Any],
    reason: str,
) -> None:
    for name, value in breakage.items():
        setattr(rasa, name, value)
    conversation = gateway.chat()
    with gateway.counts(f'assistant_fallbacks_total{{reason="{reason}"}}'):
        response = conversation.say("what helps?")
    assert response.status_code == 200
    (message,) = response.json()["messages"]
    assert message["kind"] == "error"
    assert message["text"] == composer.unavailable().text
    assert conversation.history()[-1]["text"] == message["text"]


def test_the_fixed_reply_names_every_way_to_help(composer: ReplyComposer) -> None:
    for part in ("911", "988", "+1 555 010 0199"):
        assert part in composer.unavailable().text


def test_a_complete_answer_passes(gateway: RunningGateway, rasa: FakeRasa) -> None:
    rasa.answer = lambda said: answer_with()
    assert gateway.chat().say("what helps?").json()["messages"][0]["text"] == "Stretching helps."


@pytest.mark.parametrize("intent", ["crisis", "emergency"])
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda intent: {"replies": [], "intent": intent}, "no_reply"),
        (lambda intent: {"replies": [{"kind": "poem"}], "intent": intent}, "bad_body"),
        (lambda intent: {"replies": [chat()], "intent": intent}, "safety_reply_missing"),
        (
            lambda intent: {**answer_with(disclaimer=None), "intent": intent},
            "no_disclaimer",
        ),
    ],
)
def test_danger_that_rasa_understood_gets_its_fixed_reply(
    gateway: RunningGateway,
    rasa: FakeRasa,
    composer: ReplyComposer,
    intent: str,
    answer: Callable[[str], dict[str, Any]],
    reason: str,
) -> None:
    rasa.answer = lambda said: answer(intent)
    with gateway.counts(f'assistant_fallbacks_total{{reason="{reason}"}}'):
        (message,) = gateway.chat().say("hello").json()["messages"]
    fixed = {"crisis": composer.danger(CRISIS), "emergency": composer.danger(EMERGENCY)}[intent]
    assert (message["kind"], message["text"]) == (intent, fixed.text)


def test_rasa_refuses_connections_and_comes_back(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation = gateway.chat()
    conversation.say("hello")
    rasa.stop()
    with gateway.counts('assistant_fallbacks_total{reason="unreachable"}'):
        (message,) = conversation.say("are you there?").json()["messages"]
    assert message["text"] == composer.unavailable().text
    rasa.start()
    assert conversation.say("and now?").json()["messages"][0]["kind"] == "chitchat"


def test_rasa_with_another_secret_is_a_failure(
    gateway: RunningGateway, rasa: FakeRasa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.gateway.fake_rasa.SECRET", "another")
    with gateway.counts('assistant_fallbacks_total{reason="bad_status"}'):
        assert gateway.chat().say("hello").json()["messages"][0]["kind"] == "error"


def test_a_late_answer_is_replaced_and_so_are_those_behind_it(
    start: StartGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    gateway = start(limits_with(turn={"answer_seconds": 0.3}))
    conversation = gateway.chat()
    rasa.hold()
    (message,) = conversation.say("hello").json()["messages"]
    assert message["text"] == composer.unavailable().text
    assert gateway.metric('assistant_fallbacks_total{reason="late"}') == 1
    rasa.release()
    assert conversation.say("again").json()["messages"][0]["text"] == "You said: again"


@pytest.mark.parametrize(("text", "kind"), [(CRISIS_TEXT, "crisis"), (EMERGENCY_TEXT, "emergency")])
def test_the_screen_answers_without_rasa(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer, text: str, kind: str
) -> None:
    rasa.stop()
    conversation = gateway.chat()
    with gateway.counts(f'assistant_safety_hits_total{{kind="{kind}",stored="true"}}'):
        (message,) = conversation.say(text).json()["messages"]
    fixed = {"crisis": composer.danger(CRISIS), "emergency": composer.danger(EMERGENCY)}[kind]
    assert (message["kind"], message["text"]) == (kind, fixed.text)
    assert message["buttons"]
    assert conversation.history()[-1]["kind"] == kind
    assert rasa.seen == []


def test_the_screen_sees_the_earlier_texts(
    start: StartGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, list[str]]] = []

    def check(self: object, text: str, earlier: Any = ()) -> None:
        seen.append((text, list(earlier)))

    monkeypatch.setattr("bot.safety.screen.SafetyScreen.check", check)
    conversation = start().chat()
    for text in ("one", "two", "three", "four"):
        conversation.say(text)
    assert seen[::2] == [(text, []) for text in ("one", "two", "three", "four")]
    assert seen[1::2] == [
        ("one", []),
        ("two", ["one"]),
        ("three", ["one", "two"]),
        ("four", ["two", "three"]),
    ]


def test_a_failing_screen_still_lets_rasa_answer(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(self: object, text: str, earlier: Any = ()) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr("bot.safety.screen.SafetyScreen.check", check)
    assert gateway.chat().say("hello").json()["messages"][0]["kind"] == "chitchat"


@pytest.fixture
def impatient(start: StartGateway) -> RunningGateway:
    """A gateway that waits only briefly for its database."""
    return start(limits_with(database={"busy_seconds": 0.1}, upkeep={"retry_seconds": 0.1}))


def test_a_locked_database_says_so_and_nothing_is_acknowledged(
    impatient: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation = impatient.chat()
    before = conversation.history()
    with locked(impatient):
        for response in (
            conversation.say("hello", key="key-number-1"),
            conversation.press(before[0]["buttons"][0]["id"]),
            impatient.http.post("/api/session"),
            conversation.delete(),
        ):
            assert response.status_code == 503
            assert response.json()["error"]["code"] == "unavailable"
            assert response.json()["error"]["message"] == composer.unavailable().text
            assert int(response.headers["Retry-After"]) > 0
        assert impatient.http.get("/health/ready").json()["parts"] == {
            "database": False,
            "rasa": True,
        }
    assert rasa.seen == []
    assert conversation.history() == before
    assert conversation.say("hello", key="key-number-1").status_code == 200


def test_danger_is_answered_with_the_database_locked(
    impatient: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    conversation = impatient.chat()
    with locked(impatient):
        response = conversation.say(CRISIS_TEXT)
        time.sleep(0.3)  # Until the attempt to store it has failed.
    assert response.status_code == 200
    (message,) = response.json()["messages"]
    assert (message["kind"], message["text"]) == ("crisis", composer.danger(CRISIS).text)
    assert len(conversation.history()) == 1
    assert impatient.metric('assistant_safety_hits_total{kind="crisis",stored="false"}') == 1


def test_a_database_that_locks_between_question_and_answer_loses_neither(
    impatient: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = impatient.chat()
    lock = sqlite3.connect(
        impatient.settings.database_url.removeprefix("sqlite:///"),
        isolation_level=None,
        check_same_thread=False,
    )

    def lock_then_answer(said: dict[str, str]) -> dict[str, Any]:
        if not lock.in_transaction:
            lock.execute("BEGIN EXCLUSIVE")
        return {"replies": [chat("Here it is.")], "intent": None}

    rasa.answer = lock_then_answer
    assert conversation.say("hello", key="key-number-1").status_code == 503
    rasa.answer = lambda said: {"replies": [chat("Here it is.")], "intent": None}
    lock.execute("ROLLBACK")
    lock.close()
    until(lambda: conversation.history()[-1]["role"] == "assistant", what="the answer")
    answer = conversation.say("hello", key="key-number-1")
    assert answer.json()["messages"][0]["text"] == "Here it is."
    assert [entry["text"] for entry in conversation.history()[1:]] == ["hello", "Here it is."]


def test_a_database_that_cannot_be_opened_does_not_stop_the_safety_reply(
    start: StartGateway, tmp_path: Path, composer: ReplyComposer
) -> None:
    late = tmp_path / "late"
    gateway = start(
        limits_with(upkeep={"retry_seconds": 0.05}),
        database_url=f"sqlite:///{late / 'assistant.db'}",
    )
    gateway.stop()
    late.joinpath("assistant.db").write_bytes(b"this is no database" * 100)
    for side_file in late.glob("assistant.db-*"):
        side_file.unlink()
    broken = start(
        limits_with(upkeep={"retry_seconds": 0.05}),
        database_url=f"sqlite:///{late / 'assistant.db'}",
        port=free_port(),
    )
    assert broken.http.post("/api/session").status_code == 503
    answer = broken.http.post(
        "/api/message",
        json={"text": CRISIS_TEXT},
        headers={"Authorization": "Bearer " + "x" * 43, "Idempotency-Key": "12345678"},
    )
    assert answer.json()["messages"][0]["text"] == composer.danger(CRISIS).text
    assert answer.json()["messages"][0]["buttons"] is None
    late.joinpath("assistant.db").unlink()
    until(lambda: broken.http.post("/api/session").status_code == 201, what="recovery")


def test_postgresql_that_is_down_is_a_503(start: StartGateway, composer: ReplyComposer) -> None:
    gateway = start(
        limits_with(database={"busy_seconds": 0.2}),
        database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing",
    )
    response = gateway.http.post("/api/session")
    assert response.status_code == 503
    assert response.json()["error"]["message"] == composer.unavailable().text


def test_an_unexpected_error_is_readable_json(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch, composer: ReplyComposer
) -> None:
    conversation = gateway.chat()

    def fail(*args: object, **kwargs: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("bot.gateway.store.ConversationStore.conversation_of", fail)
    response = conversation.say("hello")
    assert response.status_code == 500
    assert response.json()["error"] == {
        "code": "internal",
        "message": composer.unavailable().text,
    }
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_readiness_names_the_part_that_fails(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start(limits_with(readiness={"reuse_seconds": 0}))
    ready = gateway.http.get("/health/ready")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "parts": {"database": True, "rasa": True}},
    )
    rasa.ready = False
    unready = gateway.http.get("/health/ready")
    assert (unready.status_code, unready.json()) == (
        503,
        {"ready": False, "parts": {"database": True, "rasa": False}},
    )
    rasa.stop()
    assert gateway.http.get("/health/ready").status_code == 503
    assert gateway.http.get("/health/live").json() == {"live": True}


def test_an_answer_of_the_composer_passes_unchanged(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    for reply in (
        composer.answer(Topic("cramp", "definition")),
        composer.full_answer(Topic("cramp", "definition")),
        composer.source_of(Topic("cramp", "definition")),
        composer.personal_advice(Topic("cramp", "relief")),
        composer.not_covered(),
        composer.out_of_scope(),
        composer.human_handoff(),
        composer.danger(CRISIS),
    ):
        rasa.answer = lambda said, reply=reply: {  # type: ignore[misc]
            "replies": [json.loads(reply.json())],
            "intent": None,
        }
        (message,) = gateway.chat().say("hello").json()["messages"]
        assert (message["kind"], message["text"]) == (reply.kind.value, reply.text)
