"""Understood messages, said one after the other."""

from __future__ import annotations

from bot.content.library import Topic
from bot.replies.dialogue import Dialogue
from bot.replies.dialogue_state import DialogueState, Offer, Turn
from bot.replies.understanding import Label, Understanding

START = DialogueState()
BOTOX = Topic("migraine", "botox")
AURA = Topic("migraine", "aura")
AFTER_BOTOX = DialogueState(topic=BOTOX, offer=Offer.MORE)


def heard(label: str, *choices: Label, related: Topic | None = None) -> Understanding:
    return Understanding(Label.parse(label), 0.9, choices=choices, related=related)


def talk(dialogue: Dialogue, *labels: str, state: DialogueState = START) -> Turn:
    """Say one thing after the other; the last turn."""
    for label in labels:
        turn = dialogue.respond(heard(label), state)
        state = turn.state
    return turn
