"""The action `action_answer_question`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionAnswerQuestion(ReplyingAction):
    """Gives the curated answer to a question."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_answer_question"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.answer_question(heard, state)
