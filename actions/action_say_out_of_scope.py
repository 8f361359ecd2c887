"""The action `action_say_out_of_scope`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionSayOutOfScope(ReplyingAction):
    """Says what the assistant is for."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_say_out_of_scope"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.say_out_of_scope(heard, state)
