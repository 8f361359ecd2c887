"""The action `action_follow_up`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionFollowUp(ReplyingAction):
    """Answers a question that leans on the previous answer."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_follow_up"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.follow_up(heard, state)
