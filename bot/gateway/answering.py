"""Turns one message into replies that may be shown. Whatever fails, there is a reply."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import anyio

from bot.gateway.fallbacks import FallbackReason
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import Metrics
from bot.gateway.rasa_client import RasaAnswer, RasaClient, RasaError
from bot.gateway.records import Turn
from bot.replies.composer import ReplyComposer
from bot.replies.danger_before import DangerBefore
from bot.replies.reply import Reply
from bot.replies.reply_check import fault_in
from bot.safety.danger import Danger
from bot.safety.screen import SafetyHit, SafetyScreen

_NO_DANGER = DangerBefore()


@dataclass(frozen=True)
class Answer:
    """Replies that may be shown. `danger` is what the message newly tells of, if it does.

    `unheard`: Rasa gave no answer, and may give one when it is asked again.
    """

    replies: tuple[Reply, ...]
    danger: Danger | None = None
    unheard: bool = False

    @property
    def has_request(self) -> bool:
        """Whether something is asked of the clinic, which has to be stored with the answer."""
        return any(reply.request for reply in self.replies)


@dataclass(frozen=True)
class Finding:
    """What was found in a text by itself. `dismissed`: Rasa took a find in doubt for harmless."""

    hit: SafetyHit | None = None
    dismissed: bool = False


NOTHING_FOUND = Finding()


@dataclass(frozen=True)
class _Opinion:
    """The danger that Rasa takes a text to tell of; None: it takes it for harmless."""

    danger: Danger | None


#: While a person of staff answers, the assistant is silent.
NOTHING_TO_SAY = Answer(())


class Answerer:
    """Asks the safety screen, then Rasa, and checks what comes back."""

    def __init__(
        self,
        rasa: RasaClient,
        composer: ReplyComposer,
        screen: SafetyScreen,
        metrics: Metrics,
        *,
        doubt_seconds: float,
    ) -> None:
        self._rasa = rasa
        self._composer = composer
        self._screen = screen
        self._metrics = metrics
        self._doubt_seconds = doubt_seconds
        self._safety_replies: dict[str, Reply] = {}

    async def look_at(self, text: str, *, ask_rasa: bool = True) -> Finding:
        """What the safety screen finds in a text, unless in doubt and Rasa takes it for harmless.

        A failing screen is logged and finds nothing; without Rasa's opinion a find counts.

        Args:
            ask_rasa: whether Rasa may be asked at all.
        """
        hit = self._screened(text)
        if hit is None or not hit.doubtful or not ask_rasa:
            return Finding(hit)
        harmless = await self._is_harmless(text)
        return Finding(None if harmless else hit, dismissed=harmless)

    async def danger_in(
        self, text: str, earlier: Sequence[str] = (), *, found: Finding | None = None
    ) -> SafetyHit | None:
        """The danger in a text after what was said before.

        Args:
            earlier: what the patient wrote just before, oldest first.
            found: what was found in the text by itself, if it was looked at: Rasa is not asked
                about it again, and what was believed then stands.
        """
        hit = self._screened(text, earlier)
        if hit is None or not hit.doubtful:
            return hit or (found.hit if found else None)
        if found and not hit.spread:
            return None if found.dismissed else found.hit or hit
        if found and found.hit:
            return found.hit
        said = ". ".join([*earlier, text]) if hit.spread else text
        return None if await self._is_harmless(said) else hit

    def _screened(self, text: str, earlier: Sequence[str] = ()) -> SafetyHit | None:
        try:
            return self._screen.check(text, earlier)
        except Exception as error:
            log_failure(LogEvent.SCREEN_FAILED, error)
            return None

    async def _is_harmless(self, text: str) -> bool:
        with anyio.move_on_after(self._doubt_seconds):
            opinion = await self._opinion(text)
            return opinion is not None and opinion.danger is None
        return False

    def safety_reply(self, hit: SafetyHit, turn_id: str, before: DangerBefore) -> Reply:
        """The fixed reply to what the screen found: one and the same until the turn is `settled`.

        Args:
            before: what the conversation's latest replies said of danger.
        """
        reply = self._composer.danger(hit.danger, before.safety_replies)
        return self._safety_replies.setdefault(turn_id, reply)

    def settled(self, turn_id: str) -> None:
        """Nobody answers this turn any more."""
        self._safety_replies.pop(turn_id, None)

    async def ask(self, turn: Turn, before: DangerBefore) -> Answer:
        """Rasa's replies, or the fixed ones where they may not be shown.

        Args:
            before: what the conversation's latest replies said of danger.
        """
        try:
            answer = await self._rasa.ask(
                turn.conversation_id,
                turn.id,
                text=turn.text,
                payload=turn.payload,
                before=before,
                again=turn.again,
                phone_ending=turn.phone_ending,
            )
            replies = _with_requests(self._checked(answer, before), answer)
            return Answer(replies, _new_danger(answer.danger, replies, before))
        except RasaError as failure:
            replies = self.fallback(failure.reason, failure.danger, before)
            danger = _new_danger(failure.danger, replies, before)
            return Answer(replies, danger, unheard=not any(reply.danger for reply in replies))
        except Exception as error:
            log_failure(LogEvent.TURN_FAILED, error)
            return Answer(self.fallback(FallbackReason.INTERNAL), unheard=True)

    def late(self) -> Answer:
        """The fixed reply where Rasa did not answer in time."""
        return Answer(self.fallback(FallbackReason.LATE), unheard=True)

    async def listen(self, turn: Turn, before: DangerBefore) -> Answer:
        """The answer to a message that a person of staff answers: nothing, unless it is danger.

        The person gets the message whatever becomes of Rasa.

        Args:
            before: what the conversation's latest replies said of danger.
        """
        if turn.payload is not None:
            return NOTHING_TO_SAY
        opinion = await self._opinion(turn.text)
        if opinion is None or opinion.danger is None:
            return NOTHING_TO_SAY
        reply = self._composer.danger(opinion.danger, before.safety_replies)
        return Answer((reply,), opinion.danger)

    async def takes_for_danger(self, text: str) -> bool:
        """Whether Rasa takes a text for a danger, if it can say so in time."""
        with anyio.move_on_after(self._doubt_seconds):
            opinion = await self._opinion(text)
            return opinion is not None and opinion.danger is not None
        return False

    async def _opinion(self, text: str) -> _Opinion | None:
        """What Rasa takes a text for; None if it does not say."""
        try:
            return _Opinion(await self._rasa.understand(text))
        except RasaError as failure:
            log(LogEvent.NOT_UNDERSTOOD, logging.WARNING, reason=failure.reason)
        except Exception as error:
            log_failure(LogEvent.TURN_FAILED, error)
        return None

    def fallback(
        self,
        reason: FallbackReason,
        danger: Danger | None = None,
        before: DangerBefore = _NO_DANGER,
    ) -> tuple[Reply, ...]:
        """The fixed reply for when Rasa's cannot be shown.

        Args:
            danger: what the message tells of all the same.
            before: what the conversation's latest replies said of danger.
        """
        self._metrics.count_fallback(reason)
        log(LogEvent.FALLBACK_GIVEN, logging.WARNING, reason=reason)
        if danger is None:
            return (self._composer.unavailable(),)
        return (self._composer.danger(danger, before.safety_replies),)

    def _checked(self, answer: RasaAnswer, before: DangerBefore) -> tuple[Reply, ...]:
        if not answer.replies:
            return self.fallback(FallbackReason.NO_REPLY, answer.danger, before)
        for reply in answer.replies:
            fault = fault_in(reply, self._composer.disclaimers)
            if fault:
                return self.fallback(FallbackReason.of(fault), answer.danger, before)
        if answer.danger and not any(reply.danger for reply in answer.replies):
            return self.fallback(FallbackReason.SAFETY_REPLY_MISSING, answer.danger, before)
        return answer.replies


def _with_requests(shown: tuple[Reply, ...], answer: RasaAnswer) -> tuple[Reply, ...]:
    """What may be shown, and whatever is asked of the clinic: that is not lost with its company."""
    return (*shown, *(reply for reply in answer.replies if reply.request and reply not in shown))


def _new_danger(
    understood: Danger | None, replies: Sequence[Reply], before: DangerBefore
) -> Danger | None:
    """The danger that a message newly tells of.

    A safety reply to a message that was not understood as danger repeats the one before, because
    nothing new was asked. Where there was none before it cannot be a repetition.
    """
    if understood or before.danger:
        return understood
    return next((reply.danger for reply in replies if reply.danger), None)
