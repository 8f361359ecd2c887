"""The action `action_respond_to_crisis`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionRespondToCrisis(ReplyingAction):
    """Gives the fixed reply to self-harm."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_respond_to_crisis"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.respond_to_crisis(heard, state)
