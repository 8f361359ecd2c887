"""Sends the texts of one gateway. No lane waits for another: a slow provider delays no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

import anyio
from anyio.abc import TaskGroup

from bot.database.vault import Vault, VaultError
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.limits import TextingLimits
from bot.gateway.log_events import Field, LogEvent, log, log_failure
from bot.gateway.messaging.adapter import (
    GatewayName,
    OutboundAdapter,
    OutboundMessage,
    SendError,
    SendFailure,
)
from bot.gateway.messaging.outbound_store import OutboundStore
from bot.gateway.messaging.outbound_texts import Hold, OutboundKind, OutboundText
from bot.gateway.messaging.quiet_hours import may_ring_at
from bot.gateway.metrics import Metrics, TextOutcome
from bot.gateway.rounds import Rounds
from bot.intake.backoff import next_attempt_at


class OutboundLane:
    """Claims what is due for its gateway, sends it, and writes down what came of it.

    Whatever step this process dies after, the text is neither lost nor sent twice: it is claimed
    again when the lease ends, and the provider is asked first whether it has it.

    Args:
        clinic_zone: whose night counts where nobody knows that of the number.
    """

    def __init__(
        self,
        gateway: GatewayName,
        adapter: OutboundAdapter,
        store: OutboundStore,
        vault: Vault,
        threads: DatabaseThreads,
        limits: TextingLimits,
        metrics: Metrics,
        *,
        clinic_zone: str,
        now: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._gateway = gateway
        self._adapter = adapter
        self._store = store
        self._vault = vault
        self._threads = threads
        self._limits = limits
        self._metrics = metrics
        self._clinic_zone = clinic_zone
        self._now = now
        self._chance = chance
        self._under_way = 0
        self._tasks: TaskGroup | None = None
        self._rounds = Rounds(
            self._begin_due, self._next_due, limits.rests, now=now, failed=LogEvent.TEXTING_FAILED
        )

    def ask(self) -> None:
        """Look for texts at once."""
        self._rounds.ask()

    async def run(self) -> None:
        """Send what there is and what comes; cancel to stop."""
        self._under_way = 0
        async with anyio.create_task_group() as self._tasks:
            await self._rounds.run()

    async def round(self) -> int:
        """Deal with everything that is due, and wait for the end. Returns how many texts it was.

        Raises:
            DatabaseUnavailableError: the database cannot say what is due.
        """
        count = 0
        while texts := await self._claim(tuple(OutboundKind), self._limits.attempts.at_once):
            async with anyio.create_task_group() as tasks:
                for text in texts:
                    tasks.start_soon(self._deal_with, text)
            count += len(texts)
        return count

    async def _begin_due(self) -> None:
        """Begin with everything that is due and has room: what is slow keeps nothing else waiting.

        What tells of a danger needs no room.
        """
        assert self._tasks is not None
        at_once = self._limits.attempts.at_once
        while True:
            room = at_once - self._under_way
            kinds = tuple(OutboundKind) if room > 0 else (OutboundKind.SAFETY,)
            texts = await self._claim(kinds, room if room > 0 else at_once)
            for text in texts:
                self._under_way += 1
                self._tasks.start_soon(self._carry, text)
            if not texts:
                return

    async def _carry(self, text: OutboundText) -> None:
        """Deal with one text; then there is room, and the next one of its number may go."""
        try:
            await self._deal_with(text)
        finally:
            self._under_way -= 1
            self._rounds.ask()

    async def _claim(self, kinds: Collection[OutboundKind], limit: int) -> tuple[OutboundText, ...]:
        now = self._now()
        return await self._threads.run(self._store.claim, now, self._gateway, kinds, limit)

    async def _next_due(self) -> datetime | None:
        return await self._threads.run(self._store.next_due, self._gateway)

    async def _deal_with(self, text: OutboundText) -> None:
        """Send one text, or put it off. Raises nothing of its own."""
        try:
            message = self._in_session(text, text.opened(self._vault))
            with anyio.fail_after(self._limits.attempts.seconds):
                if text.in_doubt and await self._was_sent(text, message):
                    return
                if not await self._held(text, message):
                    provider_id = await self._adapter.send(message)
                    await self._mark_sent(text, provider_id, TextOutcome.SENT)
        except VaultError:
            await self._give_up(text, Hold.UNREADABLE)
        except SendError as error:
            await self._write_failure(text, error)
        except TimeoutError:
            await self._write_failure(text, SendError(SendFailure.TIMED_OUT))
        except Exception as error:
            log_failure(LogEvent.TEXTING_FAILED, error)
            await self._write_failure(text, SendError(SendFailure.TIMED_OUT))

    def _in_session(self, text: OutboundText, message: OutboundMessage) -> OutboundMessage:
        """The text as its channel takes it now: WhatsApp's buttons have their time."""
        session = timedelta(hours=self._limits.contents.session_hours)
        if self._now() - text.last_inbound_at < session:
            return message
        return replace(message, quick_replies=())

    async def _was_sent(self, text: OutboundText, message: OutboundMessage) -> bool:
        """Whether an attempt whose end nobody knew got through; then that is noted."""
        found = await self._adapter.find_sent(message, text.created_at, text.known_ids)
        if found is None:
            return False
        await self._mark_sent(text, found, TextOutcome.FOUND)
        return True

    async def _held(self, text: OutboundText, message: OutboundMessage) -> bool:
        """Whether it is not sent now: nobody wants it, it is night, or a budget is used up."""
        now = self._now()
        if text.opted_out and text.kind is not OutboundKind.CONFIRMATION:
            await self._skip(text, said_by_provider=False)
            return True
        if text.kind.unasked:
            morning = may_ring_at(
                now,
                message.to,
                last_inbound_at=text.last_inbound_at,
                clinic_zone=self._clinic_zone,
                hours=self._limits.quiet_hours,
            )
            if morning > now:
                await self._put_off(text, Hold.QUIET_HOURS, morning)
                return True
        return text.kind is not OutboundKind.SAFETY and await self._is_over_budget(text, now)

    async def _is_over_budget(self, text: OutboundText, now: datetime) -> bool:
        found = await self._threads.run(self._store.budget, text, now)
        if found is None:
            return False
        hold, free_at = found
        longest = timedelta(minutes=self._limits.budgets.longest_wait_minutes)
        if free_at > now + longest:
            await self._give_up(text, hold)
        else:
            await self._put_off(text, hold, free_at)
        return True

    async def _mark_sent(self, text: OutboundText, provider_id: str, outcome: TextOutcome) -> None:
        def mark() -> bool:
            return self._store.sent(text, provider_id, now=self._now())

        if await self._settle(text, mark, outcome):
            self._metrics.count_segments(text.gateway, text.segments)

    async def _write_failure(self, text: OutboundText, error: SendError) -> None:
        if error.failure is SendFailure.OPTED_OUT:
            await self._skip(text, said_by_provider=True)
            return
        now = self._now()
        again_at = next_attempt_at(
            error,
            failures=text.attempts + 1,
            now=now,
            limits=self._limits.retries,
            chance=self._chance,
        )

        def mark() -> bool:
            return self._store.failed(text, str(error), again_at, now=now)

        outcome = TextOutcome.DEAD if again_at is None else TextOutcome.FAILED
        await self._settle(text, mark, outcome, reason=error.failure, **_number(error.code))

    async def _skip(self, text: OutboundText, *, said_by_provider: bool) -> None:
        def mark() -> bool:
            return self._store.skip_opted_out(
                text, said_by_provider=said_by_provider, now=self._now()
            )

        await self._settle(text, mark, TextOutcome.SKIPPED)

    async def _put_off(self, text: OutboundText, hold: Hold, until: datetime) -> None:
        def mark() -> bool:
            return self._store.hold(text, hold, until)

        await self._settle(text, mark, TextOutcome.HELD, reason=hold)

    async def _give_up(self, text: OutboundText, hold: Hold) -> None:
        def mark() -> bool:
            return self._store.give_up(text, hold, now=self._now())

        await self._settle(text, mark, TextOutcome.DEAD, reason=hold)

    async def _settle(
        self, text: OutboundText, mark: Callable[[], bool], outcome: TextOutcome, **fields: Field
    ) -> bool:
        """Write until the database takes it; count and log it unless it was known."""
        limits = self._limits
        # Neither a stop nor the end of an attempt's time may undo what the provider has done.
        with anyio.move_on_after(limits.attempts.settle_seconds, shield=True):
            try:
                news = await self._threads.insist(limits.rests.shortest_seconds, mark)
            except Exception as error:
                log_failure(LogEvent.TEXTING_FAILED, error)
            else:
                if news:
                    self._metrics.count_text(text.gateway, outcome)
                    event, level = _LOGGED[outcome]
                    attempt = text.attempts + 1
                    log(
                        event,
                        level,
                        gateway=text.gateway,
                        kind=text.kind,
                        attempt=attempt,
                        **fields,
                    )
                return news
        # The lease ends, and then the provider is asked whether it has the text.
        log(LogEvent.TEXT_NOT_SETTLED, logging.ERROR, gateway=text.gateway, kind=text.kind)
        return False


def _number(code: str | None) -> dict[str, Field]:
    """A provider's code as a field of the log, which takes no words of others."""
    return {"code": int(code)} if code and code.isascii() and code.isdecimal() else {}


_LOGGED = {
    TextOutcome.SENT: (LogEvent.TEXT_SENT, logging.INFO),
    TextOutcome.FOUND: (LogEvent.TEXT_FOUND, logging.WARNING),
    TextOutcome.FAILED: (LogEvent.TEXT_FAILED, logging.WARNING),
    TextOutcome.HELD: (LogEvent.TEXT_HELD, logging.INFO),
    TextOutcome.SKIPPED: (LogEvent.TEXT_SKIPPED, logging.INFO),
    TextOutcome.DEAD: (LogEvent.TEXT_DEAD, logging.ERROR),
}
