"""How soon a request must be seen to, by what the assistant had to decline before it."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.database.schema import messages, turns
from bot.database.vault import Vault
from bot.gateway.records import Turn
from bot.gateway.sealed_rows import opened_replies
from bot.intake.records import Urgency
from bot.replies.reply import ReplyKind

#: How long a declined question belongs to the request that follows it.
_SAME_MATTER = timedelta(hours=24)

#: Replies that are looked back on: a form with corrections and questions in between fits in.
_LATEST_REPLIES = 40


def urgency_of(connection: Connection, vault: Vault, turn: Turn) -> Urgency:
    """Soon if the assistant declined personal medical advice in this conversation lately.

    Dangers that were told of count besides: `bot.intake.requests` sees to them.
    """
    rows = connection.execute(
        select(messages.c.reply)
        .select_from(turns.join(messages))
        .where(
            turns.c.conversation_id == turn.conversation_id,
            turns.c.received_at > turn.received_at - _SAME_MATTER,
        )
        .order_by(turns.c.position.desc(), messages.c.position.desc())
        .limit(_LATEST_REPLIES)
    ).all()
    declined = any(
        reply is not None and reply.kind is ReplyKind.PERSONAL_ADVICE
        for reply in opened_replies(vault, rows)
    )
    return Urgency.SOON if declined else Urgency.ROUTINE
