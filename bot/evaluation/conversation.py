"""A conversation without servers: safety screen, understanding, dialogue and form, as live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Protocol

from bot.content.library import Topic
from bot.evaluation.outcomes import Outcome
from bot.replies.composer import ReplyComposer
from bot.replies.danger_before import DangerBefore
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.intake_draft import FormEnd, IntakeDraft
from bot.replies.intake_form import IntakeForm, Said
from bot.replies.reply import Reply
from bot.replies.understanding import Candidate, Intent, Label, Understanding
from bot.safety.danger import Danger
from bot.safety.screen import EARLIER_MESSAGES

#: As many replies back the gateway looks for safety replies.
_LATEST_REPLIES = 10

#: Only the words of the consent depend on it.
_KEPT_DAYS = 30

_IN_FORM = Label(Intent.INTAKE)


class Listener(Protocol):
    """Understands a message: `bot.nlu.offline.OfflineClassifier` does."""

    def danger_in(self, text: str, earlier: Sequence[str]) -> Danger | None:
        """The danger that the gateway answers by itself."""

    def understand(self, text: str, answered: Topic | None = None) -> Understanding | None:
        """What Rasa makes of it after that answer; None if nothing is left to read."""


class Conversation:
    """One patient's messages, each decided after those before it."""

    def __init__(self, listener: Listener, composer: ReplyComposer, form: IntakeForm) -> None:
        self._listener = listener
        self._composer = composer
        self._dialogue = Dialogue(composer)
        self._form = form
        self._state = DialogueState()
        self._texts: list[str] = []
        self._replies: list[Reply] = []
        self._draft: IntakeDraft | None = None

    def say(self, text: str) -> Outcome:
        """What is decided about the next message."""
        earlier = self._texts[-EARLIER_MESSAGES:]
        self._texts.append(text)
        danger = self._listener.danger_in(text, earlier)
        if danger:
            # Rasa does not hear of it: what it remembers stays.
            label = Label(Intent(danger.kind.value))
            self._replies.append(self._composer.danger(danger, self._before().safety_replies))
            return Outcome((label,), belief=Candidate(label, 1.0))
        heard = self._listener.understand(text, self._state.topic)
        if heard is None:
            return Outcome(())
        before = self._before()
        state = replace(self._state, danger=before.danger, safety_replies=before.safety_replies)
        if self._draft and self._draft.end is None:
            return self._in_form(self._draft, heard, text, state)
        turn = self._respond(heard, state)
        if turn.opens_form:
            fresh = self._composer.intake.blank(state.language, _KEPT_DAYS)
            self._ask(self._form.begin(self._draft, fresh))
        return Outcome.of(heard, turn.replies)

    def _before(self) -> DangerBefore:
        return DangerBefore.of(self._replies[-_LATEST_REPLIES:])

    def _respond(self, heard: Understanding, state: DialogueState) -> Turn:
        turn = self._dialogue.respond(heard, state)
        self._state = turn.state
        self._replies.extend(turn.replies)
        return turn

    def _in_form(
        self, draft: IntakeDraft, heard: Understanding, text: str, state: DialogueState
    ) -> Outcome:
        said = Said(heard, text, after_danger=state.danger is not None)
        result = self._form.answer(draft, said, datetime.now(timezone.utc))
        if result.taken:
            self._ask(result.draft)
            return Outcome((_IN_FORM,), belief=Candidate(_IN_FORM, 1.0))
        turn = self._respond(heard, state)
        self._ask(self._form.go_on(result.draft))
        return Outcome.of(heard, turn.replies)

    def _ask(self, draft: IntakeDraft) -> None:
        """The form's open question, or its last word."""
        self._draft = draft
        if draft.end is None:
            question = self._composer.intake.question(draft)
            self._replies.extend([question] if question else [])
            return
        self._replies.append(self._composer.intake.ended(draft))
        aside = draft.end is FormEnd.PUT_ASIDE
        self._state = self._state.understood(Offer.PERSON if aside else None)
        self._draft = draft if aside else None
