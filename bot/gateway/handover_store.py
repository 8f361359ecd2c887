"""What a live hand-over writes, together: the owner, what the patient reads, and the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from bot.content.texts import DEFAULT_LANGUAGE
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import TurnState, sessions, turns
from bot.database.vault import Vault
from bot.gateway.message_queries import add_messages, answer_to
from bot.gateway.messaging.staff_texts import StaffTexts
from bot.gateway.records import Message, id_from, new_id
from bot.gateway.store_queries import is_stored
from bot.intake import ownership
from bot.intake.ownership import NoConversationError, OwnedError, OwnershipStore
from bot.intake.record_conversations import chosen_conversation, language_of
from bot.intake.record_rows import row_of
from bot.intake.staff import User
from bot.replies.intake_composer import IntakeComposer
from bot.replies.reply import Reply, ReplyKind


class NotOwnerError(Exception):
    """Nobody has the conversation: it has to be taken over first."""


@dataclass(frozen=True)
class _Found:
    """A conversation that is there, and what its record is called."""

    conversation_id: str
    reference: str


class HandOverStore:
    """The hand-overs of one database. Every call is one short transaction, run in a thread.

    Every method raises
        `DatabaseUnavailableError`: the database cannot do it, and nothing was done;
        `UnchosenConversationError`: the record has several conversations, and none was chosen;
        `NoConversationError`: the record has no conversation, or it was deleted.

    Where a conversation is not named, the record's only one is meant.

    Args:
        session_time: how long a session lasts after something was said.
        staff_texts: sends what is said to who texts; None where nobody can.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        texts: IntakeComposer,
        session_time: timedelta,
        staff_texts: StaffTexts | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._texts = texts
        self._session_time = session_time
        self._staff_texts = staff_texts
        self._owners = OwnershipStore(database)

    def conversation_of(self, reference: str, conversation_id: str | None = None) -> str:
        """The conversation that is meant."""
        with self._database.reading() as connection:
            return _found(connection, reference, conversation_id).conversation_id

    def take_over(self, reference: str, user: User, *, conversation_id: str | None = None) -> bool:
        """Make `user` the owner and tell the patient. Returns whether that is new.

        Raises:
            OwnedError: another person has it.
            NoConversationError: the patient's session is over too: nobody would read it.
            OptedOutError: the patient wants no texts.
        """
        with self._database.writing() as connection:
            found = _found(connection, reference, conversation_id)
            self._check_somebody_reads(connection, found.conversation_id)
            return self._take(connection, found, user)

    def take_from_owner(
        self, reference: str, user: User, *, conversation_id: str | None = None
    ) -> bool:
        """The same where another person has it: they lose it, and the patient is told so too."""
        with self._database.writing() as connection:
            found = _found(connection, reference, conversation_id)
            self._check_somebody_reads(connection, found.conversation_id)
            owner = ownership.take_from(
                connection, found.conversation_id, user, reference=found.reference
            )
            if owner is not None:
                self._say_left(connection, found.conversation_id, owner.name)
            return self._take(connection, found, user)

    def hand_back(self, reference: str, user: User, *, conversation_id: str | None = None) -> bool:
        """Let the assistant answer again and tell the patient. Returns whether that is new.

        Raises:
            OwnedError: another person has it.
        """
        with self._database.writing() as connection:
            found = _found(connection, reference, conversation_id)
            if not ownership.give_back(
                connection, found.conversation_id, user, reference=found.reference
            ):
                return False
            self._say_left(connection, found.conversation_id, user.shown_name)
            return True

    def write(
        self,
        reference: str,
        user: User,
        text: str,
        *,
        key: str = "",
        conversation_id: str | None = None,
    ) -> Message:
        """Say something to the patient; the stored message.

        Args:
            key: the same key stores a message once.

        Raises:
            OwnedError: another person has the conversation.
            NotOwnerError: nobody has it.
            NoConversationError: the patient's session is over too: nobody would read it.
            OptedOutError: the patient wants no texts.
            TextTooLongError: it is more than a text message to the patient may hold.
        """
        with self._database.writing() as connection:
            found = _found(connection, reference, conversation_id)
            conversation_id = found.conversation_id
            ownership.hold(connection, conversation_id)
            owner = ownership.owner_in(connection, conversation_id)
            if owner is None:
                raise NotOwnerError
            if owner.user_id != user.id:
                raise OwnedError(owner)
            self._check_somebody_reads(connection, conversation_id)
            turn_id = id_from(conversation_id, user.id, key) if key else new_id()
            if is_stored(connection, turn_id):
                return answer_to(connection, self._vault, turn_id)[0]
            reply = Reply(kind=ReplyKind.HUMAN_HANDOFF, text=text)
            self._say(connection, conversation_id, reply, turn_id=turn_id, author=user)
            audit_log.append(
                connection,
                actor=user.actor.name,
                action=AuditAction.STAFF_MESSAGE,
                subject=found.reference,
            )
            return answer_to(connection, self._vault, turn_id)[0]

    def idle(self, before: datetime) -> tuple[str, ...]:
        """Conversations whose owner has done nothing since `before` (UTC), or may not any more."""
        return self._owners.idle(before)

    def take_away(self, conversation_id: str, before: datetime) -> bool:
        """Let the assistant answer again where that still holds. Returns whether it did."""
        with self._database.writing() as connection:
            owner = ownership.take_away(connection, conversation_id, before)
            if owner is None:
                return False
            self._say_left(connection, conversation_id, owner.name)
            return True

    def _take(self, connection: Connection, found: _Found, user: User) -> bool:
        if not ownership.take(connection, found.conversation_id, user, found.reference):
            return False
        language = self._language(connection, found.conversation_id)
        notice = self._texts.person_joined(user.shown_name, language)
        self._say(connection, found.conversation_id, notice)
        return True

    def _check_somebody_reads(self, connection: Connection, conversation_id: str) -> None:
        texts = self._staff_texts
        if texts is not None and texts.reaches(connection, conversation_id):
            return
        alive = connection.execute(
            select(sessions.c.token_digest).where(
                sessions.c.conversation_id == conversation_id,
                sessions.c.expires_at > datetime.now(timezone.utc),
            )
        ).first()
        if alive is None:
            raise NoConversationError

    def _say_left(self, connection: Connection, conversation_id: str, name: str) -> None:
        language = self._language(connection, conversation_id)
        self._say(connection, conversation_id, self._texts.person_left(name, language))

    def _language(self, connection: Connection, conversation_id: str) -> str:
        return language_of(connection, self._vault, conversation_id) or DEFAULT_LANGUAGE

    def _say(
        self,
        connection: Connection,
        conversation_id: str,
        reply: Reply,
        *,
        turn_id: str | None = None,
        author: User | None = None,
    ) -> None:
        """Store what no message of the patient asked for, as a turn of its own."""
        now = datetime.now(timezone.utc)
        last = connection.execute(
            select(func.max(turns.c.position)).where(turns.c.conversation_id == conversation_id)
        ).scalar()
        turn_id = turn_id or new_id()
        connection.execute(
            insert(turns).values(
                id=turn_id,
                conversation_id=conversation_id,
                position=int(last or 0) + 1,
                state=TurnState.ANSWERED.value,
                received_at=now,
                answered_at=now,
            )
        )
        add_messages(connection, self._vault, turn_id, (reply,), author.id if author else None)
        if self._staff_texts is not None:
            self._staff_texts.pass_on(
                connection,
                conversation_id,
                turn_id,
                reply,
                author=author.shown_name if author else None,
                language=self._language(connection, conversation_id),
                now=now,
            )
        # Somebody who waits for a person writes nothing meanwhile.
        connection.execute(
            update(sessions)
            .where(sessions.c.conversation_id == conversation_id, sessions.c.expires_at > now)
            .values(expires_at=now + self._session_time)
        )


def _found(connection: Connection, reference: str, conversation_id: str | None) -> _Found:
    record = row_of(connection, reference)
    if record is None:
        raise NoConversationError
    chosen = chosen_conversation(connection, record, conversation_id)
    return _Found(chosen, record.reference)
