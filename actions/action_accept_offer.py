"""The action `action_accept_offer`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionAcceptOffer(ReplyingAction):
    """Does what the assistant had offered, after a "yes"."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_accept_offer"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.accept_offer(heard, state)
