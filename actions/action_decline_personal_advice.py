"""The action `action_decline_personal_advice`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionDeclinePersonalAdvice(ReplyingAction):
    """Declines to decide for one person."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_decline_personal_advice"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.decline_personal_advice(heard, state)
