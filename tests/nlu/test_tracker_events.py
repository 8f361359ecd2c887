"""Reading conversations out of the tracker store that Rasa itself wrote."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.nlu.tracker_events import TrackerUnreadableError, tracker_events
from tests.nlu.test_tracker_erasure import sql_store, tracker


def saved(folder: Path, *names: str) -> str:
    """The URL of a store in which Rasa has saved these conversations."""
    store = sql_store(folder)

    async def save() -> None:
        for name in names:
            await store.save(tracker(name))

    asyncio.run(save())
    return f"sqlite:///{folder / 'tracker.db'}"


def test_the_events_come_in_order_and_nobody_elses(tmp_path: Path) -> None:
    url = saved(tmp_path, "one", "on%", "other")
    found = tracker_events(url, ["one", "nobody"])
    assert [event["event"] for event in found["one"]][-2:] == ["user", "slot"]
    assert found["one"][-2]["text"] == "words of a patient"
    assert found["nobody"] == []
    assert set(found) == {"one", "nobody"}


@pytest.mark.parametrize("name", ["' OR 1=1 --", "%", ""])
def test_a_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    assert tracker_events(saved(tmp_path, "one"), [name]) == {name: []}


def test_reading_makes_no_file_and_changes_none(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    assert tracker_events(f"sqlite:///{missing}", ["one"]) == {"one": []}
    assert not missing.exists()
    url = saved(tmp_path, "one")
    before = (tmp_path / "tracker.db").read_bytes()
    tracker_events(url, ["one"])
    assert (tmp_path / "tracker.db").read_bytes() == before


def test_what_cannot_be_read_is_said_without_a_word_of_it(tmp_path: Path) -> None:
    url = saved(tmp_path, "one")
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as store:
        store.execute("UPDATE events SET data = 'words of a patient'")
        store.commit()
    with pytest.raises(TrackerUnreadableError) as failed:
        tracker_events(url, ["one"])
    assert "patient" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_a_store_with_a_name_that_needs_quoting_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "a #% folder"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "tracker.db")) as store:
        store.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)")
        store.execute("INSERT INTO events (sender_id, data) VALUES ('one', '{}')")
        store.commit()
    assert tracker_events(f"sqlite:///{folder / 'tracker.db'}", ["one"]) == {"one": [{}]}
