"""The intake form: what a message makes of a draft. Knows no Rasa, no channel and no text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.content.intake_rules import IntakeRules
from bot.content.texts import ChitchatKind
from bot.replies.intake_contact import ContactFinder
from bot.replies.intake_draft import (
    KNOWN_PHONE,
    Choice,
    FormEnd,
    IntakeDraft,
    Note,
    Step,
)
from bot.replies.intake_reader import IntakeReader, Phrase
from bot.replies.intake_request import BestTime, Contact
from bot.replies.understanding import (
    ASKS_NOTHING_NEW,
    DANGER_INTENTS,
    Intent,
    Label,
    Understanding,
)

#: What is asked for with these does not interrupt the form: it is no more than not an answer.
_NO_INTERRUPTION = frozenset({Intent.FALLBACK, Intent.AFFIRM, Intent.DENY, Intent.OUT_OF_SCOPE})

#: Nor does "hm" or "all right".
_ACKNOWLEDGEMENT = Label(Intent.CHITCHAT, ChitchatKind.ACKNOWLEDGE.value)

#: What is understood as one of these is no name, unless it is plainly one. A name of several words
#: may well be taken for another language.
_NO_NAME = frozenset(Intent) - _NO_INTERRUPTION - {Intent.OTHER_LANGUAGE}

_TIMES = {
    Choice.MORNING: BestTime.MORNING,
    Choice.AFTERNOON: BestTime.AFTERNOON,
    Choice.EVENING: BestTime.EVENING,
    Choice.ANY: BestTime.ANY,
}

_CHANGES = {
    Choice.CHANGE_NAME: Step.NAME,
    Choice.CHANGE_CONTACT: Step.CONTACT,
    Choice.CHANGE_TIME: Step.BEST_TIME,
    Choice.CHANGE_REASON: Step.REASON,
}

_SKIPPABLE = frozenset({Step.NAME, Step.BEST_TIME, Step.REASON})

#: What a bare "yes" or "no" says at a step. Right after a danger they are about the danger.
_BARE = {
    (Step.CONTACT, Phrase.YES): Choice.USE_KNOWN,
    (Step.BEST_TIME, Phrase.NO): Choice.SKIP,
    (Step.REASON, Phrase.NO): Choice.SKIP,
    (Step.CONFIRM, Phrase.YES): Choice.SEND,
}


@dataclass(frozen=True)
class Said:
    """A message: its words or the button that was chosen, and what was understood of it.

    `after_danger`: the reply before it was a safety reply.
    """

    heard: Understanding
    text: str = field(default="", repr=False)
    after_danger: bool = False

    @property
    def words(self) -> str | None:
        """The words, if it is words."""
        return None if self.heard.chosen else self.text

    @property
    def choice(self) -> Choice | None:
        """The choice, if a button of the form was chosen."""
        label = self.heard.label
        known = label.intent is Intent.INTAKE and label.leaf in {choice.value for choice in Choice}
        return Choice(label.leaf) if known else None


@dataclass(frozen=True)
class Outcome:
    """What a message made of the form. If it was not `taken`, it is answered as usual."""

    draft: IntakeDraft
    taken: bool = True


class IntakeForm:
    """Every method gives the next draft; `IntakeComposer` says it."""

    def __init__(self, rules: IntakeRules) -> None:
        self._limits = rules.limits
        self._reader = IntakeReader(rules)
        self._contacts = ContactFinder(rules)
        self._by_step: dict[Step, Callable[[IntakeDraft, Said], IntakeDraft | None]] = {
            Step.NAME: self._take_name,
            Step.CONTACT: self._take_contact,
            Step.BEST_TIME: self._take_time,
            Step.REASON: self._take_reason,
            Step.CONFIRM: self._take_confirmation,
        }

    def begin(self, kept: IntakeDraft | None, fresh: IntakeDraft) -> IntakeDraft:
        """A form that starts: the one that was put aside, if there is one, or a fresh one."""
        if kept is None or kept.end not in (None, FormEnd.PUT_ASIDE):
            return fresh.copy(update={"note": Note.STARTED})
        return _on(kept, end=None, note=Note.RESUMED, tries=kept.tries)

    def answer(self, draft: IntakeDraft, said: Said, now: datetime) -> Outcome:
        """What a message in the form makes of it.

        Args:
            now: when it was said (UTC): the time of the consent, if it is given with this.
        """
        if said.heard.label.intent is Intent.INTAKE:
            chosen = self._choose(draft, said.choice) or self._unclear(draft)
            return Outcome(_agreed(draft, chosen, now))
        if said.heard.label.intent in DANGER_INTENTS:
            return Outcome(_noted(draft, Note.QUIET), taken=False)
        if said.words is not None:
            read = self._read(draft, said)
            if read:
                return Outcome(_agreed(draft, read, now))
        return self._not_an_answer(draft, said)

    def go_on(self, draft: IntakeDraft) -> IntakeDraft:
        """After something else was answered: ask again, or put the form aside."""
        if draft.interruptions < self._limits.interruptions:
            return draft
        return _on(draft, end=FormEnd.PUT_ASIDE)

    def _read(self, draft: IntakeDraft, said: Said) -> IntakeDraft | None:
        choice = self._choice_in(draft, said)
        if choice:
            chosen = self._choose(draft, choice)
            if chosen:
                return chosen
        return self._by_step[draft.step](draft, said)

    def _choice_in(self, draft: IntakeDraft, said: Said) -> Choice | None:
        phrase = self._reader.phrase(said.text)
        if phrase in (Phrase.YES, Phrase.NO):
            return None if said.after_danger else _BARE.get((draft.step, phrase))
        return Choice(phrase.value) if phrase else None

    def _choose(self, draft: IntakeDraft, choice: Choice | None) -> IntakeDraft | None:
        """The draft after a choice; None if it is not one of this step."""
        if choice is Choice.CANCEL:
            return _on(draft, end=FormEnd.CANCELLED)
        if choice is Choice.SKIP and draft.step in _SKIPPABLE:
            return _answered(draft, **{draft.step.value: None})
        if draft.step is Step.CONTACT and choice is Choice.USE_KNOWN and draft.known_phone:
            return _answered(draft, contact=KNOWN_PHONE)
        if draft.step is Step.BEST_TIME and choice in _TIMES:
            return _answered(draft, best_time=_TIMES[choice])
        if draft.step is Step.CONFIRM and choice is Choice.SEND:
            return _on(draft, end=FormEnd.SENT)
        if draft.step is Step.CONFIRM and choice in _CHANGES:
            return _on(draft, step=_CHANGES[choice], correcting=True)
        return None

    def _take_name(self, draft: IntakeDraft, said: Said) -> IntakeDraft | None:
        contact = self._contacts.find(said.text)
        if isinstance(contact, Contact) and draft.contact is None:
            return _answered(draft, contact=contact)
        doubtful = said.after_danger or said.heard.label.intent in _NO_NAME
        name = self._reader.name(said.text, doubtful=doubtful)
        return _answered(draft, name=name) if name else None

    def _take_contact(self, draft: IntakeDraft, said: Said) -> IntakeDraft | None:
        found = self._contacts.find(said.text)
        if isinstance(found, Contact):
            return _answered(draft, contact=found)
        if found is None:
            return None
        tries = draft.tries + 1
        if tries < self._limits.contact_tries:
            return _on(draft, tries=tries, problem=found)
        if draft.contact:
            return _on(draft, step=Step.CONFIRM, correcting=False, note=Note.KEPT_CONTACT)
        return _on(draft, tries=tries, end=FormEnd.TRIES_USED)

    def _take_time(self, draft: IntakeDraft, said: Said) -> IntakeDraft | None:
        if self._asks_something(said):
            return None
        time = self._reader.time(said.text)
        return _answered(draft, best_time=time) if time else None

    def _take_reason(self, draft: IntakeDraft, said: Said) -> IntakeDraft | None:
        asks = self._asks_something(said) and not self._reader.requests(said.text)
        if asks and not said.after_danger:
            return None
        if said.after_danger and said.heard.label.intent in ASKS_NOTHING_NEW:
            return None
        reason = " ".join(said.text.split())
        if not reason or self._reader.phrase(reason) is Phrase.YES:
            return None
        if len(reason) > self._limits.reason_characters:
            return self._unclear(draft, Note.TOO_LONG)
        return _answered(draft, reason=reason)

    def _take_confirmation(self, draft: IntakeDraft, said: Said) -> IntakeDraft | None:
        if self._reader.phrase(said.text) is Phrase.NO and not said.after_danger:
            # Something is wrong with what was read back: asked what, however often.
            return _noted(draft, Note.UNCLEAR)
        if self._reader.asks(said.text):
            return None
        contact = self._contacts.find(said.text)
        return _answered(draft, contact=contact) if isinstance(contact, Contact) else None

    def _asks_something(self, said: Said) -> bool:
        """Whether it is a question that can be answered, and so no answer to ours."""
        asks = self._reader.asks(said.text)
        return asks and said.heard.label.intent not in _NO_INTERRUPTION | {Intent.HUMAN_HANDOFF}

    def _not_an_answer(self, draft: IntakeDraft, said: Said) -> Outcome:
        intent = said.heard.label.intent
        if said.after_danger and intent in ASKS_NOTHING_NEW:
            return Outcome(_noted(draft, Note.QUIET), taken=False)
        asks_nothing = intent in _NO_INTERRUPTION or said.heard.label == _ACKNOWLEDGEMENT
        if asks_nothing or self._is_language_of(draft, said.heard):
            return Outcome(self._unclear(draft))
        again = _noted(draft, Note.INTERRUPTED)
        return Outcome(
            again.copy(update={"interruptions": draft.interruptions + 1}),
            taken=False,
        )

    def _unclear(self, draft: IntakeDraft, note: Note = Note.UNCLEAR) -> IntakeDraft:
        again = _noted(draft, note).copy(update={"interruptions": draft.interruptions + 1})
        return self.go_on(again)

    def _is_language_of(self, draft: IntakeDraft, heard: Understanding) -> bool:
        """Whether all that was understood is the language, and the form speaks it."""
        label = heard.label
        return label.intent is Intent.OTHER_LANGUAGE and label.leaf == draft.language


def _noted(draft: IntakeDraft, note: Note) -> IntakeDraft:
    return draft.copy(update={"note": note, "problem": None})


def _on(draft: IntakeDraft, **changes: object) -> IntakeDraft:
    """The draft after a step of whatever kind: what was counted or noted before it is over."""
    over = {"note": None, "problem": None, "interruptions": 0, "tries": 0}
    return draft.copy(update={**over, **changes})


def _answered(draft: IntakeDraft, **answers: object) -> IntakeDraft:
    """The draft with an answer, at the next question that is still open."""
    filled = _on(draft, **answers)
    if draft.correcting or draft.step is Step.CONFIRM:
        return filled.copy(update={"step": Step.CONFIRM, "correcting": False})
    steps = list(Step)
    later = steps[steps.index(draft.step) + 1 :]
    open_steps = [step for step in later if step is not Step.CONTACT or filled.contact is None]
    return filled.copy(update={"step": open_steps[0]})


def _agreed(before: IntakeDraft, after: IntakeDraft, now: datetime) -> IntakeDraft:
    """Whoever goes on after the first question agrees to what stood before it."""
    moved = after.step is not before.step
    if before.consent_at or not moved:
        return after
    return after.copy(update={"consent_at": now})
