"""The queries that the store's transactions are made of."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, exists, func, insert, select
from sqlalchemy.engine import Connection, Row

from bot.content.texts import ErrorCode
from bot.database.engine import DatabaseUnavailableError
from bot.database.schema import TurnState, buttons, conversations, messages, turns
from bot.database.vault import Vault, VaultError
from bot.gateway.errors import RefusalError
from bot.gateway.message_queries import answer_to
from bot.gateway.records import (
    MOST_OPEN_OFFERS,
    Accepted,
    Submission,
    Turn,
    open_offers,
)
from bot.gateway.sealed_rows import opened, opened_replies
from bot.intake.conversation_source import source_of
from bot.replies.danger_before import DangerBefore
from bot.safety.screen import EARLIER_MESSAGES

#: No offer has more buttons.
_MOST_BUTTONS = 32

#: How many replies are looked back on for dangers.
_LATEST_REPLIES = 10

# What every message needs is made once: SQLAlchemy takes longer to put a statement together than
# the database to run it.
_OF_CONVERSATION = turns.c.conversation_id == bindparam("conversation")
_LOCK = (
    select(conversations.c.id)
    .where(conversations.c.id == bindparam("conversation"))
    .with_for_update()
)
_OF_KEY = select(turns).where(_OF_CONVERSATION, turns.c.key_digest == bindparam("key"))
_EARLIER_TEXTS = (
    select(turns.c.text)
    .where(_OF_CONVERSATION, turns.c.position < bindparam("before"), turns.c.text.is_not(None))
    .order_by(turns.c.position.desc())
    .limit(EARLIER_MESSAGES)
)
_OWN_POSITION = select(turns.c.position).where(turns.c.id == bindparam("turn")).scalar_subquery()
_LATEST = (
    select(messages.c.reply)
    .select_from(turns.join(messages))
    .where(_OF_CONVERSATION, turns.c.position < _OWN_POSITION)
    .order_by(turns.c.position.desc(), messages.c.position.desc())
    .limit(_LATEST_REPLIES)
)
_LAST_POSITION = select(func.max(turns.c.position)).where(_OF_CONVERSATION)
_ADD_TURN = insert(turns)


class ConversationGoneError(Exception):
    """The conversation was deleted meanwhile."""


def lock(connection: Connection, conversation_id: str) -> None:
    """Hold a conversation's row, for one writer at a time. SQLite locks the whole file anyway.

    Raises:
        ConversationGoneError: there is no such conversation.
    """
    if connection.execute(_LOCK, {"conversation": conversation_id}).first() is None:
        raise ConversationGoneError


def turn_of_key(
    connection: Connection, vault: Vault, conversation_id: str, submission: Submission
) -> Accepted | None:
    """The turn that this key was used for, with its answer if it has one.

    Raises:
        RefusalError: it was used for another body.
        DatabaseUnavailableError: no key opens it.
    """
    row = connection.execute(
        _OF_KEY, {"conversation": conversation_id, "key": submission.key_digest}
    ).first()
    if row is None:
        return None
    if row.body_digest != submission.body_digest:
        raise RefusalError(ErrorCode.KEY_REUSED)
    # The same body has the same text: it need not be opened.
    text = submission.text or opened(vault, [row.text])[0]
    if text is None:
        raise DatabaseUnavailableError(VaultError())
    if row.state == TurnState.RECEIVED.value:
        return received(connection, vault, row, text)
    return Accepted(turn_of(row, text), answer_to(connection, vault, row.id))


def turn_of(row: Row, text: str) -> Turn:
    """The turn that a row of `turns` holds, with its opened text."""
    return Turn(row.id, row.conversation_id, row.received_at, text, row.payload)


def received(connection: Connection, vault: Vault, row: Row, text: str) -> Accepted:
    """The turn that a row of `turns` holds, with its opened text, which has no answer yet."""
    ending = source_of(connection, vault, row.conversation_id).phone_ending
    turn = replace(turn_of(row, text), again=True, phone_ending=ending)
    return Accepted(turn, earlier=earlier_texts_of(connection, vault, turn, row.position))


def said_by(
    connection: Connection, vault: Vault, conversation_id: str, submission: Submission
) -> tuple[str, str | None]:
    """The text and payload of a submission; a button is looked up.

    Raises:
        RefusalError: the button is not open any more.
    """
    if submission.text is not None:
        return submission.text, submission.payload
    offered = connection.execute(
        select(turns.c.id, messages.c.reply)
        .select_from(turns.join(messages))
        .where(
            turns.c.conversation_id == conversation_id,
            exists().where(buttons.c.message_id == messages.c.id),
        )
        .order_by(turns.c.position.desc())
        .limit(MOST_OPEN_OFFERS)
    ).all()
    replies = opened_replies(vault, offered)
    still_open = open_offers((row.id, reply) for row, reply in zip(offered, replies, strict=True))
    row = connection.execute(
        select(buttons.c.title, buttons.c.payload)
        .select_from(turns.join(messages).join(buttons))
        .where(
            buttons.c.id == submission.button_id,
            turns.c.id.in_(still_open),
        )
    ).first()
    if row is None:
        raise RefusalError(ErrorCode.BUTTON_OVER)
    return row.title, row.payload


def offered_title(connection: Connection, turn: Turn, payload: str) -> str | None:
    """The title of the button with this payload, if the last offer before a turn has it."""
    own = select(turns.c.position).where(turns.c.id == turn.id).scalar_subquery()
    offers = connection.execute(
        select(turns.c.id, buttons.c.title, buttons.c.payload)
        .select_from(turns.join(messages).join(buttons))
        .where(turns.c.conversation_id == turn.conversation_id, turns.c.position < own)
        .order_by(turns.c.position.desc())
        .limit(_MOST_BUTTONS)
    ).all()
    titles = (row.title for row in offers if (row.id, row.payload) == (offers[0].id, payload))
    return next(titles, None)


def earlier_texts_of(
    connection: Connection, vault: Vault, turn: Turn, position: int
) -> tuple[str, ...]:
    """The patient's texts before this turn that the safety screen reads, oldest first.

    One that no key opens is missing: what is said now is screened all the same.
    """
    rows = connection.execute(
        _EARLIER_TEXTS, {"conversation": turn.conversation_id, "before": position}
    )
    newest_first = opened(vault, [row.text for row in rows])
    return tuple([text for text in reversed(newest_first) if text is not None])


def danger_before(connection: Connection, vault: Vault, turn: Turn) -> DangerBefore:
    """What the replies given just before this turn's own said of danger, as far as they open."""
    rows = connection.execute(
        _LATEST, {"conversation": turn.conversation_id, "turn": turn.id}
    ).all()
    newest_first = opened_replies(vault, rows)
    return DangerBefore.of([reply for reply in reversed(newest_first) if reply is not None])


def add_turn(connection: Connection, vault: Vault, turn: Turn, submission: Submission) -> int:
    """Store a turn without an answer behind the conversation's others; returns its position."""
    last = connection.execute(_LAST_POSITION, {"conversation": turn.conversation_id}).scalar()
    position = 0 if last is None else int(last) + 1
    connection.execute(
        _ADD_TURN,
        {
            "id": turn.id,
            "conversation_id": turn.conversation_id,
            "position": position,
            "key_digest": submission.key_digest,
            "body_digest": submission.body_digest,
            "text": vault.seal(turn.text),
            "payload": turn.payload,
            "state": TurnState.RECEIVED.value,
            "received_at": turn.received_at,
        },
    )
    return position


def is_stored(connection: Connection, turn_id: str) -> bool:
    """Whether there is such a turn."""
    return connection.execute(select(turns.c.id).where(turns.c.id == turn_id)).first() is not None
