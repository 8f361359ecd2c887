"""A desk with made-up people and records, on its own: no Rasa, no assistant, no patient."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any, cast

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.configuration.clinic import Clinic, load_clinic
from bot.database.engine import Database
from bot.database.migrate import migrate
from bot.database.vault import Vault
from bot.gateway.client_address import ClientAddresses
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.desk.desk import Desk
from bot.gateway.desk.parts import DeskParts
from bot.gateway.handover import HandOver
from bot.gateway.handover_store import HandOverStore
from bot.gateway.limits import GatewayLimits, load_limits
from bot.gateway.messaging.dead_texts import DeadTexts
from bot.gateway.metrics import Metrics
from bot.gateway.records import Submission, digest, new_token
from bot.gateway.security_headers import SecurityHeaders
from bot.gateway.store import ConversationStore
from bot.intake.actors import COMMAND_LINE
from bot.intake.outbox import OutboxStore
from bot.intake.ownership import OwnershipStore
from bot.intake.record_store import RecordStore
from bot.intake.records import Channel, Urgency
from bot.intake.requests import add_request
from bot.intake.safety_alerts import AlertSource, SafetyAlert
from bot.intake.staff import Role, StaffStore, User
from bot.replies.composer import ReplyComposer
from bot.replies.intake_request import BestTime, Contact, ContactKind, IntakeRequest
from bot.replies.reply import Reply, ReplyKind
from bot.safety.danger import Danger

#: Of everybody here.
PASSWORD = "an example is no secret"

#: Sealing made-up data needs keys, not secrets.
_VAULT = Vault(["A" * 43], "an example index key of some length")

#: As little work as the library allows: nothing here is worth guarding.
_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@cache
def _composer(clinic: Clinic) -> ReplyComposer:
    return ReplyComposer.shipped(clinic)


class _NobodyAnswers:
    """In place of the turns in flight, which a person who takes over waits for: there are none."""

    def hurry(self, conversation_id: str) -> None:
        """Nothing to hurry."""

    @asynccontextmanager
    async def alone_with(self, conversation_id: str) -> AsyncIterator[None]:
        """Nobody to wait for."""
        yield


@dataclass(frozen=True)
class Said:
    """One message of a patient and what the assistant answered to it."""

    text: str
    reply: str
    danger: Danger | None = None


class ExampleDesk:
    """The desk over a database of its own in `folder`, or at `database_url`."""

    def __init__(
        self,
        folder: Path,
        public_url: str,
        limits: GatewayLimits | None = None,
        database_url: str | None = None,
    ) -> None:
        self.clinic: Clinic = load_clinic()
        self.limits = limits or load_limits()
        self.database = Database(
            database_url or f"sqlite:///{folder / 'desk.db'}", busy_seconds=2, connections=8
        )
        migrate(self.database)
        self.vault = _VAULT
        self.staff = StaffStore(self.database, _HASHER)
        self.records = RecordStore(self.database, _VAULT, self.clinic)
        self.outbox = OutboxStore(self.database)
        self.conversations = ConversationStore(self.database, _VAULT, self.clinic)
        self.metrics = Metrics()
        threads = DatabaseThreads(8)
        self.parts = DeskParts(
            database=self.database,
            threads=threads,
            records=self.records,
            staff=self.staff,
            owners=OwnershipStore(self.database),
            hand_over=self._hand_over(threads),
            outbox=self.outbox,
            dead_texts=DeadTexts(self.database, _VAULT),
            history=self.conversations.history,
            clinic=self.clinic,
            limits=self.limits,
            addresses=ClientAddresses(()),
            metrics=self.metrics,
            public_url=public_url,
        )
        https = public_url.startswith("https://")
        self.application = Starlette(
            routes=Desk(self.parts).routes(),
            middleware=[Middleware(SecurityHeaders, https=https)],
        )

    def _hand_over(self, threads: DatabaseThreads) -> HandOver:
        texts = _composer(self.clinic).intake
        store = HandOverStore(self.database, _VAULT, texts, timedelta(hours=2))
        return HandOver(store, threads, cast(Any, _NobodyAnswers()), self.limits.handover)

    def add_user(self, name: str, role: Role, shown_name: str | None = None) -> User:
        """Somebody who signs in with `PASSWORD`."""
        return self.staff.add(name, PASSWORD, role=role, shown_name=shown_name, actor=COMMAND_LINE)

    def converse(self, said: Sequence[Said]) -> str:
        """A conversation in which all of this was said; its id."""
        session = digest(new_token())
        later = datetime.now(timezone.utc) + timedelta(hours=2)
        greeting = Reply(kind=ReplyKind.CHITCHAT, text="Hello! Ask me about migraine care.")
        self.conversations.open_session(session, later, greeting)
        conversation_id = self.conversations.conversation_of(session)
        assert conversation_id
        for one in said:
            self.say(conversation_id, one)
        return conversation_id

    def say(self, conversation_id: str, said: Said) -> None:
        """One more message of the patient, and the answer to it unless that is empty."""
        key = new_token()
        submission = Submission(digest(conversation_id), digest(key), digest(key), text=said.text)
        later = datetime.now(timezone.utc) + timedelta(hours=2)
        turn = self.conversations.accept(
            conversation_id, submission, expires_at=later, has_room=True
        ).turn
        if not said.reply:
            return
        kind = ReplyKind(said.danger.kind.value) if said.danger else ReplyKind.CHITCHAT
        alert = said.danger and SafetyAlert(
            id=turn.id,
            occurred_at=turn.received_at,
            danger=said.danger,
            found_by=AlertSource.SCREEN,
            conversation_id=conversation_id,
        )
        reply = Reply(kind=kind, text=said.reply, danger=said.danger)
        self.conversations.complete(turn, (reply,), alert)

    def ask(
        self,
        name: str | None = "Maria",
        contact: str = "+12125550142",
        reason: str | None = None,
        *,
        urgency: Urgency = Urgency.ROUTINE,
        said: Sequence[Said] = (),
        language: str = "en",
        best_time: BestTime = BestTime.ANY,
        ago: timedelta = timedelta(minutes=5),
    ) -> str:
        """A request as the intake form hands it over; its reference."""
        kind = ContactKind.EMAIL if "@" in contact else ContactKind.PHONE
        asked_at = datetime.now(timezone.utc) - ago
        request = IntakeRequest(
            contact=Contact(kind=kind, value=contact),
            name=name,
            best_time=best_time,
            reason=reason,
            language=language,
            consent_version="2026-11",
            consent_at=asked_at - timedelta(minutes=1),
        )
        conversation_id = self.converse(said) if said else None
        with self.database.writing() as connection:
            receipt = add_request(
                connection,
                _VAULT,
                self.clinic,
                request=request,
                conversation_id=conversation_id,
                channel=Channel.WEB,
                urgency=urgency,
                request_id=uuid.uuid4().hex,
                now=asked_at,
            )
        return receipt.reference
