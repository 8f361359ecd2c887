"""Texts to patients for tests: a number that texts, a worker with its clock, a provider."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import anyio
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from bot.database.engine import Database
from bot.database.schema import opt_outs, outbound_texts, text_threads
from bot.database.vault import Vault
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import TextingLimits
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.gateway.messaging.addresses import address_index
from bot.gateway.messaging.configured import SendingClient
from bot.gateway.messaging.dead_texts import DeadTexts
from bot.gateway.messaging.outbound_store import OutboundStore
from bot.gateway.messaging.outbound_texts import OutboundKind, OutboundState, enqueue
from bot.gateway.messaging.outbound_worker import OutboundWorker
from bot.gateway.metrics import Metrics
from bot.replies.channel import Channel
from tests.databases import CLINIC, VAULT
from tests.gateway.delivery import Clock
from tests.gateway.harness import limits_with

#: In San Francisco, where nobody has it.
NUMBER = "+14155550132"
OURS = "+15550100150"

#: Noon in San Francisco.
NOON = datetime(2026, 7, 1, 19, 0, tzinfo=timezone.utc)

LIMITS = limits_with().texting


def texting_limits(**sections: dict[str, Any]) -> TextingLimits:
    """The shipped limits with some numbers changed."""
    changed = {
        name: getattr(LIMITS, name).copy(update=numbers) for name, numbers in sections.items()
    }
    return LIMITS.copy(update=changed)


def new_thread(
    database: Database,
    number: str = NUMBER,
    *,
    channel: Channel = Channel.SMS,
    gateway: GatewayName = GatewayName.TWILIO,
    last_inbound_at: datetime = NOON,
    conversation_id: str | None = None,
    vault: Vault = VAULT,
) -> str:
    """A number that texts; the id of its thread."""
    thread_id = uuid.uuid4().hex
    with database.writing() as connection:
        connection.execute(
            insert(text_threads).values(
                id=thread_id,
                gateway=gateway.value,
                channel=channel.value,
                address_index=address_index(vault, channel, number),
                sealed_address=vault.seal(number),
                own_address=OURS,
                conversation_id=conversation_id,
                last_inbound_at=last_inbound_at,
            )
        )
    return thread_id


def new_text(
    database: Database,
    thread_id: str,
    text: str = "The answer.",
    *,
    kind: OutboundKind = OutboundKind.REPLY,
    now: datetime = NOON,
    cause_id: str | None = None,
    extras: Mapping[str, object] | None = None,
) -> bool:
    """A text that waits. Returns whether it is new."""
    with database.writing() as connection:
        return enqueue(
            connection,
            VAULT,
            thread_id=thread_id,
            cause_id=cause_id or uuid.uuid4().hex,
            kind=kind,
            text=text,
            segments=1,
            now=now,
            extras=extras,
        )


def rows(database: Database) -> list[Row]:
    """Every outgoing text, in order."""
    with database.reading() as connection:
        order = (outbound_texts.c.thread_id, outbound_texts.c.position)
        return list(connection.execute(select(outbound_texts).order_by(*order)).all())


def row(database: Database) -> Row:
    """The only outgoing text."""
    (found,) = rows(database)
    return found


def states(database: Database) -> dict[str, str]:
    """What each text says, and how far it has come."""
    return {VAULT.open(one.sealed_text): one.state for one in rows(database)}


def change(database: Database, **values: object) -> None:
    """Change every outgoing text."""
    with database.writing() as connection:
        connection.execute(update(outbound_texts).values(**values))


def opted_out(database: Database) -> list[str]:
    """The sources of all opt-outs."""
    with database.reading() as connection:
        return list(connection.execute(select(opt_outs.c.source)).scalars())


@dataclass
class FakeProvider:
    """Takes texts, or fails as told: `answers` are raised one after the other, None is none.

    What is in `lost_answers` is raised after the text was taken.
    """

    answers: deque[Exception | None] = field(default_factory=deque)
    lost_answers: deque[Exception | None] = field(default_factory=deque)
    lookup_answers: deque[Exception | None] = field(default_factory=deque)
    taken: dict[str, OutboundMessage] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    lookups: int = 0
    before_taking: Callable[[OutboundMessage], Awaitable[None]] | None = None

    async def send(self, message: OutboundMessage) -> str:
        self.asked.append(message.text)
        if self.answers and (error := self.answers.popleft()):
            raise error
        if self.before_taking:
            await self.before_taking(message)
        provider_id = f"SM{len(self.taken)}"
        self.taken[provider_id] = message
        if self.lost_answers and (error := self.lost_answers.popleft()):
            raise error
        return provider_id

    async def find_sent(
        self, message: OutboundMessage, since: datetime, known_ids: Collection[str]
    ) -> str | None:
        self.lookups += 1
        if self.lookup_answers and (error := self.lookup_answers.popleft()):
            raise error
        for provider_id, taken in self.taken.items():
            same = (taken.to, taken.text) == (message.to, message.text)
            if same and provider_id not in known_ids:
                return provider_id
        return None

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def texts(self) -> list[str]:
        """What was taken, in order."""
        return [message.text for message in self.taken.values()]


def fails(failure: SendFailure, **more: Any) -> SendError:
    return SendError(failure, **more)


class Office:
    """A worker over a database, and what came of its work."""

    def __init__(
        self,
        database: Database,
        *,
        limits: TextingLimits = LIMITS,
        now: datetime = NOON,
        provider: FakeProvider | None = None,
    ) -> None:
        self.database = database
        self.limits = limits
        self.clock = Clock(now)
        self.metrics = Metrics()
        self.store = OutboundStore(database, limits)
        self.dead = DeadTexts(database, VAULT)
        self.provider = provider or FakeProvider()

    def worker(self, adapters: Mapping[GatewayName, SendingClient] | None = None) -> OutboundWorker:
        return OutboundWorker(
            {GatewayName.TWILIO: self.provider} if adapters is None else adapters,
            self.store,
            self.dead,
            VAULT,
            DatabaseThreads(8),
            self.limits,
            self.metrics,
            clinic_zone=CLINIC.time_zone,
            now=self.clock,
            chance=lambda: 1.0,
        )

    def round(self) -> int:
        return anyio.run(self.worker().round)

    def rounds(self, count: int, pause: float) -> None:
        """So many rounds with so many seconds between them."""
        for _ in range(count):
            self.round()
            self.clock.wait(pause)

    def counted(self, outcome: str, gateway: str = "twilio") -> float:
        return self.metric(f'assistant_texts_out_total{{gateway="{gateway}",outcome="{outcome}"}}')

    def metric(self, line: str) -> float:
        """The value of the metric written exactly so."""
        for found in self.metrics.exposition().decode().splitlines():
            name, _, value = found.rpartition(" ")
            if name == line:
                return float(value)
        raise AssertionError(f"no metric {line}")

    @property
    def waiting(self) -> int:
        return sum(one.state == OutboundState.WAITING.value for one in rows(self.database))
