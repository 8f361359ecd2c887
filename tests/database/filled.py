"""A database with something in every sealed column, and what it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Row

from bot.database.engine import Database
from bot.database.schema import (
    conversations,
    feedback,
    inbound_texts,
    intake_entries,
    intake_records,
    messages,
    outbound_texts,
    text_threads,
    turns,
)
from bot.database.sealed_columns import SEALED_COLUMNS
from bot.database.vault import Vault

INDEX_KEY = "an index key of the tests, long enough"
NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
TURNS = 500

#: Rows in tables with sealed columns, and values in these; turn 0 is the greeting without a text.
ROWS = TURNS + 7
VALUES = TURNS - 1 + 9


def vault(*keys: str) -> Vault:
    return Vault(keys, INDEX_KEY)


def fill(database: Database, sealing: Vault | None) -> None:
    """Something in every sealed column; without a vault as it was stored before there was one."""

    def kept(text: str) -> str:
        return sealing.seal(text) if sealing else text

    record = {"origin": "request", "channel": "web", "state": "new", "urgency": "routine"}
    moments = {"created_at": NOW, "changed_at": NOW, "due_at": NOW}
    with database.writing() as connection:
        connection.execute(insert(conversations).values(id="c", started_at=NOW))
        connection.execute(
            insert(turns),
            [
                {
                    "id": f"{number:032x}",
                    "conversation_id": "c",
                    "position": number,
                    "text": kept(f"said {number}") if number else None,
                    "state": "answered",
                    "received_at": NOW,
                }
                for number in range(TURNS)
            ],
        )
        connection.execute(
            insert(messages).values(id="m", turn_id="0" * 32, position=0, reply=kept("reply"))
        )
        connection.execute(
            insert(feedback).values(
                id="f",
                message_id="m",
                page="p",
                topic="t",
                content_version="v",
                helpful=True,
                at=NOW,
                sealed_comment=kept("comment"),
            )
        )
        connection.execute(
            insert(intake_records).values(
                id="r",
                reference="R",
                version=1,
                language="en",
                sealed_name=kept("name"),
                sealed_contact=kept("contact"),
                **record,
                **moments,
            )
        )
        connection.execute(
            insert(intake_entries).values(
                id="e", record_id="r", at=NOW, kind="note", sealed_text=kept("note")
            )
        )

        _fill_texts(connection, kept)


def _fill_texts(connection: Connection, kept: Callable[[str], str]) -> None:
    connection.execute(
        insert(text_threads).values(
            id="t",
            gateway="twilio",
            channel="sms",
            address_index="index",
            sealed_address=kept("number"),
            own_address="ours",
            last_inbound_at=NOW,
        )
    )
    connection.execute(
        insert(inbound_texts).values(
            id="i",
            gateway="twilio",
            provider_id="SM1",
            thread_id="t",
            position=1,
            kind="text",
            sealed_text=kept("texted"),
            received_at=NOW,
            state="done",
        )
    )
    connection.execute(
        insert(outbound_texts).values(
            id="o",
            thread_id="t",
            position=1,
            cause_id="i",
            kind="reply",
            sealed_text=kept("answer"),
            sealed_extras=kept("{}"),
            segments=1,
            state="sent",
            attempts=1,
            next_attempt_at=NOW,
            created_at=NOW,
        )
    )


def everything(database: Database) -> dict[str, list[Row]]:
    with database.reading() as connection:
        return {
            table.name: connection.execute(select(*columns).order_by(table.c.id)).all()
            for table, columns in SEALED_COLUMNS.items()
        }


def opened(database: Database, opening: Vault) -> dict[str, list[list[str | None]]]:
    return {
        name: [[value and opening.open(value) for value in row] for row in rows]
        for name, rows in everything(database).items()
    }
