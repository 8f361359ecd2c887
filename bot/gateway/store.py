"""Keeps sessions, turns and messages. Every call is one short transaction, run in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from sqlalchemy import delete, insert, select, update

from bot.content.texts import ErrorCode
from bot.database.engine import Database
from bot.database.schema import (
    TurnState,
    conversations,
    forgettings,
    sessions,
    turns,
    write_checks,
)
from bot.gateway.errors import RefusalError
from bot.gateway.records import (
    Accepted,
    Completion,
    Message,
    PastTurn,
    Submission,
    Turn,
    new_id,
)
from bot.gateway.store_queries import (
    ConversationGoneError,
    add_messages,
    add_turn,
    danger_before,
    earlier_texts_of,
    lock,
    messages_by_turn,
    received,
    said_by,
    turn_of_key,
)
from bot.intake.alert_store import add_alert
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.danger_before import DangerBefore
from bot.replies.reply import Reply


class ConversationStore:
    """The conversations of one database.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_session(
        self, token_digest: str, expires_at: datetime, greeting: Reply
    ) -> tuple[Message, ...]:
        """Start a conversation with a greeting."""
        conversation_id, turn_id = new_id(), new_id()
        with self._database.writing() as connection:
            connection.execute(insert(conversations).values(id=conversation_id, started_at=_now()))
            connection.execute(
                insert(sessions).values(
                    token_digest=token_digest,
                    conversation_id=conversation_id,
                    expires_at=expires_at,
                )
            )
            connection.execute(
                insert(turns).values(
                    id=turn_id,
                    conversation_id=conversation_id,
                    position=0,
                    state=TurnState.ANSWERED.value,
                    received_at=_now(),
                    answered_at=_now(),
                )
            )
            return add_messages(connection, turn_id, (greeting,))

    def conversation_of(self, token_digest: str) -> str | None:
        """The conversation of a session that has not expired."""
        with self._database.reading() as connection:
            found: str | None = connection.execute(
                select(sessions.c.conversation_id).where(
                    sessions.c.token_digest == token_digest, sessions.c.expires_at > _now()
                )
            ).scalar()
            return found

    def accept(
        self,
        conversation_id: str,
        submission: Submission,
        *,
        expires_at: datetime,
        has_room: bool,
    ) -> Accepted:
        """Store a message before anybody is asked about it, or find it if its key was used before.

        Args:
            expires_at: when the session ends if nothing more is said.
            has_room: whether one more turn may wait in this conversation.

        Raises:
            ConversationGoneError: there is no such conversation.
            RefusalError: the key was used for another body, the button is not open, or there is no
                room.
        """
        with self._database.writing() as connection:
            lock(connection, conversation_id)
            known = turn_of_key(connection, conversation_id, submission)
            if known:
                return known
            if not has_room:
                raise RefusalError(ErrorCode.CONVERSATION_BUSY, retry_after=1)
            text, payload = said_by(connection, conversation_id, submission)
            turn = Turn(submission.turn_id, conversation_id, _now(), text, payload)
            position = add_turn(connection, turn, submission)
            connection.execute(
                update(sessions)
                .where(sessions.c.conversation_id == conversation_id)
                .values(expires_at=expires_at)
            )
            return Accepted(turn, earlier=earlier_texts_of(connection, turn, position))

    def complete(
        self, turn: Turn, replies: Sequence[Reply], alert: SafetyAlert | None = None
    ) -> Completion:
        """Store the answer to a turn, and its alert with it: both or neither.

        A turn that has an answer keeps it, and that is returned.

        Raises:
            ConversationGoneError: the conversation was deleted meanwhile.
        """
        with self._database.writing() as connection:
            # First, because it locks the conversation, as deleting does before it comes to turns.
            new_alert = alert is not None and add_alert(connection, alert)
            changed = connection.execute(
                update(turns)
                .where(turns.c.id == turn.id, turns.c.state == TurnState.RECEIVED.value)
                .values(state=TurnState.ANSWERED.value, answered_at=_now())
            ).rowcount
            if changed:
                return Completion(add_messages(connection, turn.id, replies), new_alert)
            kept = messages_by_turn(connection, turn.conversation_id).get(turn.id)
            if kept is None:
                raise ConversationGoneError
            return Completion(kept, new_alert)

    def danger_before(self, turn: Turn) -> DangerBefore:
        """What the replies given just before this turn's own said of danger."""
        with self._database.reading() as connection:
            return danger_before(connection, turn)

    def history(self, conversation_id: str) -> tuple[PastTurn, ...]:
        """The whole conversation, oldest first."""
        with self._database.reading() as connection:
            said = connection.execute(
                select(turns.c.id, turns.c.text)
                .where(turns.c.conversation_id == conversation_id)
                .order_by(turns.c.position)
            ).all()
            answers = messages_by_turn(connection, conversation_id)
            return tuple(PastTurn(row.id, row.text, answers.get(row.id, ())) for row in said)

    def unanswered(self) -> tuple[Accepted, ...]:
        """Every turn that was received and has no answer, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(turns)
                .where(turns.c.state == TurnState.RECEIVED.value)
                .order_by(turns.c.conversation_id, turns.c.position)
            ).all()
            return tuple([received(connection, row) for row in rows])

    def delete(self, conversation_id: str) -> None:
        """Delete everything of a conversation, and remember that Rasa has to forget it too."""
        with self._database.writing() as connection:
            found = connection.execute(
                delete(conversations).where(conversations.c.id == conversation_id)
            ).rowcount
            if found:
                connection.execute(
                    insert(forgettings).values(conversation_id=conversation_id, asked_at=_now())
                )
        self._database.flush_deletions()

    def to_forget(self) -> tuple[str, ...]:
        """Deleted conversations that Rasa may still remember, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(forgettings.c.conversation_id).order_by(forgettings.c.asked_at)
            )
            return tuple(row.conversation_id for row in rows)

    def forgotten(self, conversation_id: str) -> None:
        """Rasa has forgotten this conversation."""
        with self._database.writing() as connection:
            connection.execute(
                delete(forgettings).where(forgettings.c.conversation_id == conversation_id)
            )

    def check_writable(self) -> None:
        """Write one row, to prove that writing works."""
        with self._database.writing() as connection:
            connection.execute(delete(write_checks))
            connection.execute(insert(write_checks).values(id=1, written_at=_now()))


def _now() -> datetime:
    return datetime.now(timezone.utc)
