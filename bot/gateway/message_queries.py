"""The queries that store replies and find them again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import Boolean

from bot.database.engine import DatabaseUnavailableError
from bot.database.schema import buttons, feedback, messages, turns, users
from bot.database.vault import Vault, VaultError
from bot.gateway.records import Message, OfferedButton
from bot.gateway.sealed_rows import opened_replies
from bot.replies.reply import Reply

# Made once, as in store_queries.
_ADD_MESSAGE, _ADD_BUTTONS = insert(messages), insert(buttons)


def add_messages(
    connection: Connection,
    vault: Vault,
    turn_id: str,
    replies: Sequence[Reply],
    author_id: str | None = None,
) -> tuple[Message, ...]:
    """Store the replies to a turn, with ids for them and their buttons.

    Args:
        author_id: the person of staff who wrote them; None: the assistant did.
    """
    added = Message.answering(turn_id, replies)
    for place, message in enumerate(added):
        reply = message.reply
        connection.execute(
            _ADD_MESSAGE,
            {
                "id": message.id,
                "turn_id": turn_id,
                "position": place,
                "author_id": author_id,
                # A finished form is kept as a record of its own, not here as well.
                "reply": vault.seal(reply.json(exclude={"buttons", "request"})),
            },
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
            connection.execute(_ADD_BUTTONS, rows)
    return added


def answer_to(connection: Connection, vault: Vault, turn_id: str) -> tuple[Message, ...]:
    """The replies to one turn, in order.

    Raises:
        DatabaseUnavailableError: no key opens one of them: half an answer is none.
    """
    found = _messages(connection, vault, turns.c.id == turn_id)
    answer = tuple([message for _, message in found if message is not None])
    if len(answer) < len(found):
        raise DatabaseUnavailableError(VaultError())
    return answer


def messages_by_turn(
    connection: Connection, vault: Vault, conversation_id: str
) -> dict[str, tuple[Message, ...]]:
    """All replies of a conversation that a key opens, by turn id, in order."""
    found: dict[str, tuple[Message, ...]] = {}
    for turn_id, message in _messages(
        connection, vault, turns.c.conversation_id == conversation_id
    ):
        if message is not None:
            found[turn_id] = (*found.get(turn_id, ()), message)
    return found


def unasked_messages(
    connection: Connection,
    vault: Vault,
    conversation_id: str,
    *,
    behind: int,
    late: Sequence[str] = (),
) -> tuple[Message, ...]:
    """What was said in a conversation without the patient's asking, as far as a key opens it.

    Args:
        behind: only what stands in turns behind this position.
        late: turns whose answers are to be told all the same.
    """
    unasked = and_(turns.c.position > behind, turns.c.text.is_(None))
    chosen = and_(turns.c.conversation_id == conversation_id, or_(unasked, turns.c.id.in_(late)))
    found = _messages(connection, vault, chosen)
    return tuple([message for _, message in found if message is not None])


def _messages(
    connection: Connection, vault: Vault, chosen: ColumnElement[Boolean]
) -> list[tuple[str, Message | None]]:
    """The replies to the chosen turns, in order, each with its turn's id; None: no key opens it."""
    offered: dict[str, list[OfferedButton]] = {}
    for row in connection.execute(
        select(buttons.c.id, buttons.c.title, buttons.c.message_id)
        .select_from(turns.join(messages).join(buttons))
        .where(chosen)
        .order_by(buttons.c.position)
    ):
        offered.setdefault(row.message_id, []).append(OfferedButton(row.id, row.title))
    rows = connection.execute(
        select(
            messages.c.id,
            messages.c.turn_id,
            messages.c.reply,
            users.c.shown_name,
            feedback.c.helpful,
        )
        .select_from(
            turns.join(messages)
            .outerjoin(users)
            .outerjoin(feedback, feedback.c.message_id == messages.c.id)
        )
        .where(chosen)
        .order_by(turns.c.position, messages.c.position)
    ).all()
    found: list[tuple[str, Message | None]] = []
    for row, reply in zip(rows, opened_replies(vault, rows), strict=True):
        message = None
        if reply is not None:
            shown = tuple(offered.get(row.id, ()))
            message = Message(row.id, reply, shown, row.shown_name, row.helpful)
        found.append((row.turn_id, message))
    return found
