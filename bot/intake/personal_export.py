"""Puts together everything that is held about a person, in JSON's own types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, Row

from bot.database.schema import (
    audit,
    buttons,
    conversation_owners,
    conversations,
    feedback,
    inbound_texts,
    intake_entries,
    intake_records,
    messages,
    opt_outs,
    outbound_texts,
    outbox,
    safety_alerts,
    sessions,
    text_threads,
    turns,
    users,
)
from bot.database.vault import Vault
from bot.intake.holdings import Holdings
from bot.intake.record_rows import entries_of, record_of, record_rows
from bot.intake.records import Entry

Json = dict[str, Any]

#: Columns of a text that are sealed, or of use to this program only.
_NOT_OF_A_TEXT = (
    "id",
    "thread_id",
    "cause_id",
    "button_id",
    "sealed_text",
    "sealed_extras",
    "leased_until",
    "next_attempt_at",
)


def export(connection: Connection, vault: Vault, holdings: Holdings) -> Json:
    """Records, conversations, texts and alerts, opened. Digests and sealed forms are left out.

    Raises:
        VaultError: no key of the vault opens a value.
    """
    return {
        "records": [_record(connection, vault, row) for row in _record_rows(connection, holdings)],
        "conversations": [
            _conversation(connection, vault, conversation_id)
            for conversation_id in holdings.conversation_ids
        ],
        "threads": [_thread(connection, vault, row) for row in _threads(connection, holdings)],
        "alerts": _alerts(connection, holdings),
    }


def _record_rows(connection: Connection, holdings: Holdings) -> list[Row]:
    chosen = record_rows().where(intake_records.c.id.in_(holdings.record_ids))
    return connection.execute(chosen.order_by(intake_records.c.created_at)).all()


def _record(connection: Connection, vault: Vault, row: Row) -> Json:
    record = record_of(row, vault)
    told = {"contact": record.contact and record.contact.value}
    notices = connection.execute(
        select(outbox).where(outbox.c.record_id == row.id).order_by(outbox.c.created_at)
    )
    tellings = connection.execute(
        select(audit).where(audit.c.subject == row.reference).order_by(audit.c.position)
    )
    return {
        **_plain(vars(record)),
        **told,
        "contact_kind": row.contact_kind,
        "entries": [_entry(entry) for entry in entries_of(connection, row.id, vault)],
        "notices": [_plain(notice._asdict(), "id", "record_id") for notice in notices],
        "audit": [_plain(telling._asdict(), "previous", "digest") for telling in tellings],
    }


def _entry(entry: Entry) -> Json:
    told = {"contact": entry.contact.value} if entry.contact else {}
    return {**_plain(vars(entry), "contact"), **told}


def _conversation(connection: Connection, vault: Vault, conversation_id: str) -> Json:
    started_at = connection.execute(
        select(conversations.c.started_at).where(conversations.c.id == conversation_id)
    ).scalar()
    ends_at = connection.execute(
        select(sessions.c.expires_at).where(sessions.c.conversation_id == conversation_id)
    ).scalars()
    owner = connection.execute(
        select(users.c.shown_name)
        .select_from(conversation_owners.join(users))
        .where(conversation_owners.c.conversation_id == conversation_id)
    ).scalar()
    rows = connection.execute(
        select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.position)
    ).all()
    return {
        "id": conversation_id,
        "started_at": _value(started_at),
        "sessions_end_at": [_value(moment) for moment in ends_at],
        "answered_by": owner,
        "turns": [_turn(connection, vault, row) for row in rows],
        "feedback": _feedback(connection, vault, conversation_id),
    }


def _feedback(connection: Connection, vault: Vault, conversation_id: str) -> list[Json]:
    rows = connection.execute(
        select(feedback)
        .where(feedback.c.conversation_id == conversation_id)
        .order_by(feedback.c.at, feedback.c.id)
    )
    left_out = ("id", "conversation_id", "message_id", "sealed_comment")
    return [
        {
            **_plain(row._asdict(), *left_out),
            "comment": vault.open(row.sealed_comment) if row.sealed_comment else None,
        }
        for row in rows
    ]


def _turn(connection: Connection, vault: Vault, row: Row) -> Json:
    replies = connection.execute(
        select(messages.c.id, messages.c.reply, users.c.shown_name.label("author"))
        .outerjoin(users, users.c.id == messages.c.author_id)
        .where(messages.c.turn_id == row.id)
        .order_by(messages.c.position)
    ).all()
    return {
        "received_at": _value(row.received_at),
        "answered_at": _value(row.answered_at),
        "text": vault.open(row.text) if row.text is not None else None,
        "payload": row.payload,
        "replies": [
            {
                **json.loads(vault.open(reply.reply)),
                "author": reply.author,
                "buttons": _buttons(connection, reply.id),
            }
            for reply in replies
        ],
    }


def _buttons(connection: Connection, message_id: str) -> list[str]:
    titles = connection.execute(
        select(buttons.c.title)
        .where(buttons.c.message_id == message_id)
        .order_by(buttons.c.position)
    )
    return list(titles.scalars())


def _threads(connection: Connection, holdings: Holdings) -> list[Row]:
    return connection.execute(
        select(text_threads, opt_outs.c.since.label("opted_out_since"))
        .outerjoin(opt_outs, opt_outs.c.address_index == text_threads.c.address_index)
        .where(text_threads.c.id.in_(holdings.thread_ids))
        .order_by(text_threads.c.id)
    ).all()


def _thread(connection: Connection, vault: Vault, row: Row) -> Json:
    """What was texted from and to one number or portal's user."""
    left_out = ("id", "address_index", "sealed_address")
    texts = {
        name: [
            {
                **_plain(text._asdict(), *_NOT_OF_A_TEXT),
                "text": vault.open(text.sealed_text),
            }
            for text in connection.execute(
                select(table).where(table.c.thread_id == row.id).order_by(table.c.position)
            )
        ]
        for name, table in (("received", inbound_texts), ("sent", outbound_texts))
    }
    return {
        **_plain(row._asdict(), *left_out),
        "address": vault.open(row.sealed_address),
        **texts,
    }


def _alerts(connection: Connection, holdings: Holdings) -> list[Json]:
    of_entries = select(intake_entries.c.alert_id).where(
        intake_entries.c.record_id.in_(holdings.record_ids)
    )
    rows = connection.execute(
        select(safety_alerts)
        .where(
            or_(
                safety_alerts.c.conversation_id.in_(holdings.conversation_ids),
                safety_alerts.c.id.in_(of_entries),
            )
        )
        .order_by(safety_alerts.c.occurred_at, safety_alerts.c.id)
    )
    return [_plain(row._asdict()) for row in rows]


def _plain(values: Mapping[str, Any], *left_out: str) -> Json:
    return {name: _value(value) for name, value in values.items() if name not in left_out}


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
