"""An intake form that is talked with, as the actions would: drafts, and what is said about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from bot.configuration.clinic import load_clinic
from bot.content.intake_rules import load_intake_rules
from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.replies.intake_composer import IntakeComposer
from bot.replies.intake_draft import Choice, IntakeDraft
from bot.replies.intake_form import IntakeForm, Outcome, Said
from bot.replies.reply import Reply
from bot.replies.understanding import Intent, Label, Understanding

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=timezone.utc)
KEPT_DAYS = 365
RULES = load_intake_rules()
TEXTS = load_texts().intake
FORM = IntakeForm(RULES)
COMPOSER = IntakeComposer(TEXTS, RULES.limits, load_clinic(), load_library())


def started(language: str = "en", known_phone: str | None = None) -> IntakeDraft:
    """A form at its first question."""
    return FORM.begin(None, COMPOSER.blank(language, KEPT_DAYS, known_phone))


def words(text: str, label: str = "nlu_fallback", *, after_danger: bool = False) -> Said:
    """Words, and what they were taken for."""
    return Said(Understanding(Label.parse(label), 0.9), text, after_danger)


def button(choice: Choice | str) -> Said:
    """A button of the form."""
    leaf = choice.value if isinstance(choice, Choice) else choice
    heard = Understanding(Label(Intent.INTAKE, leaf), 1.0, chosen=True)
    return Said(heard, f'/intake{{"leaf": "{leaf}"}}')


def chosen(label: str) -> Said:
    """A button of another reply."""
    return Said(replace(words("").heard, label=Label.parse(label), chosen=True), f"/{label}")


def say(draft: IntakeDraft, said: Said | Choice | str) -> Outcome:
    """What one message makes of the form; after an interruption, once that was answered."""
    if isinstance(said, str):
        said = button(said) if isinstance(said, Choice) else words(said)
    outcome = FORM.answer(draft, said, NOW)
    if outcome.taken:
        return outcome
    return replace(outcome, draft=FORM.go_on(outcome.draft))


def fill(draft: IntakeDraft, *said: Said | Choice | str) -> IntakeDraft:
    """The form after one message after the other."""
    for each in said:
        draft = say(draft, each).draft
    return draft


def reply_to(draft: IntakeDraft) -> Reply | None:
    """What is said about the form as it stands."""
    return COMPOSER.ended(draft) if draft.end else COMPOSER.question(draft)


#: Up to the read-back.
ALL_ANSWERS = ("Ana", "212 555 0147", "mornings", "my migraines are daily")
