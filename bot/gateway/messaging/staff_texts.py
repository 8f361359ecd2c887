"""What staff write, and that they came or left, to patients who text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.database.schema import conversations, text_threads
from bot.database.vault import Vault
from bot.gateway.messaging.opt_outs import is_opted_out
from bot.gateway.messaging.outbound_texts import OutboundKind, enqueue
from bot.gateway.records import Message
from bot.replies.channel import Channel
from bot.replies.reply import Reply
from bot.replies.texting.rendering import RenderedText, TextRenderer


class OptedOutError(Exception):
    """The patient wants no texts: nothing that staff write would be sent."""


class StaffTexts:
    """Writes texts beside what is stored of a conversation, in the same transaction.

    Of a conversation on the website nothing is written.
    """

    def __init__(self, vault: Vault, renderer: TextRenderer) -> None:
        self._vault = vault
        self._renderer = renderer

    def reaches(self, connection: Connection, conversation_id: str) -> bool:
        """Whether a text reaches the patient, however long ago they wrote.

        Raises:
            OptedOutError: the patient wants none.
        """
        thread = _thread(connection, conversation_id)
        if thread is None:
            return False
        if is_opted_out(connection, thread.address_index):
            raise OptedOutError
        return True

    def pass_on(
        self,
        connection: Connection,
        conversation_id: str,
        turn_id: str,
        reply: Reply,
        *,
        author: str | None,
        language: str,
        now: datetime,
    ) -> None:
        """Send a turn that no message of the patient asked for.

        Args:
            author: the shown name of the person who wrote it; None: the assistant says it.

        Raises:
            TextTooLongError: a person wrote more than one text may hold.
        """
        thread = _thread(connection, conversation_id)
        if thread is None:
            return
        channel = Channel(thread.channel)
        rendered = self._rendered(reply, turn_id, author, channel, language)
        enqueue(
            connection,
            self._vault,
            thread_id=thread.id,
            cause_id=turn_id,
            kind=OutboundKind.STAFF if author else OutboundKind.NOTICE,
            text=rendered.text,
            segments=rendered.segments,
            now=now,
        )

    def _rendered(
        self, reply: Reply, turn_id: str, author: str | None, channel: Channel, language: str
    ) -> RenderedText:
        if author is not None:
            return self._renderer.staff(author, reply.text, channel=channel)
        spoken = Message.answering(turn_id, (reply,))
        return self._renderer.render(spoken, channel=channel, language=language)


def _thread(connection: Connection, conversation_id: str) -> Row | None:
    """Who texts in this conversation; None on the website."""
    found: Row | None = connection.execute(
        select(text_threads.c.id, text_threads.c.channel, text_threads.c.address_index)
        .join(conversations, conversations.c.thread_id == text_threads.c.id)
        .where(conversations.c.id == conversation_id)
    ).first()
    return found
