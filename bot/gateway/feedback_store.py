"""Keeps whether an answer helped. What was written beside it is redacted, then sealed."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from bot.content.texts import ErrorCode
from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.schema import feedback, messages, turns
from bot.database.vault import Vault, VaultError
from bot.gateway.errors import RefusalError
from bot.gateway.records import Feedback, new_id
from bot.gateway.sealed_rows import opened_replies
from bot.gateway.store_queries import lock
from bot.replies.redaction import Redactor
from bot.replies.reply import Reply, ReplyKind

_VERSION_DIGITS = 12


class FeedbackStore:
    """The feedback of one database."""

    def __init__(self, database: Database, vault: Vault, redactor: Redactor) -> None:
        self._database = database
        self._vault = vault
        self._redactor = redactor

    def keep(self, conversation_id: str, given: Feedback) -> bool:
        """Keep feedback on an answer in place of what was said before. Returns whether it is new.

        Raises:
            ConversationGoneError: there is no such conversation.
            RefusalError: the conversation has no such message, or it is no answer.
            DatabaseUnavailableError: the database cannot do it.
        """
        said = {
            "helpful": given.helpful,
            "at": datetime.now(timezone.utc),
            "sealed_comment": self._sealed(given.comment),
        }
        with self._database.writing() as connection:
            # Also keeps two from being new at once.
            lock(connection, conversation_id)
            answer = self._answer(connection, conversation_id, given.message_id)
            known = feedback.c.message_id == given.message_id
            if connection.execute(update(feedback).where(known).values(**said)).rowcount:
                return False
            connection.execute(
                insert(feedback).values(
                    id=new_id(),
                    conversation_id=conversation_id,
                    message_id=given.message_id,
                    page=answer.page,
                    topic=answer.topic,
                    content_version=content_version(answer),
                    **said,
                )
            )
            return True

    def _answer(self, connection: Connection, conversation_id: str, message_id: str) -> Reply:
        rows = connection.execute(
            select(messages.c.reply)
            .select_from(turns.join(messages))
            .where(turns.c.conversation_id == conversation_id, messages.c.id == message_id)
        ).all()
        if not rows:
            raise RefusalError(ErrorCode.NOT_FOUND)
        (reply,) = opened_replies(self._vault, rows)
        if reply is None:
            raise DatabaseUnavailableError(VaultError())
        if reply.kind is not ReplyKind.ANSWER:
            raise RefusalError(ErrorCode.WRONG_SHAPE)
        return reply

    def _sealed(self, comment: str | None) -> str | None:
        return None if comment is None else self._vault.seal(self._redactor.redact(comment))


def content_version(answer: Reply) -> str:
    """Which wording was shown: the first digits of its SHA-256. It says nothing of the reader."""
    return hashlib.sha256(answer.text.encode()).hexdigest()[:_VERSION_DIGITS]
