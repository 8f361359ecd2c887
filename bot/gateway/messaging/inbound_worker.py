"""Answers texts in the background: each thread's in the order of arrival, threads in parallel."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import anyio
from anyio.abc import TaskGroup

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.answering import Finding
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.errors import RefusalError
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.messaging.adapter import InboundMessage
from bot.gateway.messaging.inbound_store import InboundStore, inbound_id
from bot.gateway.messaging.inbound_texts import Answered, InboundText
from bot.gateway.messaging.receiving import TextAnswerer
from bot.gateway.readiness import Part, Readiness

_READY_POLL_SECONDS = 0.25


@dataclass
class _Screening:
    """The search for danger in one text, which does not wait for its turn.

    `found`: no danger. Without it the text has been dealt with, unless that failed.
    """

    over: anyio.Event = field(default_factory=anyio.Event)
    found: Finding | None = None


class InboundWorker:
    """Deals with what was stored; what fails or is cut short is dealt with again.

    Args:
        sent: called when a text waits to be sent.
    """

    def __init__(
        self,
        store: InboundStore,
        threads: DatabaseThreads,
        answers: TextAnswerer,
        readiness: Readiness,
        limits: GatewayLimits,
        sent: Callable[[], None],
    ) -> None:
        self._store = store
        self._threads = threads
        self._answers = answers
        self._readiness = readiness
        self._limits = limits
        self._sent = sent
        self._room = anyio.Semaphore(limits.inbound_texts.at_once)
        self._rasa_is_up = anyio.Event()
        self._arrived: set[str] = set()
        self._asked = anyio.Event()
        self._screenings: dict[str, _Screening] = {}
        self._lanes: set[str] = set()
        self._more: set[str] = set()
        self._unstored: list[InboundMessage] = []
        self._answered: set[str] = set()

    def arrived(self, thread_id: str) -> None:
        """Something new was stored in this thread. To be called in the event loop's thread."""
        self._arrived.add(thread_id)
        self._asked.set()

    def keep(self, message: InboundMessage, *, answered: bool) -> None:
        """Store this as soon as the database can: most gateways do not come again.

        Beyond `most_unstored` of them it is dropped, and counted on that the gateway does.

        Args:
            answered: the patient has got the fixed safety text already.
        """
        if len(self._unstored) >= self._limits.inbound_texts.most_unstored:
            return
        self._unstored.append(message)
        if answered:
            self._answered.add(inbound_id(message))

    async def run(self) -> None:
        """Deal with what there is and what comes; cancel to stop."""
        self._screenings, self._lanes = {}, set()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._wait_for_rasa)
            tasks.start_soon(self._look_again_and_again, tasks)
            while True:
                await self._asked.wait()
                self._asked = anyio.Event()
                for thread_id in self._take_arrived():
                    tasks.start_soon(self._begin, thread_id, tasks)

    def _take_arrived(self) -> set[str]:
        arrived, self._arrived = self._arrived, set()
        return arrived

    async def _look_again_and_again(self, tasks: TaskGroup) -> None:
        """Find what a crash, a failure or a locked database left."""
        while True:
            try:
                await self._store_kept()
                for thread_id in await self._threads.run(self._store.waiting_threads):
                    if thread_id not in self._lanes:
                        tasks.start_soon(self._begin, thread_id, tasks)
            except DatabaseUnavailableError as error:
                log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
            except Exception as error:
                log_failure(LogEvent.TEXT_NOT_ANSWERED, error)
            await anyio.sleep(self._limits.inbound_texts.retry_seconds)

    async def _store_kept(self) -> None:
        while self._unstored:
            await self._threads.run(self._store.receive, self._unstored[0])
            self._unstored.pop(0)

    async def _wait_for_rasa(self) -> None:
        """After a start, what waits does so until Rasa is loaded."""
        with anyio.move_on_after(self._limits.upkeep.rasa_wait_seconds):
            while not await self._readiness.works(Part.RASA):
                await anyio.sleep(_READY_POLL_SECONDS)
        self._rasa_is_up.set()

    async def _begin(self, thread_id: str, tasks: TaskGroup) -> None:
        """Search what is new for danger at once, and have it dealt with in its turn."""
        texts = await self._waiting(thread_id)
        for text in texts:
            if text.id not in self._screenings:
                self._screenings[text.id] = screening = _Screening()
                tasks.start_soon(self._screen, text, screening)
        if thread_id in self._lanes:
            self._more.add(thread_id)
        elif texts:
            self._lanes.add(thread_id)
            tasks.start_soon(self._lane, thread_id)

    async def _waiting(self, thread_id: str) -> tuple[InboundText, ...]:
        """What is not dealt with in a thread. Never raises: the next look finds it again."""
        try:
            return await self._threads.run(self._store.waiting, thread_id)
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
        except Exception as error:
            log_failure(LogEvent.TEXT_NOT_ANSWERED, error)
        return ()

    async def _screen(self, text: InboundText, screening: _Screening) -> None:
        # Somebody in danger does not wait behind an earlier question.
        try:
            found = await self._answers.look_at(text)
            if found.hit is None:
                screening.found = found
            elif await self._deal_with(text, found):
                self._screenings.pop(text.id, None)
        except Exception as error:
            log_failure(LogEvent.TEXT_NOT_ANSWERED, error)
        finally:
            screening.over.set()

    async def _lane(self, thread_id: str) -> None:
        """Deal with everything of a thread, one after the other."""
        try:
            while True:
                self._more.discard(thread_id)
                texts = await self._waiting(thread_id)
                if not texts and thread_id not in self._more:
                    return
                if texts and not await self._in_its_turn(texts[0]):
                    return
        finally:
            self._lanes.discard(thread_id)

    async def _in_its_turn(self, text: InboundText) -> bool:
        """Returns whether the next one may come."""
        screening = self._screenings.get(text.id)
        if screening is not None and not screening.over.is_set():
            # Where it finds danger, it deals with the text too.
            await screening.over.wait()
            return True
        await self._rasa_is_up.wait()
        try:
            async with self._room:
                found = screening.found if screening else None
                return await self._deal_with(text, found or await self._answers.look_at(text))
        finally:
            self._screenings.pop(text.id, None)

    async def _deal_with(self, text: InboundText, found: Finding) -> bool:
        """Answer one text and store that. Returns whether it is done; never raises."""
        try:
            answered = await self._answer(text, found)
            if text.id in self._answered:
                answered = replace(answered, reply=None)
            done = await self._threads.run(self._store.finish, text, answered)
        except DatabaseUnavailableError as error:
            log_failure(LogEvent.DATABASE_UNAVAILABLE, error)
            return False
        except RefusalError:
            log(LogEvent.TEXT_NOT_ANSWERED, logging.WARNING)
            return False
        except Exception as error:
            log_failure(LogEvent.TEXT_NOT_ANSWERED, error)
            return False
        self._answered.discard(text.id)
        if done and answered.reply is not None:
            self._sent()
        return True

    async def _answer(self, text: InboundText, found: Finding) -> Answered:
        try:
            return await self._answers.answer(text, found)
        except (DatabaseUnavailableError, RefusalError):
            raise
        except Exception as error:
            # Trying again would fail again: the patient is told, and not left alone.
            log_failure(LogEvent.TEXT_NOT_ANSWERED, error)
            return await self._answers.unavailable(text)
