"""Stores what a finished form asks of the clinic, with the answer that says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from sqlalchemy.engine import Connection

from bot.configuration.clinic import Clinic
from bot.database.vault import Vault
from bot.gateway.records import Turn
from bot.gateway.request_urgency import urgency_of
from bot.intake.conversation_source import source_of
from bot.intake.promise import in_words
from bot.intake.requests import add_request
from bot.replies.intake_composer import IntakeComposer
from bot.replies.intake_draft import KNOWN_PHONE
from bot.replies.intake_request import IntakeRequest
from bot.replies.reply import Reply


class RequestBook:
    """Writes requests into the database, and what patients read of that."""

    def __init__(self, vault: Vault, clinic: Clinic, texts: IntakeComposer) -> None:
        self._vault = vault
        self._clinic = clinic
        self._texts = texts

    def enter(
        self, connection: Connection, turn: Turn, replies: Sequence[Reply]
    ) -> tuple[Reply, ...]:
        """Store every request within the caller's transaction.

        The same turn again stores nothing more. The caller has taken `audit_log.lock`.

        Returns:
            The replies, with a receipt in the place of each that held a request.
        """
        return tuple(
            [
                self._received(connection, turn, reply.request) if reply.request else reply
                for reply in replies
            ]
        )

    def not_entered(self, replies: Sequence[Reply]) -> tuple[Reply, ...]:
        """The replies where nothing could be stored: the telephone in the place of a receipt."""
        return tuple(
            [
                self._texts.request_not_stored(reply.request.language) if reply.request else reply
                for reply in replies
            ]
        )

    def not_sent(self, title: str) -> Reply:
        """The telephone, where Rasa has not heard of a press of the Send that is called so."""
        return self._texts.request_not_stored(self._texts.language_of_send(title))

    def _received(self, connection: Connection, turn: Turn, request: IntakeRequest) -> Reply:
        source = source_of(connection, self._vault, turn.conversation_id)
        if request.contact == KNOWN_PHONE:
            if source.phone is None:
                return self._texts.request_not_stored(request.language)
            request = request.copy(update={"contact": source.phone})
        receipt = add_request(
            connection,
            self._vault,
            self._clinic,
            request=request,
            conversation_id=turn.conversation_id,
            channel=source.channel,
            urgency=urgency_of(connection, self._vault, turn),
            request_id=turn.id,
            now=datetime.now(timezone.utc),
        )
        language = self._texts.language(request.language)
        promise = in_words(receipt.due_at, self._clinic, language)
        return self._texts.request_received(receipt.reference, promise, receipt.appended, language)
