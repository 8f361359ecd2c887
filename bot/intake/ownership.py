"""Which person of staff writes in a conversation now; where nobody does, the assistant answers.

Kept in our own database: Rasa forgets its pause with every new session.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import bindparam, delete, insert, or_, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql import Select

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import (
    conversation_owners,
    conversations,
    intake_records,
    messages,
    turns,
    users,
)
from bot.intake.actors import SYSTEM, Actor
from bot.intake.open_records import from_conversation
from bot.intake.staff import Role, User

#: Who may not write with patients.
_NOT_WRITING = [role.value for role in Role if not role.includes(Role.AGENT)]

# Made once, because every message needs it.
_OWNER_OF = (
    select(conversation_owners.c.user_id, conversation_owners.c.since, users.c.shown_name)
    .select_from(conversation_owners.join(users))
    .where(conversation_owners.c.conversation_id == bindparam("conversation"))
)


@dataclass(frozen=True)
class Owner:
    """Who writes in a conversation. `name` is what the patient is shown; `since` is in UTC."""

    user_id: str
    name: str
    since: datetime


class OwnedError(Exception):
    """Another person has the conversation."""

    def __init__(self, owner: Owner) -> None:
        super().__init__("another person has the conversation")
        self.owner = owner


class NoConversationError(Exception):
    """There is no such conversation (any more)."""


class OwnershipStore:
    """The owners in one database; each conversation has one at most.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def owner_of(self, conversation_id: str) -> Owner | None:
        """Who writes in this conversation; None: the assistant does."""
        with self._database.reading() as connection:
            return owner_in(connection, conversation_id)

    def take(self, conversation_id: str, user: User) -> bool:
        """Make `user` the owner. Returns whether that is new.

        Raises:
            OwnedError: another person has it.
            NoConversationError: there is no such conversation.
        """
        with self._database.writing() as connection:
            return take(connection, conversation_id, user)

    def give_back(self, conversation_id: str, user: User) -> bool:
        """Let the assistant answer again. Returns whether `user` was the owner until now.

        Raises:
            OwnedError: another person has it.
            NoConversationError: there is no such conversation.
        """
        with self._database.writing() as connection:
            return give_back(connection, conversation_id, user)

    def idle(self, before: datetime) -> tuple[str, ...]:
        """Conversations whose owner has done nothing since `before` (UTC), or may not any more."""
        with self._database.reading() as connection:
            return tuple([row.conversation_id for row in connection.execute(_idle(before))])


def owner_in(connection: Connection, conversation_id: str) -> Owner | None:
    """`OwnershipStore.owner_of` within a transaction."""
    row = connection.execute(_OWNER_OF, {"conversation": conversation_id}).first()
    return _owner(row) if row else None


def take(
    connection: Connection, conversation_id: str, user: User, reference: str | None = None
) -> bool:
    """`OwnershipStore.take` within a transaction.

    Args:
        reference: the record that the audit names; the conversation's latest if it is not given.
    """
    hold(connection, conversation_id)
    owner = owner_in(connection, conversation_id)
    if owner:
        if owner.user_id != user.id:
            raise OwnedError(owner)
        return False
    connection.execute(
        insert(conversation_owners).values(
            conversation_id=conversation_id, user_id=user.id, since=datetime.now(timezone.utc)
        )
    )
    subject = reference or _reference_of(connection, conversation_id)
    audit_log.append(
        connection, actor=user.actor.name, action=AuditAction.TOOK_OVER, subject=subject
    )
    return True


def take_from(
    connection: Connection, conversation_id: str, user: User, reference: str | None = None
) -> Owner | None:
    """Whoever has the conversation, but for `user`, loses it. Returns who that was.

    Args:
        reference: the record that the audit names; the conversation's latest if it is not given.
    """
    hold(connection, conversation_id)
    owner = owner_in(connection, conversation_id)
    if owner is None or owner.user_id == user.id:
        return None
    _release(connection, conversation_id, user.actor, reference)
    return owner


def give_back(
    connection: Connection, conversation_id: str, user: User, reference: str | None = None
) -> bool:
    """`OwnershipStore.give_back` within a transaction.

    Args:
        reference: the record that the audit names; the conversation's latest if it is not given.
    """
    hold(connection, conversation_id)
    owner = owner_in(connection, conversation_id)
    if owner is None:
        return False
    if owner.user_id != user.id:
        raise OwnedError(owner)
    _release(connection, conversation_id, user.actor, reference)
    return True


def take_away(connection: Connection, conversation_id: str, before: datetime) -> Owner | None:
    """Let the assistant answer again where `OwnershipStore.idle` still holds; who had it.

    Raises:
        NoConversationError: there is no such conversation.
    """
    hold(connection, conversation_id)
    idle = connection.execute(
        _idle(before).where(conversation_owners.c.conversation_id == conversation_id)
    ).first()
    owner = owner_in(connection, conversation_id) if idle else None
    if owner:
        _release(connection, conversation_id, SYSTEM)
    return owner


def _release(
    connection: Connection, conversation_id: str, actor: Actor, reference: str | None = None
) -> None:
    connection.execute(
        delete(conversation_owners).where(conversation_owners.c.conversation_id == conversation_id)
    )
    subject = reference or _reference_of(connection, conversation_id)
    audit_log.append(connection, actor=actor.name, action=AuditAction.HANDED_BACK, subject=subject)


def hold(connection: Connection, conversation_id: str) -> None:
    """Keep everybody else from changing this conversation and its owner.

    Raises:
        NoConversationError: there is no such conversation.
    """
    # Before any row: whoever writes the audit does so.
    audit_log.lock(connection)
    row = connection.execute(
        select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update()
    ).first()
    if row is None:
        raise NoConversationError


def _idle(before: datetime) -> Select:
    wrote = (
        select(turns.c.id)
        .select_from(turns.join(messages))
        .where(
            turns.c.conversation_id == conversation_owners.c.conversation_id,
            messages.c.author_id == conversation_owners.c.user_id,
            turns.c.received_at >= before,
        )
    )
    away = (conversation_owners.c.since < before) & ~wrote.exists()
    return (
        select(conversation_owners.c.conversation_id)
        .select_from(conversation_owners.join(users))
        .where(or_(users.c.disabled_at.is_not(None), users.c.role.in_(_NOT_WRITING), away))
    )


def _owner(row: Row) -> Owner:
    return Owner(user_id=row.user_id, name=row.shown_name, since=row.since)


def _reference_of(connection: Connection, conversation_id: str) -> str | None:
    found: str | None = connection.execute(
        select(intake_records.c.reference)
        .where(from_conversation(conversation_id))
        .order_by(intake_records.c.created_at.desc())
        .limit(1)
    ).scalar()
    return found
