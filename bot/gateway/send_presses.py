"""Tells whether a turn presses the intake form's Send: what it asks for must not be lost."""

from __future__ import annotations

from bot.gateway.records import Turn
from bot.gateway.store import ConversationStore
from bot.replies.intake_draft import Choice
from bot.replies.intake_reader import IntakeReader, Phrase
from bot.replies.payloads import payload_of
from bot.replies.understanding import Intent, Label

SEND_PAYLOAD = payload_of(Label(Intent.INTAKE, Choice.SEND.value))

_SAYS_SEND = frozenset({Phrase.SEND, Phrase.YES})


class SendPresses:
    """Knows a press of Send by the button, or by words that say the same where it is offered."""

    def __init__(self, store: ConversationStore, reader: IntakeReader) -> None:
        self._store = store
        self._reader = reader

    def by_button(self, turn: Turn) -> bool:
        """Whether the button itself was pressed."""
        return turn.payload == SEND_PAYLOAD

    def title(self, turn: Turn) -> str | None:
        """What the Send that this turn presses is called; None if it presses none.

        Raises:
            DatabaseUnavailableError: the database cannot tell.
        """
        if self.by_button(turn):
            return turn.text
        if turn.payload is not None or self._reader.phrase(turn.text) not in _SAYS_SEND:
            return None
        return self._store.offered(turn, SEND_PAYLOAD)
