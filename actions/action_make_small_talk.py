"""The action `action_make_small_talk`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionMakeSmallTalk(ReplyingAction):
    """Answers a greeting, thanks and the like."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_make_small_talk"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.make_small_talk(heard, state)
