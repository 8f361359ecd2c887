"""Deleting a conversation from Rasa's own stores."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
import yaml
from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.configuration.settings import ROOT
from bot.nlu.tracker_erasure import ErasureError, forget_conversation

_DOMAIN = Domain.load(str(ROOT / "domain.yml"))


def tracker(name: str) -> DialogueStateTracker:
    made = DialogueStateTracker(name, _DOMAIN.slots)
    made.update(UserUttered("words of a patient", {"name": "faq"}))
    made.update(SlotSet("topic", "migraine.aura"))
    return made


def sql_store(folder: Path) -> SQLTrackerStore:
    # As Rasa passes on the `url` of endpoints.yml.
    return SQLTrackerStore(_DOMAIN, host=f"sqlite:///{folder / 'tracker.db'}")


def in_memory(folder: Path) -> InMemoryTrackerStore:
    return InMemoryTrackerStore(_DOMAIN)


MAKERS: list[Callable[[Path], TrackerStore]] = [sql_store, in_memory]


def wrapped(store: TrackerStore) -> FailSafeTrackerStore:
    """As Rasa's agent wraps every store."""
    return FailSafeTrackerStore(AwaitableTrackerStore(store))


@pytest.mark.parametrize("make", MAKERS)
def test_one_conversation_is_gone_and_the_others_are_not(
    tmp_path: Path, make: Callable[[Path], TrackerStore]
) -> None:
    store = wrapped(make(tmp_path))

    async def story() -> list[DialogueStateTracker | None]:
        for name in ("gone", "kept", "gone too", "gon%"):
            await store.save(tracker(name))
        await forget_conversation(store, "gone")
        names = ("gone", "kept", "gone too", "gon%")
        return [await store.retrieve(name) for name in names]

    gone, *kept = asyncio.run(story())

    assert gone is None
    for one in kept:
        assert one
        assert one.latest_message
        assert one.latest_message.text == "words of a patient"


@pytest.mark.parametrize("make", MAKERS)
def test_forgetting_what_is_not_there_is_no_error(
    tmp_path: Path, make: Callable[[Path], TrackerStore]
) -> None:
    asyncio.run(forget_conversation(wrapped(make(tmp_path)), "nobody"))


def test_no_word_is_left_in_the_table(tmp_path: Path) -> None:
    store = sql_store(tmp_path)

    async def story() -> None:
        await store.save(tracker("gone"))
        await forget_conversation(store, "gone")

    asyncio.run(story())

    with store.engine.connect() as connection:
        assert list(connection.execute(sqlalchemy.text("SELECT * FROM events"))) == []


@pytest.mark.parametrize("name", ["' OR 1=1 --", "gone'; DROP TABLE events; --", "%"])
def test_a_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    store = sql_store(tmp_path)

    async def story() -> DialogueStateTracker | None:
        await store.save(tracker("kept"))
        await forget_conversation(store, name)
        return await store.retrieve("kept")

    assert asyncio.run(story())


def test_a_store_of_another_kind_is_refused_by_kind_not_by_name() -> None:
    class Elsewhere(TrackerStore):
        async def save(self, tracker: DialogueStateTracker) -> None: ...

        async def retrieve(self, sender_id: str) -> None: ...

        async def keys(self) -> list[str]:
            return []

    with pytest.raises(ErasureError, match="Elsewhere") as caught:
        asyncio.run(forget_conversation(Elsewhere(_DOMAIN), "a patient's name"))

    assert "patient" not in str(caught.value)


def configured_store(folder: Path) -> TrackerStore:
    """The store that `serve` gives Rasa."""
    configured = yaml.safe_load((ROOT / "deploy" / "endpoints.yml").read_text())["tracker_store"]
    url = f"sqlite:///{folder / 'tracker.db'}"
    filled = {
        key: value.replace("${TRACKER_URL}", url) if isinstance(value, str) else value
        for key, value in configured.items()
    }
    return TrackerStore.create(EndpointConfig.from_dict(filled), _DOMAIN)


def test_no_word_is_left_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def careless(*args: object, **kwargs: object) -> sqlite3.Connection:
        """As where SQLite is not built to overwrite what is deleted; Debian's is."""
        connection = connect(*args, **kwargs)  # type: ignore[call-overload]
        connection.execute("PRAGMA secure_delete=OFF")
        return connection

    monkeypatch.setattr("sqlite3.dbapi2.connect", careless)
    store = wrapped(configured_store(tmp_path))

    def contents() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.iterdir())

    async def story(name: str) -> None:
        for _ in range(50):
            await store.save(tracker(name))
        assert b"words of a patient" in contents()
        await forget_conversation(store, name)

    asyncio.run(story("gone"))

    assert b"words of a patient" not in contents()


def test_words_that_a_reader_keeps_in_the_log_are_not_called_gone(tmp_path: Path) -> None:
    store = configured_store(tmp_path)
    assert isinstance(store, SQLTrackerStore)
    # It would wait for the reader for seconds.
    sqlalchemy.event.listen(
        store.engine, "connect", lambda one, _: one.execute("PRAGMA busy_timeout=10")
    )
    store.engine.dispose()

    async def story() -> None:
        await store.save(tracker("gone"))
        with closing(sqlite3.connect(tmp_path / "tracker.db")) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM events").fetchone() != (0,)
            with pytest.raises(ErasureError, match="in use"):
                await forget_conversation(store, "gone")
        await forget_conversation(store, "gone")

    asyncio.run(story())

    left = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"words of a patient" not in left


def full_store(folder: Path) -> FailSafeTrackerStore:
    """The same with a full disk: Rasa then keeps the conversation in memory."""
    store = configured_store(folder)
    full = "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    with closing(sqlite3.connect(folder / "tracker.db")) as database:
        database.execute(full)
    return wrapped(store)


def test_what_was_kept_in_memory_while_the_database_failed_is_forgotten_too(
    tmp_path: Path,
) -> None:
    store = full_store(tmp_path)

    async def story() -> DialogueStateTracker | None:
        await store.save(tracker("gone"))
        await forget_conversation(store, "gone")
        return await store.fallback_tracker_store.retrieve("gone")

    assert asyncio.run(story()) is None


def test_a_failing_database_puts_no_words_into_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = full_store(tmp_path)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(store.save(tracker("the conversation")))

    assert caplog.records
    assert "words of a patient" not in caplog.text
    assert "the conversation" not in caplog.text
