"""The action `action_offer_person`."""

from __future__ import annotations

from typing import Any, Dict, List

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionOfferPerson(ReplyingAction):
    """Brings the patient to a person."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_offer_person"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.offer_person(heard, state)

    def then(self, turn: Turn) -> List[Dict[str, Any]]:
        """Nothing: the rule starts the form."""
        return []
