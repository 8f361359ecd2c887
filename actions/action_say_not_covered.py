"""The action `action_say_not_covered`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionSayNotCovered(ReplyingAction):
    """Says that the page does not answer."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_say_not_covered"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.say_not_covered(heard, state)
