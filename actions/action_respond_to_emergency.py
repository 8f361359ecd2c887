"""The action `action_respond_to_emergency`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionRespondToEmergency(ReplyingAction):
    """Gives the fixed reply to physical danger."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_respond_to_emergency"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.respond_to_emergency(heard, state)
