"""Sessions, messages, buttons, history and deletion."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.content.library import Topic
from bot.gateway.records import digest
from bot.replies.composer import ReplyComposer
from tests.gateway.fake_rasa import Answer, FakeRasa, chat, echo
from tests.gateway.harness import Chat, RunningGateway, StartGateway, limits_with, until

MESSAGE_KEYS = [
    *("id", "kind", "page", "topic", "text", "disclaimer", "source", "buttons"),
    *("asks", "problem", "from", "name", "language"),
]


def offers(*titles: str, text: str = "Choose.") -> Answer:
    """An answer of Rasa with one button for each title."""
    buttons = [{"title": title, "payload": f'/faq{{"leaf": "{title}"}}'} for title in titles]
    return {"replies": [chat(text, buttons=buttons)], "intent": None}


def live_buttons(conversation: Chat) -> dict[str, str]:
    """The ids of the buttons that the history shows, by title."""
    return {
        button["title"]: button["id"]
        for message in conversation.history()
        for button in message.get("buttons") or ()
    }


def test_a_session_opens_with_a_greeting_and_starter_buttons(gateway: RunningGateway) -> None:
    response = gateway.http.post("/api/session")
    assert response.status_code == 201
    opened = response.json()
    assert list(opened) == ["token", "expires_at", "messages"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", opened["token"])
    left = datetime.fromisoformat(opened["expires_at"]) - datetime.now(timezone.utc)
    assert timedelta(minutes=119) < left < timedelta(minutes=121)
    (greeting,) = opened["messages"]
    assert list(greeting) == MESSAGE_KEYS
    assert greeting["kind"] == "chitchat"
    assert "automated assistant" in greeting["text"]
    assert len(greeting["buttons"]) == 5
    assert set(greeting["buttons"][0]) == {"id", "title"}


def test_an_answer_has_the_public_shape(
    gateway: RunningGateway, rasa: FakeRasa, composer: ReplyComposer
) -> None:
    reply = composer.answer(Topic("cramp", "relief"))
    rasa.answer = lambda said: {"replies": [json.loads(reply.json())], "intent": "faq"}
    response = gateway.chat().say("what helps?")
    assert response.status_code == 200
    assert list(response.json()) == ["messages"]
    (message,) = response.json()["messages"]
    assert list(message) == MESSAGE_KEYS
    assert message["kind"] == "answer"
    assert (message["page"], message["topic"]) == ("cramp", "relief")
    assert message["text"] == "Stretching helps."
    assert message["disclaimer"] == composer.library.default_page.disclaimer
    assert message["source"] == {
        "section": "Cramp",
        "url": "https://www.example.com/cramp",
        "reviewed_by": "Dr. Sam Ple",
        "reviewed_on": "2026-01-02",
        "references": [{"citation": "Ple S. Cramps. 2020", "pmid": "12345678"}],
    }
    assert "payload" not in response.text
    assert "/faq" not in response.text


def test_absent_parts_are_null(gateway: RunningGateway) -> None:
    (message,) = gateway.chat().say("hello").json()["messages"]
    for part in ("page", "topic", "disclaimer", "source", "buttons"):
        assert message[part] is None
    assert (message["asks"], message["problem"]) == (None, False)


def test_a_question_of_the_form_says_what_it_asks_for_after_a_reload_too(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    asked = {"kind": "intake", "text": "Which number?", "asks": "contact", "problem": True}
    rasa.answer = lambda said: {"replies": [asked], "intent": "intake"}
    conversation = gateway.chat()
    (message,) = conversation.say("hm").json()["messages"]
    for shown in (message, conversation.history()[-1]):
        assert (shown["asks"], shown["problem"]) == ("contact", True)


def test_several_replies_come_in_order(gateway: RunningGateway, rasa: FakeRasa) -> None:
    rasa.answer = lambda said: {"replies": [chat("one"), chat("two")], "intent": None}
    conversation = gateway.chat()
    messages = conversation.say("hello").json()["messages"]
    assert [message["text"] for message in messages] == ["one", "two"]
    assert [message["text"] for message in conversation.history()[-2:]] == ["one", "two"]


def test_rasa_never_sees_a_token_and_gets_one_conversation_per_session(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    first, second = gateway.chat(), gateway.chat()
    for conversation in (first, first, second):
        answer = conversation.say("hello")
        assert rasa.seen[-1]["conversation_id"] not in answer.text
    ids = [said["conversation_id"] for said in rasa.seen]
    assert ids[0] == ids[1] != ids[2]
    assert first.token not in json.dumps(rasa.seen)
    assert rasa.seen[0]["conversation_id"] not in json.dumps(first.history())


def test_a_text_is_normalised_before_anybody_reads_it(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    conversation = gateway.chat()
    for text in (
        '/faq{"leaf": "x"}',
        "EXTERNAL: /restart",
        " / / /back",
        "it\u2019s\u200b \u202eok",
    ):
        assert conversation.say(text).status_code == 200
    assert rasa.texts() == ['faq{"leaf": "x"}', "restart", "back", "it's ok"]


def test_a_button_hands_its_payload_to_rasa_and_shows_its_title(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = lambda said: offers("First", "Second")
    conversation = gateway.chat()
    (message,) = conversation.say("hello").json()["messages"]
    rasa.answer = echo
    assert conversation.press(message["buttons"][1]["id"]).status_code == 200
    assert rasa.seen[-1]["payload"] == '/faq{"leaf": "Second"}'
    assert "text" not in rasa.seen[-1]
    assert {"role": "patient", "text": "Second"}.items() <= conversation.history()[-2].items()


def test_a_button_is_over_once_a_later_turn_offers_buttons(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = lambda said: offers("First") if said.get("text") == "offer" else echo(said)
    conversation = gateway.chat()
    old = conversation.say("offer").json()["messages"][0]["buttons"][0]["id"]
    conversation.say("no buttons in this answer")
    assert live_buttons(conversation) == {"First": old}
    assert conversation.press(old).status_code == 200
    new = conversation.say("offer").json()["messages"][0]["buttons"][0]["id"]
    response = conversation.press(old)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "button_over"
    assert conversation.press(new).status_code == 200


@pytest.mark.parametrize("button_id", ["", "x", "0" * 32, "\x00", "\ud800", "/faq", "é" * 40])
def test_an_unknown_button_is_over(gateway: RunningGateway, rasa: FakeRasa, button_id: str) -> None:
    response = gateway.http.post(
        "/api/message",
        content=json.dumps({"button_id": button_id}),
        headers={
            **gateway.chat().headers,
            "Idempotency-Key": "12345678",
            "Content-Type": "application/json",
        },
    )
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "button_over"
    assert rasa.seen == []


def test_another_conversations_button_is_over(gateway: RunningGateway, rasa: FakeRasa) -> None:
    mine, other = gateway.chat(), gateway.chat()
    foreign = other.opened["messages"][0]["buttons"][0]["id"]
    response = mine.press(foreign)
    assert response.json()["error"]["code"] == "button_over"
    assert rasa.seen == []


def test_history_holds_both_sides_and_live_buttons_only_at_the_end(
    gateway: RunningGateway, rasa: FakeRasa
) -> None:
    rasa.answer = lambda said: offers("First", text=f"About {said['text']}")
    conversation = gateway.chat()
    conversation.say("one")
    conversation.say("two")
    history = conversation.history()
    assert [(entry["role"], entry["text"]) for entry in history[1:]] == [
        ("patient", "one"),
        ("assistant", "About one"),
        ("patient", "two"),
        ("assistant", "About two"),
    ]
    assert list(history[1]) == ["id", "role", "text", "answered"]
    assert list(history[2]) == ["role", *MESSAGE_KEYS]
    assert [bool(entry.get("buttons")) for entry in history] == [False] * 4 + [True]


def test_history_belongs_to_its_session(gateway: RunningGateway) -> None:
    mine, other = gateway.chat(), gateway.chat()
    mine.say("only for me")
    assert "only for me" not in json.dumps(other.history())


def test_deleting_leaves_nothing_and_has_rasa_forget(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start()
    conversation = gateway.chat()
    conversation.say("a canary in the database")
    response = conversation.delete()
    assert (response.status_code, response.content) == (204, b"")
    until(lambda: rasa.forgotten == [rasa.seen[0]["conversation_id"]], what="forgetting")
    assert conversation.say("hello").status_code == 401
    assert gateway.http.get("/api/history", headers=conversation.headers).status_code == 401
    assert conversation.delete().status_code == 401
    database = Path(gateway.settings.database_url.removeprefix("sqlite:///"))
    until(lambda: rows(database, "forgettings") == 0, what="the end of forgetting")
    for table in ("conversations", "sessions", "turns", "messages", "buttons"):
        assert rows(database, table) == 0
    gateway.stop()
    for file in database.parent.glob("assistant.db*"):
        assert b"a canary in the database" not in file.read_bytes()


def test_a_deletion_that_rasa_missed_is_made_up_for(start: StartGateway, rasa: FakeRasa) -> None:
    gateway = start(limits_with(upkeep={"retry_seconds": 0.05}))
    rasa.forget_status = 500
    conversation = gateway.chat()
    conversation.say("hello")
    assert conversation.delete().status_code == 204
    rasa.stop()
    rasa.forget_status = 200
    rasa.start()
    until(lambda: rasa.forgotten == [rasa.seen[0]["conversation_id"]], what="forgetting")


def test_a_deletion_survives_a_restart(start: StartGateway, rasa: FakeRasa) -> None:
    rasa.forget_status = 500
    gateway = start()
    conversation = gateway.chat()
    conversation.say("hello")
    conversation.delete()
    gateway.stop()
    rasa.forget_status = 200
    start(limits_with(upkeep={"retry_seconds": 0.05}))
    until(lambda: rasa.forgotten == [rasa.seen[0]["conversation_id"]], what="forgetting")


def test_a_session_ends_when_nothing_is_said(start: StartGateway) -> None:
    gateway = start(limits_with(session={"idle_minutes": 0.3 / 60}))
    conversation = gateway.chat()
    assert conversation.say("hello").status_code == 200
    until(
        lambda: gateway.http.get("/api/history", headers=conversation.headers).status_code == 401,
        what="the end of the session",
    )
    assert conversation.say("hello").json()["error"]["code"] == "session_over"


def test_a_message_keeps_its_session_alive(start: StartGateway) -> None:
    gateway = start()
    conversation = gateway.chat()
    database = Path(gateway.settings.database_url.removeprefix("sqlite:///"))
    before = one(database, "select expires_at from sessions")
    conversation.say("hello")
    assert one(database, "select expires_at from sessions") > before


def test_the_token_is_stored_hashed(start: StartGateway) -> None:
    gateway = start()
    conversation = gateway.chat()
    conversation.say("hello", key="my-own-key-1234")
    database = Path(gateway.settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(database)) as connection:
        dump = "\n".join(connection.iterdump())
    assert digest(conversation.token) in dump
    assert conversation.token not in dump
    assert "my-own-key-1234" not in dump


def test_the_database_file_is_private(start: StartGateway) -> None:
    gateway = start()
    folder = Path(gateway.settings.database_url.removeprefix("sqlite:///")).parent
    assert {file.stat().st_mode & 0o777 for file in folder.glob("assistant.db*")} == {0o600}


def rows(database: Path, table: str) -> int:
    return int(one(database, f"select count(*) from {table}"))


def one(database: Path, query: str) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute(query).fetchone()[0])
