"""Where Rasa keeps the intake form: the form's name, its slots, and reading and writing them."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Dict, List

from pydantic import ValidationError
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.replying_action import INTAKE_FORM
from bot.content.intake_rules import load_intake_rules
from bot.intake.retention import load_retention, retention_file
from bot.replies.dialogue_state import DialogueState
from bot.replies.intake_composer import IntakeComposer
from bot.replies.intake_draft import IntakeDraft
from bot.replies.intake_form import IntakeForm, Said
from bot.replies.understanding import KNOWN_PHONE_KEY, Understanding

FORM = INTAKE_FORM
#: The one slot that the form asks for: Rasa ends the form when it is set.
DONE = "intake_done"
DRAFT = "intake_draft"


@lru_cache(maxsize=1)
def shipped_form() -> IntakeForm:
    """The form by the shipped rules."""
    return IntakeForm(load_intake_rules())


@lru_cache(maxsize=1)
def kept_days() -> int:
    """How long this installation keeps what was asked for, in days after it is closed."""
    return load_retention(retention_file(os.environ)).days.closed_records


def read_draft(tracker: Tracker) -> IntakeDraft | None:
    """The form as it stands; None if there is none, or none that our code has written."""
    kept = tracker.get_slot(DRAFT)
    try:
        return IntakeDraft.parse_raw(kept) if kept else None
    except (ValidationError, TypeError):
        return None


def blank_draft(tracker: Tracker, state: DialogueState, composer: IntakeComposer) -> IntakeDraft:
    """An empty form in the language of the conversation."""
    ending = (tracker.latest_message.get("metadata") or {}).get(KNOWN_PHONE_KEY)
    return composer.blank(state.language, kept_days(), ending)


def said_in(tracker: Tracker, heard: Understanding, state: DialogueState) -> Said:
    """The latest message, as the form reads it."""
    text = tracker.latest_message.get("text") or ""
    return Said(heard, text, after_danger=state.danger is not None)


def now() -> datetime:
    """This moment, in UTC and whole seconds."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def draft_slot(draft: IntakeDraft | None) -> List[Dict[str, Any]]:
    """The event that makes a tracker keep `draft`."""
    return [SlotSet(DRAFT, draft.json() if draft else None)]
