"""Conversations of any day, with any replies, as the gateway stores them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import insert

from bot.configuration.clinic import load_clinic
from bot.content.library import Topic
from bot.database.engine import Database
from bot.database.schema import conversations, feedback, text_threads, turns
from bot.database.vault import Vault
from bot.gateway.message_queries import add_messages
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Asks, Reply, ReplyKind
from bot.replies.understanding import Intent, Label
from bot.safety.danger import Danger, DangerTopic
from tests.databases import VAULT

COMPOSER = ReplyComposer.shipped(load_clinic())
AURA, KETAMINE = Topic("migraine", "aura"), Topic("migraine", "ketamine_for_migraine")

ANSWER = COMPOSER.answer(KETAMINE)
NOT_COVERED = COMPOSER.not_covered()
OUT_OF_SCOPE = COMPOSER.out_of_scope()
CLARIFY = COMPOSER.clarify_two([Label(Intent.FAQ, str(AURA)), Label(Intent.FAQ, str(KETAMINE))])
UNSURE = COMPOSER.unsure([], person_first=False)
PERSON_FIRST = COMPOSER.unsure([], person_first=True)
ERROR = COMPOSER.unavailable()
SMALL_TALK = COMPOSER.deny()
DANGER = COMPOSER.danger(Danger(topic=DangerTopic.BODY))
ASKS_CONTACT = Reply(kind=ReplyKind.INTAKE, text="How can we reach you?", asks=Asks.CONTACT)
FORM_ENDED = COMPOSER.intake.nothing_open()
JOINED = COMPOSER.intake.person_joined("Dana")
LEFT = COMPOSER.intake.person_left("Dana")

#: Half past nine in the morning in New York.
NOON = datetime(2026, 11, 10, 14, 30, tzinfo=timezone.utc)


class Talk:
    """One conversation; each thing said comes a minute behind the one before."""

    def __init__(
        self,
        database: Database,
        at: datetime = NOON,
        *,
        number: str | None = None,
        vault: Vault = VAULT,
    ) -> None:
        self.id = uuid.uuid4().hex
        self.at = at
        self._database = database
        self.vault = vault
        self._position = 0
        with database.writing() as connection:
            connection.execute(
                insert(conversations).values(id=self.id, started_at=at, thread_id=number)
            )

    def said(self, text: str, *replies: Reply, payload: str | None = None) -> list[str]:
        """The patient said it, and was told that; the ids of the messages."""
        return self._turn(replies, text=self.vault.seal(text), payload=payload)

    def told(self, *replies: Reply, author: str | None = None) -> list[str]:
        """Said without the patient's asking."""
        return self._turn(replies, author=author)

    def unhelpful(self, message_id: str, *, helpful: bool = False) -> None:
        """The patient says whether a message helped."""
        with self._database.writing() as connection:
            connection.execute(
                insert(feedback).values(
                    id=uuid.uuid4().hex,
                    conversation_id=self.id,
                    message_id=message_id,
                    page="migraine",
                    topic="aura",
                    content_version="0" * 12,
                    helpful=helpful,
                    at=self.at,
                )
            )

    def _turn(
        self, replies: Sequence[Reply], author: str | None = None, **values: Any
    ) -> list[str]:
        self.turn_id = uuid.uuid4().hex
        self._position += 1
        with self._database.writing() as connection:
            connection.execute(
                insert(turns).values(
                    id=self.turn_id,
                    conversation_id=self.id,
                    position=self._position,
                    state="answered",
                    received_at=self.at,
                    answered_at=self.at,
                    **values,
                )
            )
            added = add_messages(connection, self.vault, self.turn_id, replies, author)
        self.at += timedelta(minutes=1)
        return [message.id for message in added]


def number_of(database: Database) -> str:
    """A telephone that texts come from; its id."""
    thread_id = uuid.uuid4().hex
    with database.writing() as connection:
        connection.execute(
            insert(text_threads).values(
                id=thread_id,
                gateway="twilio",
                channel="sms",
                address_index=uuid.uuid4().hex,
                sealed_address=VAULT.seal("+12125550142"),
                own_address="+12125550100",
                language="en",
                last_inbound_at=NOON,
            )
        )
    return thread_id
