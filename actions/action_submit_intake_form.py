"""The action `action_submit_intake_form`: the last word of the intake form."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.intake_slots import DONE, draft_slot, read_draft
from actions.replying_action import (
    log_failure,
    recalled,
    send,
    shipped_composer,
    slots_of,
)
from bot.replies.dialogue_state import Offer
from bot.replies.intake_draft import FormEnd, IntakeDraft, Note
from bot.replies.reply import Reply
from bot.safety.danger import Danger


class ActionSubmitIntakeForm(Action):
    """Hands a finished form to the gateway, in the reply; says how any other one ended."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_submit_intake_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> List[Dict[str, Any]]:
        """Say it; forget the form unless it was put aside, and what was on offer before."""
        draft, state = read_draft(tracker), recalled(self.name(), tracker)
        try:
            reply = _last_word(draft, state.danger)
        except Exception as error:
            log_failure(self.name(), error)
            reply = shipped_composer().action_failed()
        send(reply, dispatcher, tracker)
        aside = draft is not None and draft.end is FormEnd.PUT_ASIDE
        kept = draft_slot(draft if aside else None)
        # "Yes" goes on with a form that was put aside, and accepts nothing after any other.
        after = state.understood(Offer.PERSON if aside else None)
        return [*kept, SlotSet(DONE, None), *slots_of(after)]


def _last_word(draft: IntakeDraft | None, danger: Danger | None) -> Reply:
    if draft is None:
        raise LookupError("the form has no draft")
    composer = shipped_composer()
    reply = composer.intake.ended(draft)
    if danger is None or draft.note is Note.INTERRUPTED:
        return reply
    return composer.with_door_open(reply, danger)
