"""What the desk is built on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.configuration.clinic import Clinic
from bot.database.engine import Database
from bot.gateway.client_address import ClientAddresses
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.handover import HandOver
from bot.gateway.limits import GatewayLimits
from bot.gateway.messaging.dead_texts import DeadTexts
from bot.gateway.metrics import Metrics
from bot.gateway.records import PastTurn
from bot.intake.outbox import OutboxStore
from bot.intake.ownership import OwnershipStore
from bot.intake.record_store import RecordStore
from bot.intake.staff import StaffStore


@dataclass(frozen=True)
class DeskParts:
    """The parts.

    `history` reads a conversation by its id (`ConversationStore.history`). `public_url` is how
    browsers reach the gateway.
    """

    database: Database
    threads: DatabaseThreads
    records: RecordStore
    staff: StaffStore
    owners: OwnershipStore
    hand_over: HandOver
    outbox: OutboxStore
    dead_texts: DeadTexts
    history: Callable[[str], tuple[PastTurn, ...]]
    clinic: Clinic
    limits: GatewayLimits
    addresses: ClientAddresses
    metrics: Metrics
    public_url: str
