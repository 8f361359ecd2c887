"""Deletes conversations: the one way, so that Rasa's own store always forgets them too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from bot.database.schema import conversations, feedback, forgettings


def delete_conversations(
    connection: Connection, conversation_ids: Collection[str], now: datetime
) -> int:
    """Delete everything of these conversations, and remember that Rasa has to forget them.

    Records, alerts and feedback that link to one lose the link, and feedback its comment too.
    Returns how many there were.

    Args:
        connection: a writing transaction; `Database.flush_deletions` belongs behind it.
        now: the moment of the deletion, in UTC.
    """
    if not conversation_ids:
        return 0
    # Held in one order, so that two who delete never wait for each other.
    found = connection.execute(
        select(conversations.c.id)
        .where(conversations.c.id.in_(conversation_ids))
        .order_by(conversations.c.id)
        .with_for_update()
    )
    gone = [row.id for row in found]
    if gone:
        of_these = feedback.c.conversation_id.in_(gone)
        connection.execute(update(feedback).where(of_these).values(sealed_comment=None))
        connection.execute(delete(conversations).where(conversations.c.id.in_(gone)))
        rows = [{"conversation_id": conversation_id, "asked_at": now} for conversation_id in gone]
        connection.execute(insert(forgettings), rows)
    return len(gone)
