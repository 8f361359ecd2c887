"""Alerts in the database, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import MIGRATIONS_FOLDER, migrate
from bot.database.schema import conversations
from bot.gateway.records import Submission, Turn, digest
from bot.gateway.store import ConversationStore
from bot.gateway.store_queries import ConversationGoneError
from bot.intake.alert_store import AlertStore
from bot.intake.safety_alerts import AlertSource, SafetyAlert
from bot.replies.reply import Reply, ReplyKind
from bot.safety.danger import About, Danger, DangerTopic, SafetyKind, Tier
from tests.databases import CLINIC, VAULT
from tests.intake.alerts import NOON, alert

REPLY = Reply(kind=ReplyKind.CRISIS, text="Call 988.")


@pytest.fixture
def alerts(database: Database) -> AlertStore:
    return AlertStore(database, VAULT, CLINIC)


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database, VAULT, CLINIC)


def received(store: ConversationStore, token: str = "token", said: str = "said") -> Turn:
    """A stored turn without an answer."""
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    conversation = store.conversation_of(digest(token))
    if conversation is None:
        store.open_session(digest(token), later, Reply(kind=ReplyKind.CHITCHAT, text="Hello."))
        conversation = store.conversation_of(digest(token))
    assert conversation
    submission = Submission(digest(token), digest(said), digest(said), text=said)
    return store.accept(conversation, submission, expires_at=later, has_room=True).turn


def alert_of(turn: Turn) -> SafetyAlert:
    return alert(id=turn.id, conversation_id=turn.conversation_id)


def test_an_alert_comes_back_as_it_was(alerts: AlertStore) -> None:
    full = alert(1)
    bare = SafetyAlert.of_classifier(
        Danger(topic=DangerTopic.CARBON_MONOXIDE), id="e" * 32, occurred_at=NOON
    )
    assert alerts.add([full, bare]) == (full, bare)
    assert alerts.newest(10) == (full, bare)
    assert bare.found_by is AlertSource.CLASSIFIER
    assert (bare.kind, bare.danger.level, bare.entry) == (SafetyKind.EMERGENCY, None, None)


@pytest.mark.parametrize("topic", DangerTopic)
@pytest.mark.parametrize("tier", Tier)
def test_every_danger_comes_back_as_it_was(
    alerts: AlertStore, topic: DangerTopic, tier: Tier
) -> None:
    dangers = [
        Danger(topic=topic, tier=tier, level=level, about=about, language=language)
        for level in (None, 1, 6)
        for about in About
        for language in ("en", "es", "ht")
    ]
    waiting = [alert(number, danger=danger) for number, danger in enumerate(dangers)]
    alerts.add(waiting)
    assert [found.danger for found in reversed(alerts.newest(100))] == dangers


def test_the_newest_come_first(alerts: AlertStore) -> None:
    alerts.add([alert(number) for number in (2, 0, 3, 1)])
    assert [found.id for found in alerts.newest(3)] == [alert(number).id for number in (3, 2, 1)]


def test_the_same_id_makes_one_row_with_the_earlier_time(alerts: AlertStore) -> None:
    first = alert(0, occurred_at=NOON)
    assert alerts.add([first, first]) == (first,)
    assert alerts.add([alert(0, occurred_at=NOON + timedelta(minutes=1))]) == ()
    assert alerts.newest(10) == (first,)
    alerts.add([alert(0, occurred_at=NOON - timedelta(minutes=1))])
    assert [found.occurred_at for found in alerts.newest(10)] == [NOON - timedelta(minutes=1)]


def test_an_alert_gains_the_link_that_it_had_not(
    alerts: AlertStore, store: ConversationStore
) -> None:
    turn = received(store)
    alerts.add([alert(id=turn.id)])
    alerts.add([alert_of(turn)])
    alerts.add([alert(id=turn.id)])
    assert [found.conversation_id for found in alerts.newest(10)] == [turn.conversation_id]


def test_an_alert_outlives_its_conversation_without_a_link(
    alerts: AlertStore, store: ConversationStore
) -> None:
    turn = received(store)
    alerts.add([alert_of(turn)])
    store.delete(turn.conversation_id)
    assert alerts.newest(10) == (alert(id=turn.id),)
    # As one that waited until then.
    assert alerts.add([alert_of(turn)]) == ()
    assert alerts.newest(10) == (alert(id=turn.id),)


def test_a_conversation_that_is_gone_is_not_linked_to(alerts: AlertStore) -> None:
    alerts.add([alert(conversation_id="c" * 32)])
    assert alerts.newest(10) == (alert(),)


def test_all_are_stored_or_none(alerts: AlertStore) -> None:
    with pytest.raises(DatabaseUnavailableError):
        alerts.add([alert(1), alert(2, occurred_at=None)])
    assert alerts.newest(10) == ()


def test_many_at_once_make_one_row(alerts: AlertStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: alerts.add([alert()]), range(16)))
    assert sorted(map(len, added)) == [0] * 15 + [1]
    assert alerts.newest(10) == (alert(),)


def test_reply_and_alert_are_stored_together(alerts: AlertStore, store: ConversationStore) -> None:
    turn = received(store)
    done = store.complete(turn, (REPLY,), alert_of(turn))
    assert done.new_alert
    assert alerts.newest(10) == (alert_of(turn),)
    again = store.complete(turn, (REPLY,), alert_of(turn))
    assert (again.messages, again.new_alert) == (done.messages, False)
    assert len(alerts.newest(10)) == 1
    assert not store.complete(received(store, said="other"), (REPLY,)).new_alert


def test_without_the_reply_there_is_no_alert(
    alerts: AlertStore, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = received(store)
    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr("bot.gateway.store.add_messages", _fail)
        store.complete(turn, (REPLY,), alert_of(turn))
    assert alerts.newest(10) == ()
    assert [left.turn for left in store.unanswered()] == [turn]


def test_without_the_alert_there_is_no_reply(
    alerts: AlertStore, store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = received(store)
    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr("bot.gateway.store.add_alert", _fail)
        store.complete(turn, (REPLY,), alert_of(turn))
    assert store.history(turn.conversation_id)[-1].messages == ()


def test_a_deleted_conversation_gets_neither(alerts: AlertStore, store: ConversationStore) -> None:
    turn = received(store)
    store.delete(turn.conversation_id)
    with pytest.raises(ConversationGoneError):
        store.complete(turn, (REPLY,), alert_of(turn))
    assert alerts.newest(10) == ()


def test_deleting_and_completing_at_once_never_fail(
    alerts: AlertStore, store: ConversationStore
) -> None:
    turns = [received(store, token=f"token {number}") for number in range(20)]

    def complete(turn: Turn) -> None:
        try:
            store.complete(turn, (REPLY,), alert_of(turn))
        except ConversationGoneError:
            alerts.add([alert_of(turn)])

    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(call)
            for turn in turns
            for call in (lambda t=turn: complete(t), lambda t=turn: store.delete(t.conversation_id))
        ]
    assert [each.exception() for each in done] == [None] * 40
    found = alerts.newest(100)
    assert {one.id for one in found} == {turn.id for turn in turns}
    assert {one.conversation_id for one in found} == {None}


def test_a_database_of_the_first_version_is_brought_up_to_date(url: str) -> None:
    database = Database(url, busy_seconds=2, connections=2)
    try:
        with database.writing() as connection:
            configuration = Config()
            configuration.set_main_option("script_location", str(MIGRATIONS_FOLDER))
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "0001")
            connection.execute(insert(conversations).values(id="c" * 32, started_at=NOON))
        migrate(database)
        linked = alert(conversation_id="c" * 32)
        AlertStore(database, VAULT, CLINIC).add([linked])
        assert AlertStore(database, VAULT, CLINIC).newest(10) == (linked,)
    finally:
        database.close()


def test_a_database_without_the_table_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}", busy_seconds=1, connections=1)
    with pytest.raises(DatabaseUnavailableError):
        AlertStore(database, VAULT, CLINIC).add([alert()])
    database.close()


def _fail(*args: object) -> None:
    raise RuntimeError("broken on purpose")
