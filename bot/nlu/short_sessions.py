"""Keeps Rasa's sessions short, so that a turn costs the same however long people talk.

For every message Rasa reads the whole session anew, replays it several times and sends it to the
action server. Ours look at the slots and at what followed the latest message only.
"""

from __future__ import annotations

import time
from typing import List

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import SessionConfig
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

#: How many messages of the patient one session holds.
MESSAGES_A_SESSION = 5


def begin_session_if_long(tracker: DialogueStateTracker, config: SessionConfig) -> None:
    """Begin a session behind a long one that waits for the patient. Slots and form go on in it.

    Rasa does the same when nobody wrote for long, but leaves the form, and takes along every value
    that a slot ever had. A session that is so old is left to Rasa, which sees its age from the
    latest message in it: what one person said must not go on for the next.
    """
    said = [event for event in tracker.events if isinstance(event, UserUttered)]
    if len(said) < MESSAGES_A_SESSION or not _waits_for_the_patient(tracker):
        return
    old = time.time() - said[-1].timestamp > 60 * config.session_expiration_time
    if config.are_sessions_enabled() and old:
        return
    kept: List[Event] = [
        SlotSet(slot.name, slot.value) for slot in tracker.slots.values() if slot.has_been_set
    ]
    if tracker.active_loop_name:
        kept.append(ActiveLoop(tracker.active_loop_name))
    for event in (SessionStarted(), *kept, ActionExecuted(ACTION_LISTEN_NAME)):
        tracker.update(event)


def _waits_for_the_patient(tracker: DialogueStateTracker) -> bool:
    rejected = tracker.active_loop is not None and tracker.active_loop.rejected
    listens = tracker.latest_action_name == ACTION_LISTEN_NAME
    return listens and not rejected and not tracker.is_paused()
