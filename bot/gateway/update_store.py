"""What is new in a conversation that no message of the patient asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.database.engine import Database
from bot.database.schema import intake_records, messages, turns
from bot.database.vault import Vault
from bot.gateway.message_queries import unasked_messages
from bot.gateway.records import Message
from bot.intake.open_records import from_conversation
from bot.intake.ownership import owner_in
from bot.intake.record_rows import IS_OPEN

#: The position of the greeting, which is no news.
_GREETING = 0


@dataclass(frozen=True)
class Updates:
    """`person` is the shown name of who answers now, None: the assistant does.

    `expecting`: a person answers or may well do so, because a request is open.
    """

    messages: tuple[Message, ...]
    person: str | None
    expecting: bool


class UpdateStore:
    """Reads the news of conversations from one database.

    Args:
        answer_time: an answer that took longer is news: nobody waited for it.

    """

    def __init__(self, database: Database, vault: Vault, answer_time: timedelta) -> None:
        self._database = database
        self._vault = vault
        self._answer_time = answer_time

    def since(self, conversation_id: str, message_id: str | None) -> Updates:
        """What people wrote, notices and late answers behind this message.

        All of it without a known message. What was given in time is not news.

        Raises:
            DatabaseUnavailableError: the database cannot tell.
        """
        with self._database.reading() as connection:
            known = connection.execute(
                select(turns.c.position, turns.c.answered_at)
                .select_from(turns.join(messages))
                .where(turns.c.conversation_id == conversation_id, messages.c.id == message_id)
            ).first()
            since = known.answered_at if known else None
            late = _late_answers(connection, conversation_id, self._answer_time, since)
            owner = owner_in(connection, conversation_id)
            waits = connection.execute(
                select(intake_records.c.id)
                .where(from_conversation(conversation_id), IS_OPEN)
                .limit(1)
            ).first()
            return Updates(
                unasked_messages(
                    connection,
                    self._vault,
                    conversation_id,
                    behind=known.position if known else _GREETING,
                    late=late,
                ),
                owner.name if owner else None,
                owner is not None or waits is not None,
            )


def _late_answers(
    connection: Connection, conversation_id: str, answer_time: timedelta, since: datetime | None
) -> list[str]:
    """The turns of a patient that got their answer when nobody waited for it any more."""
    rows = connection.execute(
        select(turns.c.id, turns.c.received_at, turns.c.answered_at).where(
            turns.c.conversation_id == conversation_id,
            turns.c.text.is_not(None),
            turns.c.answered_at.is_not(None),
        )
    )
    return [
        row.id
        for row in rows
        if row.answered_at - row.received_at > answer_time
        and (since is None or row.answered_at > since)
    ]
