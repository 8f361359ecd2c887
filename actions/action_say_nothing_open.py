"""The action `action_say_nothing_open`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionSayNothingOpen(ReplyingAction):
    """Answers a button of an intake form that is over."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_say_nothing_open"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.say_nothing_open(heard, state)
