"""What is new in a conversation that no message of the patient asked for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.database.engine import Database
from bot.database.schema import intake_records, messages, turns
from bot.database.vault import Vault
from bot.gateway.message_queries import unasked_messages
from bot.gateway.records import Message
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
    """Reads the news of conversations from one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def since(self, conversation_id: str, message_id: str | None) -> Updates:
        """What people wrote, and notices, behind this message; all of it without a known one.

        Raises:
            DatabaseUnavailableError: the database cannot tell.
        """
        with self._database.reading() as connection:
            position = connection.execute(
                select(turns.c.position)
                .select_from(turns.join(messages))
                .where(turns.c.conversation_id == conversation_id, messages.c.id == message_id)
            ).scalar()
            owner = owner_in(connection, conversation_id)
            waits = connection.execute(
                select(intake_records.c.id)
                .where(intake_records.c.conversation_id == conversation_id, IS_OPEN)
                .limit(1)
            ).first()
            return Updates(
                unasked_messages(
                    connection, self._vault, conversation_id, behind=position or _GREETING
                ),
                owner.name if owner else None,
                owner is not None or waits is not None,
            )
