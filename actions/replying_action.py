"""The base of every action: always replies, never raises."""

from __future__ import annotations

import logging
import os
from abc import ABC, abstractmethod
from functools import lru_cache
from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from bot.configuration.clinic import load_clinic
from bot.configuration.settings import LOOPBACK_CHANNEL, Settings
from bot.content.library import Topic
from bot.content.texts import DEFAULT_LANGUAGE
from bot.replies.composer import ReplyComposer
from bot.replies.danger_before import DangerBefore
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.plain_text import as_plain_text
from bot.replies.reply import Reply
from bot.replies.understanding import DANGER_BEFORE_KEY, KNOWN_PHONE_KEY, Understanding

#: The form's name in domain.yml.
INTAKE_FORM = "intake_form"

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def shipped_composer() -> ReplyComposer:
    """The composer over the shipped content and this installation's clinic facts."""
    settings = Settings.from_environment(os.environ)
    return ReplyComposer.shipped(load_clinic(settings.clinic_file))


class ReplyingAction(Action, ABC):
    """Turns what Rasa understood into one curated reply.

    Whatever goes wrong, the patient reads something: an exception would reach Rasa as silence, and
    rasa-sdk would hand the whole conversation to Rasa's error log.
    """

    def __init__(self) -> None:
        self._composer = shipped_composer()
        self.dialogue = Dialogue(self._composer)

    @abstractmethod
    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Dict[str, Any]]:
        """Reply through `dispatcher`; the events remember topic, offer and misses."""
        state = recalled(self.name(), tracker)
        try:
            heard = Understanding.from_parse(tracker.latest_message)
            turn = self.dialogue.mind_danger(heard, state, self.turn)
        except Exception as error:
            log_failure(self.name(), error)
            turn = Turn(self._composer.action_failed(), state)
        for reply in turn.replies:
            send(reply, dispatcher, tracker)
        return [*slots_of(turn.state), *self.then(turn)]

    def then(self, turn: Turn) -> List[Dict[str, Any]]:
        """The events that have Rasa do something else after the reply.

        A person was offered, or asked for among other things: the form starts, as it does by rule
        for who asks for one only.
        """
        return [FollowupAction(INTAKE_FORM)] if turn.opens_form else []


def recalled(action: str, tracker: Tracker) -> DialogueState:
    """What is remembered; nothing if that cannot be read: no reply depends on it."""
    try:
        return read_state(tracker)
    except Exception as error:
        log_failure(action, error)
        return DialogueState()


def log_failure(action: str, error: Exception) -> None:
    """Say that an action failed, and how."""
    # The type only: an exception's text may hold what the patient wrote.
    logger.error("action.failed %s %s", action, type(error).__name__)


def send(reply: Reply, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """The structured reply for our gateway; plain text for `rasa shell` and the like."""
    if tracker.get_latest_input_channel() == LOOPBACK_CHANNEL:
        dispatcher.utter_message(json_message=reply.as_json())
    else:
        dispatcher.utter_message(text=as_plain_text(reply, shipped_composer()))


def read_state(tracker: Tracker) -> DialogueState:
    """What the tracker's slots remember, and what the gateway says of the previous reply.

    Raises:
        ValueError: one of them holds something that our code does not put there.
    """
    topic = tracker.get_slot("topic")
    offer = tracker.get_slot("offer")
    metadata = tracker.latest_message.get("metadata") or {}
    before = DangerBefore.parse_obj(metadata.get(DANGER_BEFORE_KEY) or {})
    return DialogueState(
        topic=Topic.parse(topic) if topic else None,
        offer=Offer(offer) if offer else None,
        misses=int(tracker.get_slot("misses") or 0),
        told_in_full=bool(tracker.get_slot("told_in_full")),
        danger=before.danger,
        safety_replies=before.safety_replies,
        language=tracker.get_slot("language") or DEFAULT_LANGUAGE,
        by_text=KNOWN_PHONE_KEY in metadata,
        complaints=int(tracker.get_slot("complaints") or 0),
    )


def slots_of(state: DialogueState) -> List[Dict[str, Any]]:
    """The events that make a tracker remember `state`."""
    return [
        SlotSet("topic", str(state.topic) if state.topic else None),
        SlotSet("offer", state.offer.value if state.offer else None),
        SlotSet("misses", float(state.misses)),
        SlotSet("told_in_full", state.told_in_full),
        SlotSet("language", state.language),
        SlotSet("complaints", float(state.complaints)),
    ]
