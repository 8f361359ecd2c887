"""Who writes in a conversation, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import delete, insert, select, update

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.schema import conversation_owners, conversations, messages, turns
from bot.intake import ownership
from bot.intake.ownership import NoConversationError, OwnedError, OwnershipStore
from bot.intake.staff import User
from tests.intake.people import disable, person
from tests.intake.records import audited, conversation


@pytest.fixture
def owners(database: Database) -> OwnershipStore:
    return OwnershipStore(database)


@pytest.fixture
def dana(database: Database) -> User:
    return person(database, "dana")


@pytest.fixture
def omar(database: Database) -> User:
    return person(database, "omar")


@pytest.fixture(name="conversation")
def one_conversation(database: Database) -> str:
    return conversation(database)


def told(database: Database) -> list[tuple[str, str]]:
    """Who did what by the audit, oldest first."""
    return [(entry.actor, entry.action.value) for entry in audited(database)]


def test_at_first_the_assistant_has_it(owners: OwnershipStore, conversation: str) -> None:
    assert owners.owner_of(conversation) is None
    assert owners.owner_of("0" * 32) is None


def test_taking_and_giving_back(
    database: Database, owners: OwnershipStore, conversation: str, dana: User
) -> None:
    assert owners.take(conversation, dana)
    owner = owners.owner_of(conversation)
    assert owner
    assert (owner.user_id, owner.name) == (dana.id, "Dana")
    assert datetime.now(timezone.utc) - owner.since < timedelta(minutes=1)
    assert owners.give_back(conversation, dana)
    assert owners.owner_of(conversation) is None
    assert told(database) == [("user:dana", "took_over"), ("user:dana", "handed_back")]


def test_doing_it_again_changes_nothing_and_is_not_told_again(
    database: Database, owners: OwnershipStore, conversation: str, dana: User
) -> None:
    assert not owners.give_back(conversation, dana)
    assert owners.take(conversation, dana)
    since = owners.owner_of(conversation)
    assert not owners.take(conversation, dana)
    assert owners.owner_of(conversation) == since
    assert owners.give_back(conversation, dana)
    assert not owners.give_back(conversation, dana)
    assert len(told(database)) == 2


def test_nobody_takes_what_another_person_has(
    database: Database, owners: OwnershipStore, conversation: str, dana: User, omar: User
) -> None:
    owners.take(conversation, dana)
    for call in (owners.take, owners.give_back):
        with pytest.raises(OwnedError) as refused:
            call(conversation, omar)
        assert refused.value.owner.name == "Dana"
        assert "Dana" not in str(refused.value)
    assert len(told(database)) == 1


@pytest.mark.parametrize("call", ["take", "give_back"])
def test_what_is_deleted_cannot_be_taken(
    database: Database, owners: OwnershipStore, conversation: str, dana: User, call: str
) -> None:
    owners.take(conversation, dana)
    with database.writing() as connection:
        connection.execute(delete(conversations).where(conversations.c.id == conversation))
    assert owners.owner_of(conversation) is None
    with pytest.raises(NoConversationError):
        getattr(owners, call)(conversation, dana)
    assert len(told(database)) == 1


def test_of_many_at_once_one_gets_it(database: Database, owners: OwnershipStore) -> None:
    people = [person(database, f"person{number}") for number in range(4)]
    asked = conversation(database)

    def take(user: User) -> bool:
        try:
            return owners.take(asked, user)
        except OwnedError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, people)) == [False, False, False, True]
    assert len(told(database)) == 1


def test_a_failure_halfway_leaves_neither_owner_nor_audit(
    database: Database,
    owners: OwnershipStore,
    conversation: str,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("bot.intake.ownership.audit_log.append", fail)
        with pytest.raises(RuntimeError):
            owners.take(conversation, dana)
    assert owners.owner_of(conversation) is None
    assert told(database) == []


def test_without_a_database_nothing_is_said(dana: User) -> None:
    broken = OwnershipStore(Database("sqlite:////nowhere/x.db", busy_seconds=0.1, connections=1))
    calls: list[Callable[[], object]] = [
        lambda: broken.owner_of("x"),
        lambda: broken.take("x", dana),
        lambda: broken.give_back("x", dana),
        lambda: broken.idle(datetime.now(timezone.utc)),
    ]
    for call in calls:
        with pytest.raises(DatabaseUnavailableError):
            call()


def age(database: Database, conversation: str, minutes: float) -> None:
    """The owner took it so long ago."""
    since = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    with database.writing() as connection:
        connection.execute(
            update(conversation_owners)
            .where(conversation_owners.c.conversation_id == conversation)
            .values(since=since)
        )


def wrote(database: Database, conversation: str, user: User, minutes_ago: float) -> None:
    """A person of staff wrote so long ago."""
    turn_id = uuid.uuid4().hex
    at = datetime.now(timezone.utc) - timedelta(minutes=minutes_ago)
    with database.writing() as connection:
        count = len(connection.execute(select(turns.c.id)).all())
        connection.execute(
            insert(turns).values(
                id=turn_id,
                conversation_id=conversation,
                position=count,
                state="answered",
                received_at=at,
            )
        )
        connection.execute(
            insert(messages).values(
                id=turn_id, turn_id=turn_id, position=0, author_id=user.id, reply="{}"
            )
        )


def half_an_hour_ago() -> datetime:
    return datetime.now(timezone.utc) - timedelta(minutes=30)


def test_idle_is_who_neither_took_nor_wrote_lately(
    database: Database, owners: OwnershipStore, dana: User, omar: User
) -> None:
    fresh, silent, busy, spoken_to = (conversation(database) for _ in range(4))
    for one in (fresh, silent, busy, spoken_to):
        owners.take(one, dana)
    for one in (silent, busy, spoken_to):
        age(database, one, 31)
    wrote(database, busy, dana, 40)
    wrote(database, busy, dana, 5)
    wrote(database, silent, dana, 31)
    # Somebody else, before.
    wrote(database, spoken_to, omar, 5)
    assert set(owners.idle(half_an_hour_ago())) == {silent, spoken_to}


def test_who_is_disabled_is_idle_at_once(
    database: Database, owners: OwnershipStore, conversation: str, dana: User
) -> None:
    owners.take(conversation, dana)
    assert owners.idle(half_an_hour_ago()) == ()
    disable(database, dana)
    assert owners.idle(half_an_hour_ago()) == (conversation,)


def test_taking_away_holds_only_while_it_is_idle(
    database: Database, owners: OwnershipStore, conversation: str, dana: User
) -> None:
    owners.take(conversation, dana)
    with database.writing() as connection:
        assert ownership.take_away(connection, conversation, half_an_hour_ago()) is None
    assert owners.owner_of(conversation)
    age(database, conversation, 31)
    with database.writing() as connection:
        owner = ownership.take_away(connection, conversation, half_an_hour_ago())
    assert owner and owner.user_id == dana.id
    assert owners.owner_of(conversation) is None
    assert told(database)[-1] == ("system", "handed_back")
    with database.writing() as connection:
        assert ownership.take_away(connection, conversation, half_an_hour_ago()) is None
        with pytest.raises(NoConversationError):
            ownership.take_away(connection, "0" * 32, half_an_hour_ago())
