"""Keeps safety alerts in the database and puts them before staff. Adding one again is harmless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from bot.configuration.clinic import Clinic
from bot.database import audit_log
from bot.database.engine import Database
from bot.database.schema import conversations, safety_alerts
from bot.database.vault import Vault
from bot.intake.alert_records import add_alert_record, link_alert_record
from bot.intake.safety_alerts import AlertSource, SafetyAlert
from bot.safety.danger import Danger

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class AlertStore:
    """The safety alerts of one database.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database, vault: Vault, clinic: Clinic) -> None:
        self._database = database
        self._vault = vault
        self._clinic = clinic

    def add(self, alerts: Sequence[SafetyAlert]) -> tuple[SafetyAlert, ...]:
        """Store all of them or none. Returns those that were not there yet."""
        with self._database.writing() as connection:
            return tuple(
                [
                    alert
                    for alert in alerts
                    if add_alert(connection, self._vault, self._clinic, alert)
                ]
            )

    def newest(self, count: int) -> tuple[SafetyAlert, ...]:
        """The latest alerts, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(safety_alerts)
                .order_by(safety_alerts.c.occurred_at.desc(), safety_alerts.c.id.desc())
                .limit(count)
            )
            return tuple([_alert(row) for row in rows])


def add_alert(connection: Connection, vault: Vault, clinic: Clinic, alert: SafetyAlert) -> bool:
    """Store one alert and its intake record within a transaction. Returns whether it is new.

    It takes the audit's lock, so it comes before what locks other rows.

    One that is there keeps the earlier time, and gets the conversation that it had no link to. A
    conversation that is deleted is not linked to.
    """
    audit_log.lock(connection)
    danger = alert.danger
    linked = _existing(connection, alert.conversation_id)
    values = {
        "id": alert.id,
        "occurred_at": alert.occurred_at,
        "kind": danger.kind.value,
        "topic": danger.topic.value,
        "tier": danger.tier.value,
        "level": danger.level,
        "about": danger.about.value,
        "language": danger.language,
        "found_by": alert.found_by.value,
        "conversation_id": linked,
        "entry": alert.entry,
    }
    insert = _INSERT[connection.dialect.name](safety_alerts).values(values)
    if connection.execute(insert.on_conflict_do_nothing()).rowcount:
        add_alert_record(connection, vault, clinic, replace(alert, conversation_id=linked))
        return True
    known = update(safety_alerts).where(safety_alerts.c.id == alert.id)
    connection.execute(
        known.where(safety_alerts.c.occurred_at > alert.occurred_at).values(
            occurred_at=alert.occurred_at
        )
    )
    if linked is not None:
        unlinked = known.where(safety_alerts.c.conversation_id.is_(None))
        if connection.execute(unlinked.values(conversation_id=linked)).rowcount:
            link_alert_record(connection, vault, clinic, alert, linked)
    return False


def _existing(connection: Connection, conversation_id: str | None) -> str | None:
    """The conversation's id if there is one, held so that it is not deleted meanwhile."""
    if conversation_id is None:
        return None
    found: str | None = connection.execute(
        select(conversations.c.id)
        .where(conversations.c.id == conversation_id)
        .with_for_update(read=True, key_share=True)
    ).scalar()
    return found


def _alert(row: Row) -> SafetyAlert:
    return SafetyAlert(
        id=row.id,
        occurred_at=row.occurred_at,
        danger=Danger(
            topic=row.topic,
            tier=row.tier,
            level=row.level,
            about=row.about,
            language=row.language,
        ),
        found_by=AlertSource(row.found_by),
        conversation_id=row.conversation_id,
        entry=row.entry,
    )
