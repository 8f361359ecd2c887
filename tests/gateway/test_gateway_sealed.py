"""What was said is sealed on the way in; what no key opens takes nothing else down."""

from __future__ import annotations

import base64
import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.schema import buttons, messages, turns
from bot.database.vault import Vault
from bot.gateway.log_events import LogEvent
from bot.gateway.records import Accepted, Submission, digest
from bot.gateway.request_reader import submission_of
from bot.gateway.store import ConversationStore
from bot.replies.composer import ReplyComposer
from bot.replies.danger_before import DangerBefore
from bot.replies.reply import Button, Reply, ReplyKind
from tests.databases import CLINIC, DATA_KEY, INDEX_KEY, VAULT
from tests.gateway.alerts import is_crisis, until_alerts
from tests.gateway.fake_rasa import FakeRasa, chat
from tests.gateway.harness import CRISIS, CRISIS_TEXT, StartGateway, until
from tests.ports import free_port

OTHER_KEY = Fernet.generate_key().decode()
OTHER = Vault([OTHER_KEY], INDEX_KEY)

GREETING = Reply(
    kind=ReplyKind.CHITCHAT, text="Hello.", buttons=(Button(title="One", payload="/one"),)
)
ANSWER = Reply(kind=ReplyKind.CHITCHAT, text="An answer.")
SAFETY = Reply(kind=ReplyKind.CRISIS, text="Call 988.", danger=CRISIS)


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database, VAULT, CLINIC)


@pytest.fixture
def stranger(database: Database) -> ConversationStore:
    """The same database in the hands of a gateway with another key."""
    return ConversationStore(database, OTHER, CLINIC)


def soon() -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=5)


def opened(store: ConversationStore) -> str:
    store.open_session(digest("token"), soon(), GREETING)
    found = store.conversation_of(digest("token"))
    assert found
    return found


def accept(store: ConversationStore, conversation: str, said: str, **more: str) -> Accepted:
    parts = more or {"text": said}
    submission = Submission(digest("token"), digest(said), digest(said), **parts)
    return store.accept(conversation, submission, expires_at=soon(), has_room=True)


def answered(store: ConversationStore, conversation: str, said: str, reply: Reply) -> Accepted:
    accepted = accept(store, conversation, said)
    store.complete(accepted.turn, (reply,))
    return accepted


def unreadable(caplog: pytest.LogCaptureFixture) -> list[int]:
    """How many values each logged line counts."""
    return [
        record.bot_fields["count"]  # type: ignore[attr-defined]
        for record in caplog.records
        if record.msg == LogEvent.SEALED_UNREADABLE.value and record.levelno == logging.ERROR
    ]


def test_rows_hold_nothing_in_the_clear(database: Database, store: ConversationStore) -> None:
    conversation = opened(store)
    answered(store, conversation, "my head hurts", ANSWER)
    with database.reading() as connection:
        texts = connection.execute(select(turns.c.text).where(turns.c.text.is_not(None))).all()
        replies = connection.execute(select(messages.c.reply)).all()
    kept = [value for (value,) in [*texts, *replies]]
    assert len(kept) == 3
    assert all(value.startswith("sealed1:") for value in kept)
    assert VAULT.open(kept[0]) == "my head hurts"


def test_what_was_stored_unsealed_is_still_read(
    database: Database, store: ConversationStore
) -> None:
    conversation = opened(store)
    answered(store, conversation, "said", SAFETY)
    with database.writing() as connection:
        connection.execute(update(turns).where(turns.c.text.is_not(None)).values(text="before"))
        connection.execute(update(messages).values(reply=ANSWER.json(exclude={"buttons"})))
    past = store.history(conversation)[-1]
    assert (past.text, past.messages[0].reply) == ("before", ANSWER)
    assert accept(store, conversation, "next").earlier == ("before",)


def test_the_history_shows_what_can_be_opened(
    store: ConversationStore, stranger: ConversationStore, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = opened(store)
    answered(store, conversation, "one", ANSWER)
    new = answered(stranger, conversation, "two", ANSWER)
    assert [(past.text, len(past.messages)) for past in stranger.history(conversation)] == [
        (None, 0),
        (None, 0),
        ("two", 1),
    ]
    assert unreadable(caplog)[-2:] == [2, 1]
    assert [(past.text, len(past.messages)) for past in store.history(conversation)] == [
        (None, 1),
        ("one", 1),
        (None, 0),
    ]
    both = Vault([OTHER_KEY, DATA_KEY], INDEX_KEY)
    caplog.clear()
    told = ConversationStore(store._database, both, CLINIC).history(conversation)
    assert [past.text for past in told] == [None, "one", "two"]
    assert told[-1].id == new.turn.id
    assert unreadable(caplog) == []


def test_what_is_looked_back_on_is_what_can_be_opened(
    store: ConversationStore, stranger: ConversationStore
) -> None:
    conversation = opened(store)
    answered(store, conversation, "one", SAFETY)
    accepted = accept(stranger, conversation, "two")
    assert accepted.earlier == ()
    assert stranger.danger_before(accepted.turn) == DangerBefore()
    assert store.danger_before(accepted.turn).danger == CRISIS
    stranger.complete(accepted.turn, (SAFETY,))
    later = accept(stranger, conversation, "three")
    assert later.earlier == ("two",)
    assert stranger.danger_before(later.turn).danger == CRISIS


def test_half_an_answer_is_none(
    database: Database, store: ConversationStore, stranger: ConversationStore
) -> None:
    conversation = opened(store)
    accepted = accept(store, conversation, "said")
    store.complete(accepted.turn, (ANSWER, ANSWER))
    with database.writing() as connection:
        connection.execute(
            update(messages)
            .where(messages.c.turn_id == accepted.turn.id, messages.c.position == 0)
            .values(reply=OTHER.seal(ANSWER.json(exclude={"buttons"})))
        )
    for half in (store, stranger):
        with pytest.raises(DatabaseUnavailableError) as failed:
            accept(half, conversation, "said")
        assert str(failed.value) == "VaultError"
        with pytest.raises(DatabaseUnavailableError):
            half.complete(accepted.turn, (ANSWER,))


def test_a_message_that_comes_again_brings_its_own_text(
    store: ConversationStore, stranger: ConversationStore
) -> None:
    conversation = opened(store)
    accepted = accept(store, conversation, "said")
    again = accept(stranger, conversation, "said")
    assert again == accepted
    done = stranger.complete(again.turn, (ANSWER,))
    assert accept(stranger, conversation, "said").messages == done.messages


def test_a_button_whose_message_cannot_be_opened_can_be_pressed(
    database: Database, store: ConversationStore, stranger: ConversationStore
) -> None:
    conversation = opened(store)
    with database.reading() as connection:
        button = connection.execute(select(buttons.c.id)).scalar_one()
    pressed = accept(stranger, conversation, "press", button_id=button)
    assert (pressed.turn.text, pressed.turn.payload) == ("One", "/one")
    # Its title was sealed with the turn, and is not in a body that comes again.
    with pytest.raises(DatabaseUnavailableError):
        accept(store, conversation, "press", button_id=button)


def test_an_unanswered_turn_waits_for_its_key(
    store: ConversationStore, stranger: ConversationStore, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = opened(store)
    accepted = accept(store, conversation, "one")
    other = accept(stranger, conversation, "two")
    caplog.clear()
    assert [left.turn for left in stranger.unanswered()] == [other.turn]
    assert unreadable(caplog)[0] == 1
    assert [left.turn for left in store.unanswered()] == [accepted.turn]


@given(st.text(), st.text(min_size=8))
def test_the_digest_of_a_body_is_not_to_be_guessed(text: str, key: str) -> None:
    made = submission_of({"text": text}, digest("token"), key)
    assert made.body_digest not in (digest(text), digest(f"text:{text}"))
    assert made == submission_of({"text": text}, digest("token"), key)
    assert made.body_digest != submission_of({"text": text}, "", f"{key}!").body_digest


def test_a_gateway_with_another_key_still_answers(
    start: StartGateway, composer: ReplyComposer, rasa: FakeRasa
) -> None:
    first = start()
    conversation = first.chat()
    conversation.say("hello", key="key-hello")
    conversation.say(CRISIS_TEXT, key="key-crisis")
    rasa.hold()
    first.stop()
    again = start(vault=OTHER, port=free_port())
    rasa.release()
    conversation.http = again.http
    assert conversation.history() == []
    assert conversation.say("what now").json()["messages"][0]["text"] == "You said: what now"
    assert is_crisis(conversation.say(CRISIS_TEXT), composer)
    # The answer that was given before cannot be opened: the safety reply is given all the same.
    assert is_crisis(conversation.say(CRISIS_TEXT, key="key-crisis"), composer, 1)
    assert len(until_alerts(again, 2)) == 2
    refused = conversation.say("hello", key="key-hello")
    assert refused.status_code == 503
    assert [entry["text"] for entry in conversation.history()][:2] == [
        "what now",
        "You said: what now",
    ]
    assert again.http.get("/health/ready").status_code == 200
    again.stop()
    back = start(port=free_port())
    conversation.http = back.http
    assert conversation.say("hello", key="key-hello").status_code == 200


def test_what_waited_is_answered_once_its_key_is_back(start: StartGateway, rasa: FakeRasa) -> None:
    first = start()
    conversation = first.chat()
    first.stop()
    database = Database(first.settings.database_url, busy_seconds=2, connections=1)
    store = ConversationStore(database, VAULT, CLINIC)
    (conversation_id,) = set(_conversations(database))
    accept(store, conversation_id, "left behind")
    database.close()
    stranger = start(vault=OTHER, port=free_port())
    conversation.http = stranger.http
    assert conversation.say("another").status_code == 200
    assert rasa.texts() == ["another"]
    stranger.stop()
    back = start(port=free_port())
    conversation.http = back.http
    until(lambda: "You said: left behind" in str(conversation.history()), what="the answer")


#: Words that no curated text has.
SAID = ("Wolframia", "xylographic", "quokka-7741", "+1 305 555 0199", "quokka@mail.example")


def test_a_dump_of_the_database_holds_nothing_that_was_said(
    start: StartGateway, rasa: FakeRasa
) -> None:
    def answer(said: dict[str, str]) -> dict[str, object]:
        repeats = chat(
            f"You said: {said.get('text')}", buttons=[{"title": "Curated", "payload": "/curated"}]
        )
        return {"replies": [repeats], "intent": None}

    rasa.answer = answer
    gateway = start()
    conversation = gateway.chat()
    for word in SAID:
        conversation.say(f"My name is {word}", key=f"key-{word.replace(' ', '')}")
    conversation.press(conversation.history()[-1]["buttons"][0]["id"])
    conversation.say(f"{SAID[0]}: {CRISIS_TEXT}")
    assert SAID[0] in str(conversation.history())
    until_alerts(gateway, 1)
    assert_nothing_said(gateway.settings.var, running=True)
    gateway.stop()
    assert_nothing_said(gateway.settings.var, running=False)


def assert_nothing_said(var: Path, *, running: bool) -> None:
    """In no file below `var`, however it is written there."""
    files = {file.name: file.read_bytes() for file in var.rglob("*") if file.is_file()}
    assert "assistant.db" in files
    assert ("assistant.db-wal" in files) == running
    # The dump is one of the right thing.
    assert b"Curated" in b"".join(files.values())
    for name, content in files.items():
        for word in (*SAID, CRISIS_TEXT, "My name", "You said"):
            for spelling in spellings(word):
                assert spelling not in content, f"{word} is in {name}"


def spellings(word: str) -> set[bytes]:
    plain = word.encode()
    hashed = {digest(word).encode(), digest(f"text:My name is {word}").encode()}
    encoded = {base64.b64encode(plain), base64.urlsafe_b64encode(plain), plain.hex().encode()}
    return {plain, word.encode("utf-16-le"), *hashed, *encoded}


def _conversations(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(turns.c.conversation_id)).scalars())
