"""The action `validate_intake_form`: what a message makes of the intake form. Says nothing."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.intake_slots import (
    DONE,
    FORM,
    blank_draft,
    draft_slot,
    now,
    read_draft,
    said_in,
    shipped_form,
)
from actions.replying_action import log_failure, recalled, send, shipped_composer
from bot.replies.intake_draft import IntakeDraft
from bot.replies.understanding import Understanding

#: Ends a form that has nothing to end with.
_FAILED = "failed"


class ValidateIntakeForm(FormValidationAction):
    """Rasa runs it when the form starts, at each message in it, and after an interruption.

    The base class validates slots that Rasa has extracted. Here nothing is extracted: the form
    keeps one draft, and asks for one slot only so that Rasa knows when it is done.
    """

    def name(self) -> str:
        """The action's name in domain.yml."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Dict[str, Any]]:
        """The next draft; whether the form is done; whether the rules answer instead."""
        try:
            return self._events(tracker)
        except Exception as error:
            log_failure(self.name(), error)
            return self._after_failure(dispatcher, tracker)

    def _after_failure(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> List[Dict[str, Any]]:
        draft = read_draft(tracker)
        if draft is None:
            # The form could not even begin: it ends, and whatever ends it says that it failed.
            return [SlotSet(DONE, _FAILED)]
        send(shipped_composer().action_failed(), dispatcher, tracker)
        # Setting a slot keeps Rasa from taking the message for one that the form rejects.
        return draft_slot(draft)

    def _events(self, tracker: Tracker) -> List[Dict[str, Any]]:
        state, draft = recalled(self.name(), tracker), read_draft(tracker)
        if draft is None or _has_just_started(tracker):
            fresh = blank_draft(tracker, state, shipped_composer().intake)
            return _kept(shipped_form().begin(draft, fresh))
        if _was_interrupted(tracker):
            return _kept(shipped_form().go_on(draft))
        heard = Understanding.from_parse(tracker.latest_message)
        outcome = shipped_form().answer(draft, said_in(tracker, heard, state), now())
        events = _kept(outcome.draft)
        return events if outcome.taken else [*events, ActionExecutionRejected(FORM)]


def _kept(draft: IntakeDraft) -> List[Dict[str, Any]]:
    done = [SlotSet(DONE, draft.end.value)] if draft.end else []
    return [*draft_slot(draft), *done]


def _since_the_message(tracker: Tracker) -> List[Dict[str, Any]]:
    events = list(tracker.events)
    said = [place for place, event in enumerate(events) if event["event"] == "user"]
    return events[said[-1] + 1 :] if said else events


def _has_just_started(tracker: Tracker) -> bool:
    """Whether the latest message has started the form, so that it is no answer to it."""
    return any(
        event["event"] == "active_loop" and event["name"] == FORM
        for event in _since_the_message(tracker)
    )


def _was_interrupted(tracker: Tracker) -> bool:
    """Whether another action has answered the message already."""
    return any(
        event["event"] == "action" and event["name"] not in (FORM, "action_listen")
        for event in _since_the_message(tracker)
    )
