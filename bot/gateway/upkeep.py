"""Background work: open the database, store alerts that wait, answer what a crash left, and make
up for missed deletions.
"""

from __future__ import annotations

import logging

import anyio

from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.migrate import migrate
from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.conversations import Conversations
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.rasa_client import RasaClient, RasaError
from bot.gateway.store import ConversationStore
from bot.gateway.turn_runner import TurnRunner


class Upkeep:
    """Runs one round at start, before anybody is served, and then again and again."""

    def __init__(
        self,
        database: Database,
        store: ConversationStore,
        threads: DatabaseThreads,
        conversations: Conversations,
        runner: TurnRunner,
        alerts: AlertKeeper,
        rasa: RasaClient,
        limits: GatewayLimits,
    ) -> None:
        self._database = database
        self._store = store
        self._threads = threads
        self._conversations = conversations
        self._runner = runner
        self._alerts = alerts
        self._rasa = rasa
        self._limits = limits
        self._migrated = False
        self._asked = anyio.Event()

    def ask_for_a_round(self) -> None:
        """Do the next round now instead of when it is due."""
        self._asked.set()

    async def run(self) -> None:
        """Rounds without end, and between them alerts as they come; cancel to stop."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._alerts.run)
            tasks.start_soon(self._rounds)

    async def _rounds(self) -> None:
        while True:
            with anyio.move_on_after(self._limits.upkeep.retry_seconds):
                await self._asked.wait()
            self._asked = anyio.Event()
            await self.round()
            await self.forget()

    async def round(self) -> None:
        """Bring the database up to date, store the alerts that wait, resume what was left.

        Never raises.
        """
        await self._alerts.load()
        try:
            if not self._migrated:
                await self._threads.run(migrate, self._database)
                self._migrated = True
                log(LogEvent.DATABASE_READY)
            await self._alerts.store_waiting()
            await self._conversations.resume()
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
        except Exception as error:
            log_failure(LogEvent.UPKEEP_FAILED, error)

    async def forget(self) -> None:
        """Ask Rasa to forget every deleted conversation that it may still know. Never raises."""
        try:
            for conversation_id in await self._threads.run(self._store.to_forget):
                await self._forget(conversation_id)
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
        except RasaError as failure:
            # The rest would fail the same way: the next round tries again.
            log(LogEvent.RASA_FORGET_FAILED, logging.WARNING, reason=failure.reason)
        except Exception as error:
            log_failure(LogEvent.UPKEEP_FAILED, error)

    async def _forget(self, conversation_id: str) -> None:
        async with self._runner.alone_with(conversation_id):
            forgotten = False
            with anyio.move_on_after(self._limits.turn.answer_seconds):
                await self._rasa.forget(conversation_id)
                forgotten = True
        # A turn that waited meanwhile may tell Rasa of it once more: the next round asks again.
        if forgotten and not self._runner.unanswered(conversation_id):
            await self._threads.run(self._store.forgotten, conversation_id)
            log(LogEvent.RASA_FORGOT)
