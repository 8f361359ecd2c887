"""The queries that the store's transactions are made of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, insert, select
from sqlalchemy.engine import Connection, Row

from bot.content.texts import ErrorCode
from bot.database.schema import TurnState, buttons, conversations, messages, turns
from bot.gateway.errors import RefusalError
from bot.gateway.records import (
    MOST_OPEN_OFFERS,
    Accepted,
    Message,
    OfferedButton,
    Submission,
    Turn,
    open_offers,
)
from bot.replies.danger_before import DangerBefore
from bot.replies.reply import Reply
from bot.safety.screen import EARLIER_MESSAGES

#: How many replies are looked back on for dangers.
_LATEST_REPLIES = 10


class ConversationGoneError(Exception):
    """The conversation was deleted meanwhile."""


def lock(connection: Connection, conversation_id: str) -> None:
    """Hold a conversation's row, for one writer at a time. SQLite locks the whole file anyway.

    Raises:
        ConversationGoneError: there is no such conversation.
    """
    row = connection.execute(
        select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update()
    ).first()
    if row is None:
        raise ConversationGoneError


def turn_of_key(
    connection: Connection, conversation_id: str, submission: Submission
) -> Accepted | None:
    """The turn that this key was used for, with its answer if it has one.

    Raises:
        RefusalError: it was used for another body.
    """
    row = connection.execute(
        select(turns).where(
            turns.c.conversation_id == conversation_id,
            turns.c.key_digest == submission.key_digest,
        )
    ).first()
    if row is None:
        return None
    if row.body_digest != submission.body_digest:
        raise RefusalError(ErrorCode.KEY_REUSED)
    if row.state == TurnState.RECEIVED.value:
        return received(connection, row)
    return Accepted(turn_of(row), messages_by_turn(connection, conversation_id).get(row.id, ()))


def turn_of(row: Row) -> Turn:
    """The turn that a row of `turns` holds."""
    return Turn(row.id, row.conversation_id, row.received_at, row.text, row.payload)


def received(connection: Connection, row: Row) -> Accepted:
    """The turn that a row of `turns` holds, which has no answer yet."""
    turn = turn_of(row)
    return Accepted(turn, earlier=earlier_texts_of(connection, turn, row.position))


def said_by(
    connection: Connection, conversation_id: str, submission: Submission
) -> tuple[str, str | None]:
    """The text and payload of a submission; a button is looked up.

    Raises:
        RefusalError: the button is not open any more.
    """
    if submission.text is not None:
        return submission.text, None
    offered = connection.execute(
        select(turns.c.id, messages.c.reply)
        .select_from(turns.join(messages))
        .where(
            turns.c.conversation_id == conversation_id,
            exists().where(buttons.c.message_id == messages.c.id),
        )
        .order_by(turns.c.position.desc())
        .limit(MOST_OPEN_OFFERS)
    )
    still_open = open_offers((row.id, Reply.parse_raw(row.reply)) for row in offered)
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


def earlier_texts_of(connection: Connection, turn: Turn, position: int) -> tuple[str, ...]:
    """The patient's texts before this turn that the safety screen reads, oldest first."""
    rows = connection.execute(
        select(turns.c.text)
        .where(
            turns.c.conversation_id == turn.conversation_id,
            turns.c.position < position,
            turns.c.text.is_not(None),
        )
        .order_by(turns.c.position.desc())
        .limit(EARLIER_MESSAGES)
    )
    return tuple(reversed([row.text for row in rows]))


def danger_before(connection: Connection, turn: Turn) -> DangerBefore:
    """What the replies given just before this turn's own said of danger."""
    own = select(turns.c.position).where(turns.c.id == turn.id).scalar_subquery()
    rows = connection.execute(
        select(messages.c.reply)
        .select_from(turns.join(messages))
        .where(turns.c.conversation_id == turn.conversation_id, turns.c.position < own)
        .order_by(turns.c.position.desc(), messages.c.position.desc())
        .limit(_LATEST_REPLIES)
    )
    return DangerBefore.of([Reply.parse_raw(row.reply) for row in rows][::-1])


def add_turn(connection: Connection, turn: Turn, submission: Submission) -> int:
    """Store a turn without an answer behind the conversation's others; returns its position."""
    last = connection.execute(
        select(func.max(turns.c.position)).where(turns.c.conversation_id == turn.conversation_id)
    ).scalar()
    position = 0 if last is None else int(last) + 1
    connection.execute(
        insert(turns).values(
            id=turn.id,
            conversation_id=turn.conversation_id,
            position=position,
            key_digest=submission.key_digest,
            body_digest=submission.body_digest,
            text=turn.text,
            payload=turn.payload,
            state=TurnState.RECEIVED.value,
            received_at=turn.received_at,
        )
    )
    return position


def add_messages(
    connection: Connection, turn_id: str, replies: Sequence[Reply]
) -> tuple[Message, ...]:
    """Store the replies to a turn, with ids for them and their buttons."""
    added = Message.answering(turn_id, replies)
    for place, message in enumerate(added):
        reply = message.reply
        connection.execute(
            insert(messages).values(
                id=message.id,
                turn_id=turn_id,
                position=place,
                reply=reply.json(exclude={"buttons"}),
            )
        )
        rows = [
            {
                "id": shown.id,
                "message_id": message.id,
                "position": button_place,
                "title": button.title,
                "payload": button.payload,
            }
            for button_place, (shown, button) in enumerate(
                zip(message.buttons, reply.buttons, strict=True)
            )
        ]
        if rows:
            connection.execute(insert(buttons), rows)
    return added


def messages_by_turn(
    connection: Connection, conversation_id: str
) -> dict[str, tuple[Message, ...]]:
    """All replies of a conversation, by turn id, in order."""
    offered: dict[str, list[OfferedButton]] = {}
    for row in connection.execute(
        select(buttons.c.id, buttons.c.title, buttons.c.message_id)
        .select_from(turns.join(messages).join(buttons))
        .where(turns.c.conversation_id == conversation_id)
        .order_by(buttons.c.position)
    ):
        offered.setdefault(row.message_id, []).append(OfferedButton(row.id, row.title))
    found: dict[str, tuple[Message, ...]] = {}
    for row in connection.execute(
        select(messages.c.id, messages.c.turn_id, messages.c.reply)
        .select_from(turns.join(messages))
        .where(turns.c.conversation_id == conversation_id)
        .order_by(turns.c.position, messages.c.position)
    ):
        message = Message(row.id, Reply.parse_raw(row.reply), tuple(offered.get(row.id, ())))
        found[row.turn_id] = (*found.get(row.turn_id, ()), message)
    return found
