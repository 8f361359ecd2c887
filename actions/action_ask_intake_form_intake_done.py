"""The action `action_ask_intake_form_intake_done`: says the intake form's open question."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.intake_slots import DONE, FORM, read_draft
from actions.replying_action import log_failure, recalled, send, shipped_composer
from bot.replies.intake_draft import Note
from bot.replies.reply import Reply
from bot.safety.danger import Danger

#: Another reply stands before the question in the same turn.
_SECOND_BUBBLE = frozenset({Note.STARTED, Note.RESUMED, Note.INTERRUPTED})


class ActionAskIntakeFormIntakeDone(Action):
    """Rasa's forms know by its name that it asks for the slot `intake_done`."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return f"action_ask_{FORM}_{DONE}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Dict[str, Any]]:
        """Say it, unless the message was about danger."""
        try:
            reply = _question(tracker, recalled(self.name(), tracker).danger)
        except Exception as error:
            log_failure(self.name(), error)
            reply = shipped_composer().action_failed()
        if reply:
            send(reply, dispatcher, tracker)
        return []


def _question(tracker: Tracker, danger: Danger | None) -> Reply | None:
    draft, composer = read_draft(tracker), shipped_composer()
    if draft is None:
        raise LookupError("the form has no draft")
    reply = composer.intake.question(draft)
    if reply is None or danger is None or draft.note in _SECOND_BUBBLE:
        return reply
    return composer.with_door_open(reply, danger)
