"""What one patient leaves behind, in our tables and in Rasa's tracker store."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, text

from bot.configuration.settings import Settings
from bot.database.engine import Database
from bot.database.schema import turns
from bot.gateway.records import Submission, Turn, digest
from bot.gateway.store import ConversationStore
from bot.intake.alert_store import AlertStore
from bot.intake.records import Receipt
from bot.replies.intake_request import Contact
from bot.replies.reply import Button, Reply, ReplyKind
from tests.databases import CLINIC, VAULT
from tests.intake.alerts import alert
from tests.intake.held_rows import opinion
from tests.intake.records import PHONE, WORDS, add, asked, records_of, staff

#: None of this may be left anywhere once the patient is erased.
CANARIES = (*WORDS, "zebrafinch", "heliotrope", "marzipan")

REPLY = Reply(
    kind=ReplyKind.CHITCHAT,
    text="About the heliotrope.",
    buttons=(Button(title="More of it", payload="/more"),),
)


@dataclass(frozen=True)
class Story:
    """One patient's conversation, and the receipt of the request made in it."""

    conversation_id: str
    receipt: Receipt
    turn: Turn


def said(database: Database, words: str, token: str) -> Turn:
    """One message in the conversation of this token, with its answer."""
    store = ConversationStore(database, VAULT, CLINIC)
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    conversation = store.conversation_of(digest(token))
    if conversation is None:
        store.open_session(digest(token), later, REPLY)
        conversation = store.conversation_of(digest(token))
    assert conversation
    submission = Submission(digest(token), digest(words), digest(words), text=words)
    turn = store.accept(conversation, submission, expires_at=later, has_room=True).turn
    store.complete(turn, (REPLY,))
    return turn


def told(
    database: Database,
    settings: Settings,
    *,
    contact: Contact = PHONE,
    words: str = "my zebrafinch",
    **request: Any,
) -> Story:
    """A patient talks, tells of a danger, asks for a person; a person notes something.

    They also say that an answer did not help.
    """
    token = uuid.uuid4().hex
    turn = said(database, words, token)
    kept_by_rasa(settings, turn.conversation_id, words)
    danger = said(database, f"{words}, in danger", token)
    AlertStore(database, VAULT, CLINIC).add(
        [alert(id=danger.id, conversation_id=turn.conversation_id)]
    )
    asking = said(database, f"{words}, please call me", token)
    receipt = add(
        database,
        asked(contact=contact, **request),
        conversation_id=turn.conversation_id,
        request_id=asking.id,
        now=asking.received_at,
    )
    actor = staff(database, uuid.uuid4().hex)
    records_of(database).add_note(receipt.reference, "likes marzipan", actor=actor)
    opinion(database, datetime.now(timezone.utc), turn.conversation_id)
    return Story(turn.conversation_id, receipt, turn)


def unsealed(database: Database, story: Story) -> None:
    """A message as it was stored before texts were sealed, longer than a page of SQLite."""
    with database.writing() as connection:
        connection.execute(
            insert(turns).values(
                id=uuid.uuid4().hex,
                conversation_id=story.conversation_id,
                position=99,
                text="zebrafinch " * 2000,
                state="answered",
                received_at=datetime.now(timezone.utc),
            )
        )


def kept_by_rasa(settings: Settings, conversation_id: str, words: str) -> None:
    """One event in Rasa's tracker store, in the table that its SQLTrackerStore makes."""
    engine = create_engine(settings.tracker_url, future=True)
    key = "SERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS events (id {key} PRIMARY KEY, sender_id VARCHAR(255) "
                "NOT NULL, type_name VARCHAR(255) NOT NULL, timestamp FLOAT, intent_name "
                "VARCHAR(255), action_name VARCHAR(255), data TEXT)"
            )
        )
        connection.execute(
            text("INSERT INTO events (sender_id, type_name, data) VALUES (:who, 'user', :data)"),
            {"who": conversation_id, "data": json.dumps({"event": "user", "text": words})},
        )
    engine.dispose()
