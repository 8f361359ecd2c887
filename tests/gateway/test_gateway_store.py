"""The store and the migrations, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from bot.content.texts import ErrorCode
from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import migrate
from bot.database.schema import metadata
from bot.gateway.errors import RefusalError
from bot.gateway.records import Accepted, Submission, digest
from bot.gateway.store import ConversationStore
from bot.gateway.store_queries import ConversationGoneError
from bot.replies.reply import Button, Reply, ReplyKind
from tests.databases import CLINIC, VAULT
from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.harness import CRISIS_TEXT, StartGateway, until

GREETING = Reply(
    kind=ReplyKind.CHITCHAT, text="Hello.", buttons=(Button(title="One", payload="/one"),)
)
ANSWER = Reply(kind=ReplyKind.CHITCHAT, text="caf\u00e9 \N{GRINNING FACE}")


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database, VAULT, CLINIC)


def soon() -> datetime:
    return datetime.now(timezone.utc) + timedelta(minutes=5)


def opened(store: ConversationStore, token: str = "token") -> str:
    store.open_session(digest(token), soon(), GREETING)
    found = store.conversation_of(digest(token))
    assert found
    return found


def accept(store: ConversationStore, conversation: str, key: str, said: str) -> Accepted:
    submission = Submission(digest(conversation), digest(key), digest(said), text=said)
    return store.accept(conversation, submission, expires_at=soon(), has_room=True)


def test_the_migrations_make_the_schema(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "assistant_schema_version", "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database, store: ConversationStore) -> None:
    conversation = opened(store)
    migrate(database)
    assert len(store.history(conversation)) == 1


def test_a_turn_is_kept_answered_and_replayed(store: ConversationStore) -> None:
    conversation = opened(store)
    accepted = accept(store, conversation, "key", "caf\u00e9 \N{GRINNING FACE}")
    assert accepted.messages is None
    assert [left.turn for left in store.unanswered()] == [accepted.turn]
    messages = store.complete(accepted.turn, (ANSWER,)).messages
    assert store.unanswered() == ()
    assert accept(store, conversation, "key", "caf\u00e9 \N{GRINNING FACE}").messages == messages
    assert store.history(conversation)[-1].messages == messages
    assert store.complete(accepted.turn, (GREETING,)).messages == messages


def test_earlier_texts_come_oldest_first(store: ConversationStore) -> None:
    conversation = opened(store)
    for number in range(4):
        last = accept(store, conversation, f"key {number}", f"text {number}")
    assert last.earlier == ("text 1", "text 2")


def test_a_turn_found_again_brings_its_own_earlier_texts(store: ConversationStore) -> None:
    conversation = opened(store)
    accepted = [accept(store, conversation, f"key {number}", f"text {number}") for number in (0, 1)]
    accept(store, conversation, "key 2", "text 2")
    assert accept(store, conversation, "key 1", "text 1") == accepted[1]
    assert [left.earlier for left in store.unanswered()] == [
        (),
        ("text 0",),
        ("text 0", "text 1"),
    ]
    assert store.unanswered()[:2] == tuple(accepted)


def test_a_key_is_good_for_one_body(store: ConversationStore) -> None:
    conversation = opened(store)
    accept(store, conversation, "key", "one")
    with pytest.raises(RefusalError) as refused:
        accept(store, conversation, "key", "two")
    assert refused.value.code is ErrorCode.KEY_REUSED


def test_an_expired_session_is_not_found(store: ConversationStore) -> None:
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    store.open_session(digest("token"), past, GREETING)
    assert store.conversation_of(digest("token")) is None


def test_deleting_takes_everything_along(database: Database, store: ConversationStore) -> None:
    conversation = opened(store)
    other = opened(store, "other")
    accepted = accept(store, conversation, "key", "one")
    store.complete(accepted.turn, (GREETING,))
    waiting = accept(store, conversation, "key 2", "two")
    store.delete(conversation)
    with database.reading() as connection:
        left = {
            table.name: connection.execute(text(f"select count(*) from {table.name}")).scalar()
            for table in metadata.sorted_tables
        }
    assert {name: count for name, count in left.items() if count} == {
        "conversations": 1,
        "sessions": 1,
        "turns": 1,
        "messages": 1,
        "buttons": 1,
        "forgettings": 1,
        "audit": 1,
    }
    with pytest.raises(ConversationGoneError):
        store.complete(waiting.turn, (ANSWER,))
    with pytest.raises(ConversationGoneError):
        accept(store, conversation, "key 3", "three")
    assert store.to_forget() == (conversation,)
    store.forgotten(conversation)
    assert store.to_forget() == ()
    assert len(store.history(other)) == 1


def test_many_writers_keep_one_order(store: ConversationStore) -> None:
    conversation = opened(store)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: accept(store, conversation, f"key {n}", f"text {n}"), range(40)))
    said = [turn.text for turn in store.history(conversation)[1:]]
    assert sorted(said, key=str) == sorted(f"text {number}" for number in range(40))


def test_writing_can_be_checked_again_and_again(store: ConversationStore) -> None:
    store.check_writable()
    store.check_writable()


def test_a_failure_never_quotes_what_was_written(database: Database) -> None:
    with pytest.raises(DatabaseUnavailableError) as failed, database.writing() as connection:
        connection.execute(text("select :said from nowhere"), {"said": "my head hurts"})
    assert "head" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_the_whole_gateway_runs_on_it(start: StartGateway, rasa: FakeRasa, url: str) -> None:
    gateway = start(database_url=url)
    conversation = gateway.chat()
    assert conversation.say("hello").json()["messages"][0]["text"] == "You said: hello"
    assert conversation.say(CRISIS_TEXT).json()["messages"][0]["kind"] == "crisis"
    button = conversation.history()[-1]["buttons"][0]["id"]
    assert conversation.press(button).status_code == 200
    assert gateway.http.get("/health/ready").status_code == 200
    assert conversation.delete().status_code == 204
    until(lambda: len(rasa.forgotten) == 1, what="forgetting")
