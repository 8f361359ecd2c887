"""Keeps sessions, turns and messages. Every call is one short transaction, run in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from sqlalchemy import bindparam, delete, insert, select, update

from bot.configuration.clinic import Clinic
from bot.content.texts import ErrorCode
from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.deletion import delete_conversations
from bot.database.engine import Database
from bot.database.schema import (
    TurnState,
    conversations,
    forgettings,
    sessions,
    turns,
    write_checks,
)
from bot.database.vault import Vault
from bot.gateway.errors import RefusalError
from bot.gateway.message_queries import add_messages, answer_to, messages_by_turn
from bot.gateway.records import (
    Accepted,
    Completion,
    Message,
    PastTurn,
    Submission,
    Turn,
    new_id,
)
from bot.gateway.request_book import RequestBook
from bot.gateway.sealed_rows import opened_texts
from bot.gateway.store_queries import (
    ConversationGoneError,
    add_turn,
    danger_before,
    earlier_texts_of,
    is_stored,
    lock,
    offered_title,
    received,
    said_by,
    turn_of_key,
)
from bot.intake.actors import PATIENT
from bot.intake.alert_store import add_alert
from bot.intake.conversation_source import source_of
from bot.intake.ownership import Owner, owner_in
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.danger_before import DangerBefore
from bot.replies.reply import Reply

# Made once, as in store_queries.
_CONVERSATION_OF = select(sessions.c.conversation_id).where(
    sessions.c.token_digest == bindparam("token"), sessions.c.expires_at > bindparam("now")
)
_PROLONG = (
    update(sessions)
    .where(sessions.c.conversation_id == bindparam("conversation"))
    .values(expires_at=bindparam("until"))
)
_ANSWERED = (
    update(turns)
    .where(turns.c.id == bindparam("turn"), turns.c.state == TurnState.RECEIVED.value)
    .values(state=TurnState.ANSWERED.value, answered_at=bindparam("now"))
)


class ConversationStore:
    """The conversations of one database. What was said is sealed on the way in.

    Every method raises `DatabaseUnavailableError` when the database cannot do it. What no key opens
    counts as not there where the rest is of use without it: in the history, and in what is looked
    back on. Where it is the very thing asked for, it counts as what the database cannot do.
    """

    def __init__(self, database: Database, vault: Vault, clinic: Clinic) -> None:
        self._database = database
        self._vault = vault
        self._clinic = clinic

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
            return add_messages(connection, self._vault, turn_id, (greeting,))

    def conversation_of(self, token_digest: str) -> str | None:
        """The conversation of a session that has not expired."""
        with self._database.reading() as connection:
            found: str | None = connection.execute(
                _CONVERSATION_OF, {"token": token_digest, "now": _now()}
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
            known = turn_of_key(connection, self._vault, conversation_id, submission)
            if known:
                return known
            if not has_room:
                raise RefusalError(ErrorCode.CONVERSATION_BUSY, retry_after=1)
            text, payload = said_by(connection, self._vault, conversation_id, submission)
            turn = Turn(
                submission.turn_id,
                conversation_id,
                _now(),
                text,
                payload,
                phone_ending=source_of(connection, self._vault, conversation_id).phone_ending,
                alert_id=submission.alert_id,
            )
            position = add_turn(connection, self._vault, turn, submission)
            connection.execute(_PROLONG, {"conversation": conversation_id, "until": expires_at})
            earlier = earlier_texts_of(connection, self._vault, turn, position)
            return Accepted(turn, earlier=earlier)

    def complete(
        self,
        turn: Turn,
        replies: Sequence[Reply],
        alert: SafetyAlert | None = None,
        requests: RequestBook | None = None,
    ) -> Completion:
        """Store the answer to a turn, with its alert and the requests in it: all or nothing.

        A turn that has an answer keeps it, and that is returned.

        Args:
            requests: stores what the replies ask of the clinic.

        Raises:
            ConversationGoneError: the conversation was deleted meanwhile.
        """
        with self._database.writing() as connection:
            if requests:
                # In this order: the audit's lock before all, the conversation's before turns'.
                audit_log.lock(connection)
                lock(connection, turn.conversation_id)
            # First, because it locks the conversation, as deleting does before it comes to turns.
            new_alert = alert is not None and add_alert(
                connection, self._vault, self._clinic, alert
            )
            if connection.execute(_ANSWERED, {"turn": turn.id, "now": _now()}).rowcount:
                if requests:
                    replies = requests.enter(connection, turn, replies)
                added = add_messages(connection, self._vault, turn.id, replies)
                return Completion(added, new_alert)
            if not is_stored(connection, turn.id):
                raise ConversationGoneError
            return Completion(answer_to(connection, self._vault, turn.id), new_alert)

    def offered(self, turn: Turn, payload: str) -> str | None:
        """The title of the button with this payload, if the last offer before a turn has it."""
        with self._database.reading() as connection:
            return offered_title(connection, turn, payload)

    def danger_before(self, turn: Turn) -> DangerBefore:
        """What the replies given just before this turn's own said of danger."""
        with self._database.reading() as connection:
            return danger_before(connection, self._vault, turn)

    def owner_and_danger(self, turn: Turn) -> tuple[Owner | None, DangerBefore]:
        """Who of the staff writes in a turn's conversation now, and `danger_before`."""
        with self._database.reading() as connection:
            owner = owner_in(connection, turn.conversation_id)
            return owner, danger_before(connection, self._vault, turn)

    def history(self, conversation_id: str) -> tuple[PastTurn, ...]:
        """The whole conversation, oldest first, without what no key opens."""
        with self._database.reading() as connection:
            said = connection.execute(
                select(turns.c.id, turns.c.received_at, turns.c.text, turns.c.state)
                .where(turns.c.conversation_id == conversation_id)
                .order_by(turns.c.position)
            ).all()
            answers = messages_by_turn(connection, self._vault, conversation_id)
            texts = opened_texts(self._vault, said)
            return tuple(
                [
                    PastTurn(
                        row.id,
                        row.received_at,
                        text,
                        answers.get(row.id, ()),
                        row.state == TurnState.ANSWERED.value,
                    )
                    for row, text in zip(said, texts, strict=True)
                ]
            )

    def unanswered(self) -> tuple[Accepted, ...]:
        """Every turn that was received and has no answer, in order.

        One that no key opens is left out, and answered once its key is back.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                select(turns)
                .where(turns.c.state == TurnState.RECEIVED.value)
                .order_by(turns.c.conversation_id, turns.c.position)
            ).all()
            return tuple(
                [
                    received(connection, self._vault, row, text)
                    for row, text in zip(rows, opened_texts(self._vault, rows), strict=True)
                    if text is not None
                ]
            )

    def delete(self, conversation_id: str) -> None:
        """A patient deletes everything of a conversation; Rasa has to forget it too."""
        with self._database.writing() as connection:
            audit_log.lock(connection)
            if delete_conversations(connection, [conversation_id], _now()):
                audit_log.append(
                    connection, actor=PATIENT.name, action=AuditAction.CONVERSATION_DELETED
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
