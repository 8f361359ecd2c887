"""Live hand-over: a person of the clinic writes in a patient's conversation, where they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta, timezone
from enum import Enum

import anyio

from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.handover_store import HandOverStore
from bot.gateway.limits import HandOverLimits
from bot.gateway.log_events import LogEvent, log
from bot.gateway.records import Message
from bot.gateway.turn_runner import TurnRunner
from bot.intake.ownership import NoConversationError
from bot.intake.staff import User
from bot.replies.texting.rendering import TextTooLongError
from bot.safety.normalise import normalise


class HandOverRefusal(str, Enum):
    """Why a person of staff cannot do that. `OwnedError` says that another person has it."""

    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    TOO_LONG_TO_TEXT = "too_long_to_text"


class HandOverError(Exception):
    """A text that cannot be sent."""

    def __init__(self, refusal: HandOverRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class HandOver:
    """What the desk does with a conversation. Doing it again changes nothing.

    Where a conversation is not named, the record's only one is meant.

    Every method raises
        `UnchosenConversationError`: the record has several conversations, and none was chosen;
        `NoConversationError`: the record has no conversation, or it was deleted;
        `OwnedError`: another person has it;
        `DatabaseUnavailableError`: nothing was done.

    Args:
        said: called after something was said to a patient, who may be waiting for it as a text.
    """

    def __init__(
        self,
        store: HandOverStore,
        threads: DatabaseThreads,
        runner: TurnRunner,
        limits: HandOverLimits,
        said: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._threads = threads
        self._runner = runner
        self._limits = limits
        self._said = said

    async def take_over(
        self, reference: str, user: User, *, conversation_id: str | None = None
    ) -> None:
        """Make `user` the one who answers, and tell the patient that a person has joined."""
        await self._take(self._store.take_over, reference, user, conversation_id)

    async def take_from_owner(
        self, reference: str, user: User, *, conversation_id: str | None = None
    ) -> None:
        """The same where another person has it. Whoever calls this has seen that `user` may."""
        await self._take(self._store.take_from_owner, reference, user, conversation_id)

    async def _take(
        self,
        act: Callable[..., bool],
        reference: str,
        user: User,
        conversation_id: str | None,
    ) -> None:
        conversation_id = await self._threads.run(
            self._store.conversation_of, reference, conversation_id
        )
        async with AsyncExitStack() as lane:
            # What the assistant is saying just now is said before the person joins.
            self._runner.hurry(conversation_id)
            with anyio.move_on_after(self._limits.wait_seconds):
                await lane.enter_async_context(self._runner.alone_with(conversation_id))
            if await self._threads.run(act, reference, user, conversation_id=conversation_id):
                log(LogEvent.CONVERSATION_TAKEN_OVER)
                self._said()

    async def hand_back(
        self, reference: str, user: User, *, conversation_id: str | None = None
    ) -> None:
        """Let the assistant answer again, and tell the patient that the person has left."""
        if await self._threads.run(
            self._store.hand_back, reference, user, conversation_id=conversation_id
        ):
            log(LogEvent.CONVERSATION_HANDED_BACK)
            self._said()

    async def write(
        self,
        reference: str,
        user: User,
        text: str,
        *,
        key: str = "",
        conversation_id: str | None = None,
    ) -> Message:
        """Say something to the patient; the stored message.

        Args:
            key: the same key stores a message once, however often it is sent.

        Raises:
            HandOverError: the text is empty or too long.
            OptedOutError: the patient wants no texts.
            NotOwnerError: nobody has the conversation.
        """
        plain = "\n".join(map(normalise, text.strip().splitlines()))
        if not plain.strip():
            raise HandOverError(HandOverRefusal.TEXT_EMPTY)
        if len(plain) > self._limits.longest_text:
            raise HandOverError(HandOverRefusal.TEXT_TOO_LONG)
        try:
            said = await self._threads.run(
                self._store.write,
                reference,
                user,
                plain,
                key=key,
                conversation_id=conversation_id,
            )
        except TextTooLongError:
            raise HandOverError(HandOverRefusal.TOO_LONG_TO_TEXT) from None
        self._said()
        return said

    async def release_idle(self) -> None:
        """Hand back what its owner has left alone for too long: a patient never gets silence."""
        before = datetime.now(timezone.utc) - timedelta(minutes=self._limits.idle_minutes)
        for conversation_id in await self._threads.run(self._store.idle, before):
            with suppress(NoConversationError):
                if await self._threads.run(self._store.take_away, conversation_id, before):
                    log(LogEvent.CONVERSATION_HANDED_BACK)
                    self._said()
