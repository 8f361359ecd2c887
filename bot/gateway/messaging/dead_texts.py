"""Texts that did not reach a patient, as staff see them, and having them sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.sql import Select

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import (
    conversations,
    intake_records,
    outbound_texts,
    text_threads,
    turns,
)
from bot.database.vault import Vault, VaultError
from bot.gateway.messaging.outbound_texts import OutboundKind, OutboundState
from bot.gateway.records import digest
from bot.intake.actors import Actor
from bot.replies.channel import Channel

#: What a person has to look at.
_LOST = (OutboundState.DEAD.value, OutboundState.UNDELIVERED.value)

#: What the patient has not read, for good as long as nobody does something.
_NOT_SENT = (*_LOST, OutboundState.SKIPPED.value)

#: How much of an address tells staff which one it is.
_SHOWN_END = 4


@dataclass(frozen=True)
class DeadText:
    """A text that did not get through.

    `reference` is the latest record of the conversation, None if there is none. `ending` are the
    last characters of the address. `failed_at` is when it was given up or could not be delivered.
    """

    id: str
    reference: str | None
    channel: Channel
    kind: OutboundKind
    state: OutboundState
    failure: str | None
    attempts: int
    failed_at: datetime
    ending: str = field(repr=False)


@dataclass(frozen=True)
class UnsentText:
    """Why what stands in a conversation has not reached the patient. `waits`: it still may."""

    failure: str | None
    waits: bool


@dataclass(frozen=True)
class TextCounts:
    """How many texts there are in each state, and since when the oldest waits.

    `dead` counts what was given up and what could not be delivered.
    """

    waiting: int
    sent: int
    delivered: int
    dead: int
    skipped: int
    oldest_waiting_since: datetime | None


class DeadTexts:
    """The texts of one database that did not get through.

    Every method raises `DatabaseUnavailableError` when the database cannot do it.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def newest(self, limit: int) -> tuple[DeadText, ...]:
        """Those that nobody will get unless a person has them sent again; newest first."""
        lost = (
            _texts()
            .where(outbound_texts.c.state.in_(_LOST))
            .order_by(outbound_texts.c.settled_at.desc(), outbound_texts.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            rows = connection.execute(lost).all()
        return tuple([self._dead(row) for row in rows])

    def unsent(self, conversation_id: str) -> dict[str, UnsentText]:
        """What of a conversation did not reach the patient, by the turn that says it."""
        lacking = or_(
            outbound_texts.c.state.in_(_NOT_SENT),
            and_(
                outbound_texts.c.state == OutboundState.WAITING.value,
                outbound_texts.c.failure.is_not(None),
            ),
        )
        of_thread = (
            select(outbound_texts.c.cause_id, outbound_texts.c.state, outbound_texts.c.failure)
            .join(conversations, conversations.c.thread_id == outbound_texts.c.thread_id)
            .where(conversations.c.id == conversation_id, lacking)
        )
        said = select(turns.c.id, turns.c.key_digest).where(
            turns.c.conversation_id == conversation_id
        )
        with self._database.reading() as connection:
            texts = {
                # What staff write is known by its turn, an answer by what it answers.
                name: UnsentText(row.failure, row.state == OutboundState.WAITING.value)
                for row in connection.execute(of_thread)
                for name in (row.cause_id, digest(row.cause_id))
            }
            found = connection.execute(said).all() if texts else []
        return {
            row.id: text
            for row in found
            if (text := texts.get(row.id) or texts.get(row.key_digest or ""))
        }

    def retry(self, id: str, *, actor: Actor, now: datetime) -> bool:
        """Try one again from now on, with the whole schedule. Returns whether it was dead.

        The provider is asked first, in case that it was sent after all.
        """
        with self._database.writing() as connection:
            # Before any row is locked: see `audit_log.lock`.
            audit_log.lock(connection)
            row = connection.execute(_texts().where(outbound_texts.c.id == id)).first()
            changed = connection.execute(
                update(outbound_texts)
                .where(outbound_texts.c.id == id, outbound_texts.c.state.in_(_LOST))
                .values(
                    state=OutboundState.WAITING.value,
                    attempts=0,
                    next_attempt_at=now,
                    settled_at=None,
                    leased_until=None,
                )
            ).rowcount
            if not changed or row is None:
                return False
            audit_log.append(
                connection,
                actor=actor.name,
                action=AuditAction.DELIVERY_RETRIED,
                subject=row.reference,
                detail={"text": row.kind, "channel": row.channel},
            )
            return True

    def counts(self) -> TextCounts:
        """How many there are in each state."""
        count, first = func.count().label("count"), func.min(outbound_texts.c.created_at)
        by_state = select(outbound_texts.c.state, count, first.label("first")).group_by(
            outbound_texts.c.state
        )
        with self._database.reading() as connection:
            rows = connection.execute(by_state).mappings().all()
        numbers = dict.fromkeys(OutboundState, 0)
        numbers |= {OutboundState(row["state"]): row["count"] for row in rows}
        waiting = (row["first"] for row in rows if row["state"] == OutboundState.WAITING.value)
        return TextCounts(
            waiting=numbers[OutboundState.WAITING],
            sent=numbers[OutboundState.SENT],
            delivered=numbers[OutboundState.DELIVERED],
            dead=numbers[OutboundState.DEAD] + numbers[OutboundState.UNDELIVERED],
            skipped=numbers[OutboundState.SKIPPED],
            oldest_waiting_since=next(waiting, None),
        )

    def _dead(self, row: Row) -> DeadText:
        try:
            address = self._vault.open(row.sealed_address)
        except VaultError:
            address = ""
        return DeadText(
            id=row.id,
            reference=row.reference,
            channel=Channel(row.channel),
            kind=OutboundKind(row.kind),
            state=OutboundState(row.state),
            failure=row.failure,
            attempts=row.attempts,
            failed_at=row.settled_at or row.next_attempt_at,
            ending=address[-_SHOWN_END:],
        )


def _texts() -> Select:
    reference = (
        select(intake_records.c.reference)
        .where(intake_records.c.conversation_id == text_threads.c.conversation_id)
        .order_by(intake_records.c.created_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(
        outbound_texts,
        text_threads.c.channel,
        text_threads.c.sealed_address,
        reference.label("reference"),
    ).join(text_threads, text_threads.c.id == outbound_texts.c.thread_id)
