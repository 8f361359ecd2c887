"""Our tracker store beside Rasa's own: the same conversations, and no more work in long ones."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.configuration.settings import ROOT
from bot.nlu.past_turn import past_turn
from bot.nlu.private_tracker_store import PrivateSQLTrackerStore
from bot.nlu.short_sessions import MESSAGES_A_SESSION, begin_session_if_long
from bot.nlu.tracker_erasure import forget_conversation
from bot.nlu.tracker_events import tracker_events

_DOMAIN = Domain.load(str(ROOT / "domain.yml"))


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'tracker.db'}"


def ours(url: str) -> PrivateSQLTrackerStore:
    return PrivateSQLTrackerStore(_DOMAIN, host=url)


def turn(number: int) -> list[Event]:
    """What one message and its answer leave in a tracker."""
    text, intent = f"question {number}", {"name": "faq", "confidence": 0.9}
    return [
        UserUttered(text, intent, [], {"text": text, "intent": intent}, message_id=f"m{number}"),
        ActionExecuted("action_answer_question"),
        BotUttered(None, {"custom": {"reply": number}}),
        SlotSet("topic", f"migraine.{number}"),
        ActionExecuted("action_listen"),
    ]


def started() -> list[Event]:
    return [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
    ]


async def add(store: SQLTrackerStore, events: Sequence[Event], name: str = "c") -> None:
    """What Rasa does with a message: read the tracker, go on with it, store it."""
    tracker = await store.get_or_create_tracker(name, append_action_listen=False)
    tracker.update_with_events(list(events), _DOMAIN)
    await store.save(tracker)


async def talk(store: SQLTrackerStore, turns: int) -> DialogueStateTracker:
    await add(store, started())
    for number in range(turns):
        await add(store, turn(number))
    tracker = await store.retrieve("c")
    assert tracker
    return tracker


def test_rasas_own_store_reads_what_ours_wrote_and_the_other_way_round(url: str) -> None:
    store, rasas = ours(url), SQLTrackerStore(_DOMAIN, host=url)

    async def story() -> list[DialogueStateTracker | None]:
        await add(store, started())
        await add(store, turn(0))
        await add(rasas, turn(1))
        await add(store, turn(2))
        return [await one.retrieve("c") for one in (store, rasas)]

    mine, theirs = asyncio.run(story())

    assert mine
    assert theirs
    assert [event.as_dict() for event in mine.events] == [e.as_dict() for e in theirs.events]
    assert mine.current_slot_values() == theirs.current_slot_values()
    assert [e.text for e in mine.events if isinstance(e, UserUttered)] == [
        f"question {number}" for number in range(3)
    ]


def test_every_event_is_stored_once_and_in_order(url: str) -> None:
    turns = 4 * MESSAGES_A_SESSION + 1
    asyncio.run(talk(ours(url), turns))

    kept = tracker_events(url, ["c"])["c"]

    said = [event["text"] for event in kept if event["event"] == "user"]
    assert said == [f"question {number}" for number in range(turns)]
    assert len([event for event in kept if event["event"] == "bot"]) == turns


def test_a_tracker_that_is_saved_twice_is_stored_once(url: str) -> None:
    store = ours(url)

    async def story() -> None:
        tracker = await store.get_or_create_tracker("c")
        tracker.update_with_events(turn(0), _DOMAIN)
        await store.save(tracker)
        await store.save(tracker)

    asyncio.run(story())

    assert len(tracker_events(url, ["c"])["c"]) == len(turn(0)) + 1


def test_what_could_not_be_stored_is_not_taken_for_stored(url: str) -> None:
    store = ours(url)

    async def story() -> None:
        tracker = await store.get_or_create_tracker("c")
        tracker.update_with_events(turn(0), _DOMAIN)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE events RENAME TO away")
        with pytest.raises(Exception, match="events"):
            await store.save(tracker)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO events")
        await store.save(tracker)

    asyncio.run(story())

    assert len(tracker_events(url, ["c"])["c"]) == len(turn(0)) + 1


def test_a_long_conversation_is_no_more_to_read_than_a_short_one(url: str) -> None:
    lengths = []

    async def story() -> None:
        store = ours(url)
        await add(store, started())
        for number in range(10 * MESSAGES_A_SESSION):
            await add(store, turn(number))
            tracker = await store.retrieve("c")
            assert tracker
            lengths.append(len(tracker.events))

    asyncio.run(story())

    first = max(lengths[: 2 * MESSAGES_A_SESSION])
    assert max(lengths) == first
    assert first < 3 * MESSAGES_A_SESSION * len(turn(0))


def test_slots_and_form_go_on_in_the_next_session(url: str) -> None:
    store = ours(url)

    async def story() -> DialogueStateTracker:
        await add(store, started())
        await add(store, [SlotSet("misses", 1.0), SlotSet("offer", "handoff")])
        await add(store, [SlotSet("offer", None), ActiveLoop("intake_form")])
        for number in range(3 * MESSAGES_A_SESSION):
            await add(store, turn(number))
        tracker = await store.retrieve("c")
        assert tracker
        return tracker

    tracker = asyncio.run(story())

    assert tracker.active_loop_name == "intake_form"
    assert tracker.get_slot("misses") == 1.0
    assert tracker.get_slot("offer") is None
    assert tracker.get_slot("topic") == f"migraine.{3 * MESSAGES_A_SESSION - 1}"
    assert tracker.latest_action_name == "action_listen"
    # Each value once, however often it was set.
    events = list(tracker.events)
    latest = max(n for n, event in enumerate(events) if isinstance(event, SessionStarted))
    names = [event.key for event in events[latest:] if isinstance(event, SlotSet)]
    assert sorted(names) == ["misses", "offer", "topic"]


def test_a_message_of_an_earlier_session_is_still_known(url: str) -> None:
    store = ours(url)

    async def story() -> list[object]:
        await talk(store, 3 * MESSAGES_A_SESSION)
        return [await past_turn(store, "c", name) for name in ("m0", "m1", "nobody's")]

    first, second, none = asyncio.run(story())

    assert [turn.replies for turn in (first, second)] == [[{"reply": 0}], [{"reply": 1}]]  # type: ignore[attr-defined]
    assert none is None


def test_no_session_begins_while_the_assistant_is_at_work() -> None:
    tracker = DialogueStateTracker("c", _DOMAIN.slots)
    for number in range(2 * MESSAGES_A_SESSION):
        tracker.update_with_events(turn(number), _DOMAIN)
    tracker.update(ActionExecuted("action_answer_question"))
    before = len(tracker.events)

    begin_session_if_long(tracker, _DOMAIN.session_config)

    assert len(tracker.events) == before


def test_an_old_session_is_left_to_rasa() -> None:
    tracker = DialogueStateTracker("c", _DOMAIN.slots)
    minutes = _DOMAIN.session_config.session_expiration_time
    for number in range(MESSAGES_A_SESSION):
        for event in turn(number):
            event.timestamp = time.time() - 60 * minutes - 1
            tracker.update(event, _DOMAIN)

    begin_session_if_long(tracker, _DOMAIN.session_config)

    assert not any(isinstance(event, SessionStarted) for event in tracker.events)
    latest = tracker.get_last_event_for(UserUttered)
    assert latest
    assert latest.text == f"question {MESSAGES_A_SESSION - 1}"


@pytest.mark.parametrize("state", [ActionExecutionRejected("intake_form"), ConversationPaused()])
def test_no_session_begins_in_a_state_that_it_could_not_take_along(state: Event) -> None:
    tracker = DialogueStateTracker("c", _DOMAIN.slots)
    tracker.update(ActiveLoop("intake_form"))
    for number in range(2 * MESSAGES_A_SESSION):
        tracker.update_with_events(turn(number), _DOMAIN)
    tracker.update(state)
    before = len(tracker.events)

    begin_session_if_long(tracker, _DOMAIN.session_config)

    assert len(tracker.events) == before


def test_what_was_stored_outlives_a_killed_process(tmp_path: Path) -> None:
    url, turns = sqlite_url(tmp_path), 2 * MESSAGES_A_SESSION

    child = os.fork()
    if child == 0:
        asyncio.run(talk(ours(url), turns))
        os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)

    assert os.WTERMSIG(status) == signal.SIGKILL
    read = tracker_events(url, ["c"])["c"]
    assert len([event for event in read if event["event"] == "user"]) == turns
    again = asyncio.run(ours(url).retrieve("c"))
    assert again
    assert again.get_slot("topic") == f"migraine.{turns - 1}"


def test_a_store_of_a_bot_that_has_ended_is_read_too(tmp_path: Path) -> None:
    store = ours(sqlite_url(tmp_path))
    asyncio.run(talk(store, 1))
    store.engine.dispose()

    assert [file.name for file in tmp_path.iterdir()] == ["tracker.db"]
    assert tracker_events(sqlite_url(tmp_path), ["c"])["c"]


def test_a_store_of_rasas_is_taken_over(tmp_path: Path) -> None:
    rasas = SQLTrackerStore(_DOMAIN, host=sqlite_url(tmp_path))

    async def story() -> DialogueStateTracker | None:
        await add(rasas, [*started(), *turn(0)])
        rasas.engine.dispose()
        return await ours(sqlite_url(tmp_path)).retrieve("c")

    tracker = asyncio.run(story())

    assert tracker
    assert tracker.get_slot("topic") == "migraine.0"


def test_a_conversation_is_forgotten_in_all_its_sessions(url: str) -> None:
    store = ours(url)

    async def story() -> DialogueStateTracker | None:
        await talk(store, 3 * MESSAGES_A_SESSION)
        await add(store, turn(0), "kept")
        await forget_conversation(store, "c")
        assert await store.retrieve("kept")
        return await store.retrieve_full_tracker("c")

    assert asyncio.run(story()) is None
    assert tracker_events(url, ["c"])["c"] == []


EVENTS = st.one_of(
    st.integers(0, 99).map(turn),
    st.sampled_from(["migraine.aura", None]).map(lambda value: [SlotSet("topic", value)]),
    st.sampled_from(["intake_form", None]).map(lambda name: [ActiveLoop(name)]),
    st.just(started()),
    st.just([Restarted(), ActionExecuted("action_listen")]),
)


@given(st.lists(EVENTS, max_size=30))
def test_short_sessions_change_nothing_that_the_dialogue_sees(parts: list[list[Event]]) -> None:
    whole = DialogueStateTracker("c", _DOMAIN.slots)
    short = DialogueStateTracker("c", _DOMAIN.slots)
    for part in parts:
        whole.update_with_events(part, _DOMAIN)
        short.update_with_events(part, _DOMAIN)
        begin_session_if_long(short, _DOMAIN.session_config)

        assert short.current_slot_values() == whole.current_slot_values()
        assert short.active_loop_name == whole.active_loop_name
        assert short.latest_action_name == whole.latest_action_name


def test_words_of_a_patient_are_in_no_error(url: str) -> None:
    store = ours(url)
    tracker = DialogueStateTracker("c", _DOMAIN.slots)
    tracker.update(UserUttered("words of a patient", {"name": "faq"}))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
        connection.exec_driver_sql("CREATE TABLE events (id INTEGER)")

    with pytest.raises(Exception, match="events") as caught:
        asyncio.run(store.save(tracker))

    assert "words" not in str(caught.value)


def test_the_columns_are_filled_as_rasa_fills_them(url: str) -> None:
    asyncio.run(talk(ours(url), 1))

    with ours(url).engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT sender_id, type_name, intent_name, action_name, data FROM events"
        ).all()

    assert all(row.sender_id == "c" for row in rows)
    assert [row.type_name for row in rows] == [json.loads(row.data)["event"] for row in rows]
    assert [row.intent_name for row in rows if row.type_name == "user"] == ["faq"]
    assert "action_answer_question" in [row.action_name for row in rows]
