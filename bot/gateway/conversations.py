"""What a patient's device can do with its conversation."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta, timezone

import anyio

from bot.content.texts import ErrorCode
from bot.gateway.answering import Finding
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.errors import RefusalError
from bot.gateway.lanes import Lanes
from bot.gateway.limits import GatewayLimits
from bot.gateway.log_events import LogEvent, log
from bot.gateway.records import Message, PastTurn, Submission, digest, new_token
from bot.gateway.store import ConversationStore
from bot.gateway.store_queries import ConversationGoneError
from bot.gateway.turn_runner import TurnRunner
from bot.gateway.update_store import Updates, UpdateStore
from bot.replies.reply import Reply


class Conversations:
    """Sessions, messages, history and deletion.

    Every method raises `DatabaseUnavailableError` when the database cannot do it; then nothing was
    acknowledged.
    """

    def __init__(
        self,
        store: ConversationStore,
        updates: UpdateStore,
        threads: DatabaseThreads,
        runner: TurnRunner,
        limits: GatewayLimits,
    ) -> None:
        self._store = store
        self._updates = updates
        self._threads = threads
        self._runner = runner
        self._limits = limits
        self._arrivals = Lanes()

    async def open(self, greeting: Reply) -> tuple[str, datetime, tuple[Message, ...]]:
        """Start a conversation: its token, when that ends, and the greeting as stored."""
        token, expires_at = new_token(), self._expiry()
        messages = await self._threads.run(
            self._store.open_session, digest(token), expires_at, greeting
        )
        return token, expires_at, messages

    async def submit(
        self, submission: Submission, found: Finding | None = None
    ) -> tuple[Message, ...]:
        """Store a message, in the order of arrival, and wait for its answer.

        Args:
            found: the danger in its text, if that was looked for.

        Raises:
            RefusalError: no such session, key reused, button not open, or too many are waiting.
        """
        deadline = anyio.current_time() + self._limits.turn.answer_seconds
        token_digest = submission.session_digest
        if self._arrivals.users(token_digest) > self._limits.turn.waiting:
            raise RefusalError(ErrorCode.CONVERSATION_BUSY, retry_after=1)
        try:
            async with self._arrivals.hold(token_digest):
                answer = await self._accept(submission, deadline, found)
            if isinstance(answer, tuple):
                return answer
            # Shielded: others may wait for the same answer.
            return await asyncio.shield(answer)
        except ConversationGoneError:
            raise RefusalError(ErrorCode.SESSION_OVER) from None

    async def history(self, token_digest: str) -> tuple[PastTurn, ...]:
        """The whole conversation of a session.

        Raises:
            RefusalError: no such session.
        """
        conversation_id = await self.conversation_of(token_digest)
        return await self._threads.run(self._store.history, conversation_id)

    async def updates(self, token_digest: str, message_id: str | None) -> Updates:
        """What is new in a session's conversation behind a message that nobody had to ask for.

        Raises:
            RefusalError: no such session.
        """
        conversation_id = await self.conversation_of(token_digest)
        return await self._threads.run(self._updates.since, conversation_id, message_id)

    async def conversation_of(self, token_digest: str) -> str:
        """The id of a session's conversation, which is never sent out.

        Raises:
            RefusalError: no such session.
        """
        found = await self._threads.run(self._store.conversation_of, token_digest)
        if found is None:
            raise RefusalError(ErrorCode.SESSION_OVER)
        return found

    async def delete(self, token_digest: str) -> None:
        """Delete a session and its conversation. Messages still waiting get no answer.

        Raises:
            RefusalError: no such session.
        """
        async with self._arrivals.hold(token_digest):
            conversation_id = await self.conversation_of(token_digest)
            await self._threads.run(self._store.delete, conversation_id)
            self._runner.drop(conversation_id)
        log(LogEvent.CONVERSATION_DELETED)

    async def resume(self) -> None:
        """Answer what was received and never answered, once Rasa is ready."""
        # One that is answered while the database is read still stands there without its answer.
        known = self._runner.running_ids()
        left = [
            accepted
            for accepted in await self._threads.run(self._store.unanswered)
            if accepted.turn.id not in known and self._runner.running(accepted.turn) is None
        ]
        for accepted in left:
            self._runner.start(accepted, None)
        if left:
            log(LogEvent.TURNS_RESUMED, logging.WARNING, count=len(left))

    async def _accept(
        self, submission: Submission, deadline: float, found: Finding | None
    ) -> tuple[Message, ...] | asyncio.Task[tuple[Message, ...]]:
        conversation_id = await self.conversation_of(submission.session_digest)
        accepted = await self._threads.run(
            self._store.accept,
            conversation_id,
            submission,
            expires_at=self._expiry(),
            has_room=self._runner.unanswered(conversation_id) <= self._limits.turn.waiting,
        )
        if accepted.messages is not None:
            return accepted.messages
        self._runner.hurry(conversation_id)
        running = self._runner.running(accepted.turn)
        return running or self._runner.start(accepted, deadline, found)

    def _expiry(self) -> datetime:
        idle = timedelta(minutes=self._limits.session.idle_minutes)
        return datetime.now(timezone.utc) + idle
