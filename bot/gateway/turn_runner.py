"""Answers stored turns: each conversation's one at a time and in order, others in parallel."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import anyio

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.answer_keeper import EXPECTED_FAILURES, AnswerKeeper
from bot.gateway.answering import NOTHING_TO_SAY, Answer, Answerer, Finding
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.lanes import Lanes
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import LogEvent, log_failure
from bot.gateway.metrics import Metrics
from bot.gateway.readiness import Part, Readiness
from bot.gateway.records import Accepted, Message, Turn
from bot.gateway.send_presses import SendPresses
from bot.gateway.store import ConversationStore
from bot.gateway.store_queries import ConversationGoneError
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.danger_before import DangerBefore
from bot.safety.screen import SafetyHit

Messages = tuple[Message, ...]

_READY_POLL_SECONDS = 0.25


class TurnRunner:
    """The turns that are being answered now.

    Each is a task of its own that outlives the request: a patient who hangs up, or asks again with
    the same key, finds one answer.
    """

    def __init__(
        self,
        store: ConversationStore,
        threads: DatabaseThreads,
        answerer: Answerer,
        keeper: AnswerKeeper,
        presses: SendPresses,
        readiness: Readiness,
        limits: GatewayLimits,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._threads = threads
        self._answerer = answerer
        self._keeper = keeper
        self._presses = presses
        self._readiness = readiness
        self._limits = limits
        self._metrics = metrics
        self._lanes = Lanes()
        self._tasks: dict[str, asyncio.Task[Messages]] = {}
        self._unanswered: Counter[str] = Counter()
        self._hurried: set[str] = set()
        self._deleted: set[str] = set()
        # Presses of Send that Rasa has not heard, and what the patient was not told of them yet.
        self._unsent: dict[str, Turn] = {}
        self._sent_late: dict[str, Messages] = {}

    def unanswered(self, conversation_id: str) -> int:
        """How many turns of this conversation are in flight or waiting."""
        return self._unanswered[conversation_id]

    def running(self, turn: Turn) -> asyncio.Task[Messages] | None:
        """The task that answers this turn now, if there is one."""
        return self._tasks.get(turn.id)

    def running_ids(self) -> frozenset[str]:
        """The ids of the turns that are being answered now."""
        return frozenset(self._tasks)

    def hurry(self, conversation_id: str) -> None:
        """A patient is waiting: turns of this conversation no longer wait for Rasa to load."""
        if self._unanswered[conversation_id]:
            self._hurried.add(conversation_id)

    def drop(self, conversation_id: str) -> None:
        """The conversation is deleted: its waiting turns must not reach Rasa any more."""
        self._keeper.forget(conversation_id)
        self._unsent.pop(conversation_id, None)
        self._sent_late.pop(conversation_id, None)
        if self._unanswered[conversation_id]:
            self._deleted.add(conversation_id)

    def start(
        self, accepted: Accepted, deadline: float | None, found: Finding | None = None
    ) -> asyncio.Task[Messages]:
        """Answer a stored turn behind the conversation's previous ones.

        Args:
            deadline: by the event loop's clock; None when nobody is waiting for it, and it may
                wait until Rasa is ready.
        """
        turn = accepted.turn
        task = asyncio.create_task(self._run(accepted, deadline, found))
        self._tasks[turn.id] = task
        self._unanswered[turn.conversation_id] += 1
        self._metrics.turns_in_flight.inc()
        task.add_done_callback(lambda done: self._finished(turn, done))
        return task

    @asynccontextmanager
    async def alone_with(self, conversation_id: str) -> AsyncIterator[None]:
        """Wait until no turn of this conversation is at Rasa, and keep it so."""
        async with self._lanes.hold(conversation_id):
            yield

    async def stop(self, seconds: float) -> None:
        """Let answers in flight finish; what does not is answered after the next start."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _finished(self, turn: Turn, task: asyncio.Task[Messages]) -> None:
        del self._tasks[turn.id]
        self._answerer.settled(turn.id)
        self._metrics.turns_in_flight.dec()
        self._unanswered[turn.conversation_id] -= 1
        if not self._unanswered[turn.conversation_id]:
            del self._unanswered[turn.conversation_id]
            self._hurried.discard(turn.conversation_id)
            self._deleted.discard(turn.conversation_id)
        if task.cancelled():
            return
        error = task.exception()
        if error and not isinstance(error, EXPECTED_FAILURES):
            log_failure(LogEvent.TURN_FAILED, error)

    async def _run(
        self, accepted: Accepted, deadline: float | None, found: Finding | None
    ) -> Messages:
        turn = accepted.turn
        began = anyio.current_time()
        hit = None
        if turn.payload is None:
            hit = await self._answerer.danger_in(turn.text, accepted.earlier, found=found)
        if hit:
            messages = await self._answer_hit(turn, hit)
        else:
            messages = await self._answer_in_order(turn, deadline)
        self._metrics.turn_seconds.observe(anyio.current_time() - began)
        for message in messages:
            self._metrics.count_reply(message.reply.kind)
        return messages

    async def _answer_hit(self, turn: Turn, hit: SafetyHit) -> Messages:
        # At once: somebody in danger does not wait behind an earlier question.
        reply = self._answerer.safety_reply(hit, turn.id, await self._danger_before(turn))
        alert = SafetyAlert.of_screen(
            hit,
            id=turn.alert_id or turn.id,
            occurred_at=turn.received_at,
            conversation_id=turn.conversation_id,
        )
        messages, stored = await self._keeper.store_danger(turn, Answer((reply,)), alert)
        self._metrics.count_safety_hit(hit.kind, stored=stored)
        return messages

    async def _danger_before(self, turn: Turn) -> DangerBefore:
        """What was said of danger before; nothing if the database cannot tell."""
        try:
            return await self._threads.run(self._store.danger_before, turn)
        except DatabaseUnavailableError:
            return DangerBefore()

    async def _answer_in_order(self, turn: Turn, deadline: float | None) -> Messages:
        async with AsyncExitStack() as lane:
            if deadline is None:
                await self._until_it_is_news(turn)
                await lane.enter_async_context(self._lanes.hold(turn.conversation_id))
                await self._until_rasa_is_ready(turn)
                deadline = anyio.current_time() + self._limits.turn.answer_seconds
                answer = await self._ask(turn, deadline, None)
            else:
                answer = await self._ask(turn, deadline, lane)
            return await self._store_answer(turn, answer)

    async def _store_answer(self, turn: Turn, answer: Answer) -> Messages:
        """Store an answer; a press of Send that Rasa has not heard waits for another try."""
        title = await self._threads.run(self._presses.title, turn) if answer.unheard else None
        if title is None:
            was_unsent = self._settled(turn)
            messages = await self._keeper.store(turn, answer)
            if was_unsent:
                self._sent_late[turn.conversation_id] = messages
            return messages
        waiting = self._unsent.setdefault(turn.conversation_id, turn)
        kept = timedelta(hours=self._limits.upkeep.send_hours)
        if waiting.id == turn.id and datetime.now(timezone.utc) - turn.received_at < kept:
            return self._keeper.unsent(turn, title)
        self._settled(turn)
        return await self._keeper.store(turn, self._keeper.never_sent(title))

    def _settled(self, turn: Turn) -> bool:
        """The turn waits no more. Returns whether it did."""
        waiting = self._unsent.get(turn.conversation_id)
        if waiting is None or waiting.id != turn.id:
            return False
        del self._unsent[turn.conversation_id]
        return True

    async def _earlier_send(self, turn: Turn) -> Messages:
        """What came of a press of Send that Rasa had not heard before this turn, if it has now."""
        earlier = self._unsent.get(turn.conversation_id)
        if earlier is None or earlier.id == turn.id:
            return self._sent_late.pop(turn.conversation_id, ())
        before = await self._threads.run(self._store.danger_before, earlier)
        answer = await self._answerer.ask(replace(earlier, again=True), before)
        if answer.unheard:
            return ()
        self._settled(earlier)
        return await self._keeper.store(earlier, answer)

    async def _ask(self, turn: Turn, deadline: float, lane: AsyncExitStack | None) -> Answer:
        """Ask Rasa once `lane` is free; the fixed reply at the deadline.

        While a person of staff has the conversation, Rasa is asked for dangers only.
        """
        late = None
        with anyio.CancelScope(deadline=deadline):
            if lane:
                await lane.enter_async_context(self._lanes.hold(turn.conversation_id))
            if turn.conversation_id in self._deleted:
                raise ConversationGoneError
            waiting = self._keeper.waiting(turn)
            if waiting:
                return waiting
            sent = await self._earlier_send(turn)
            told = tuple([message.reply for message in sent])
            if sent and self._presses.by_button(turn):
                return Answer(told)
            owner, before = await self._threads.run(self._store.owner_and_danger, turn)
            # A form that is finished in front of a person of staff is the assistant's all the same.
            listens = owner is not None and not self._presses.by_button(turn)
            late = NOTHING_TO_SAY if listens else None
            answer = await (self._answerer.listen if listens else self._answerer.ask)(turn, before)
            return replace(answer, replies=(*told, *answer.replies))
        return late or self._answerer.late()

    async def _until_it_is_news(self, turn: Turn) -> None:
        """Wait with a Send that was not heard: a page asks for late answers only."""
        news_at = turn.received_at + timedelta(seconds=self._limits.turn.answer_seconds)
        while turn.conversation_id in self._unsent and datetime.now(timezone.utc) <= news_at:
            if turn.conversation_id in self._hurried:
                return
            await anyio.sleep(_READY_POLL_SECONDS)

    async def _until_rasa_is_ready(self, turn: Turn) -> None:
        with anyio.move_on_after(self._limits.upkeep.rasa_wait_seconds):
            while turn.conversation_id not in self._hurried and not self._keeper.waiting(turn):
                if await self._readiness.works(Part.RASA):
                    return
                await anyio.sleep(_READY_POLL_SECONDS)
