"""The action `action_drop_offer`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionDropOffer(ReplyingAction):
    """Takes "no" for an answer."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_drop_offer"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.drop_offer(heard, state)
