"""The action `action_ask_again`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionAskAgain(ReplyingAction):
    """Asks which of two was meant, or says that it was not understood."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_ask_again"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.ask_again(heard, state)
