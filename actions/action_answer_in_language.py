"""The action `action_answer_in_language`."""

from __future__ import annotations

from actions.replying_action import ReplyingAction
from bot.replies.dialogue_state import DialogueState, Turn
from bot.replies.understanding import Understanding


class ActionAnswerInLanguage(ReplyingAction):
    """Brings the patient to a person, in the patient's own language."""

    def name(self) -> str:
        """The action's name in domain.yml."""
        return "action_answer_in_language"

    def turn(self, heard: Understanding, state: DialogueState) -> Turn:
        """The reply, and what to remember."""
        return self.dialogue.answer_in_language(heard, state)
