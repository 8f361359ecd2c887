"""Turns one message into replies that may be shown. Whatever fails, there is a reply."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.gateway.fallbacks import FallbackReason
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import Metrics
from bot.gateway.rasa_client import RasaAnswer, RasaClient, RasaError
from bot.gateway.records import Turn
from bot.replies.composer import ReplyComposer
from bot.replies.reply import Reply, ReplyKind
from bot.replies.reply_check import fault_in
from bot.replies.understanding import Intent
from bot.safety.danger import SafetyKind
from bot.safety.screen import SafetyHit, SafetyScreen

_SAFETY_KINDS = {Intent.CRISIS: ReplyKind.CRISIS, Intent.EMERGENCY: ReplyKind.EMERGENCY}

_DANGERS = {ReplyKind.CRISIS: SafetyKind.CRISIS, ReplyKind.EMERGENCY: SafetyKind.EMERGENCY}


@dataclass(frozen=True)
class Answer:
    """Replies that may be shown. `danger` is what the message newly tells of, if it does."""

    replies: tuple[Reply, ...]
    danger: SafetyKind | None = None


class Answerer:
    """Asks the safety screen, then Rasa, and checks what comes back."""

    def __init__(
        self, rasa: RasaClient, composer: ReplyComposer, screen: SafetyScreen, metrics: Metrics
    ) -> None:
        self._rasa = rasa
        self._composer = composer
        self._screen = screen
        self._metrics = metrics

    def screened(self, text: str, earlier: Sequence[str] = ()) -> SafetyHit | None:
        """What the safety screen finds. A failing screen is logged and finds nothing."""
        try:
            return self._screen.check(text, earlier)
        except Exception as error:
            log_failure(LogEvent.SCREEN_FAILED, error)
            return None

    def safety_reply(self, hit: SafetyHit) -> Reply:
        """The fixed reply to what the screen found."""
        crisis = hit.kind is SafetyKind.CRISIS
        return self._composer.crisis() if crisis else self._composer.emergency()

    async def ask(self, turn: Turn, after: ReplyKind | None) -> Answer:
        """Rasa's replies, or the fixed ones where they may not be shown.

        Args:
            after: the kind of the conversation's previous reply.
        """
        after_danger = _DANGERS.get(after) if after else None
        try:
            answer = await self._rasa.ask(
                turn.conversation_id,
                turn.id,
                text=turn.text,
                payload=turn.payload,
                after_danger=after_danger,
            )
            replies = self._checked(answer)
            return Answer(replies, _danger_in(answer.intent, replies, after_danger))
        except RasaError as failure:
            replies = self.fallback(failure.reason, failure.intent)
            return Answer(replies, _danger_in(failure.intent, replies, after_danger))
        except Exception as error:
            log_failure(LogEvent.TURN_FAILED, error)
            return Answer(self.fallback(FallbackReason.INTERNAL))

    def fallback(self, reason: FallbackReason, intent: Intent | None = None) -> tuple[Reply, ...]:
        """The fixed reply for when Rasa's cannot be shown."""
        self._metrics.count_fallback(reason)
        log(LogEvent.FALLBACK_GIVEN, logging.WARNING, reason=reason)
        if intent is Intent.CRISIS:
            return (self._composer.crisis(),)
        if intent is Intent.EMERGENCY:
            return (self._composer.emergency(),)
        return (self._composer.unavailable(),)

    def _checked(self, answer: RasaAnswer) -> tuple[Reply, ...]:
        if not answer.replies:
            return self.fallback(FallbackReason.NO_REPLY, answer.intent)
        for reply in answer.replies:
            fault = fault_in(reply, self._composer.disclaimers)
            if fault:
                return self.fallback(FallbackReason.of(fault), answer.intent)
        owed = _SAFETY_KINDS.get(answer.intent) if answer.intent else None
        if owed and owed not in {reply.kind for reply in answer.replies}:
            return self.fallback(FallbackReason.SAFETY_REPLY_MISSING, answer.intent)
        return answer.replies


def _danger_in(
    intent: Intent | None, replies: Sequence[Reply], after: SafetyKind | None
) -> SafetyKind | None:
    """The danger that a message newly tells of.

    A safety reply to another intent repeats the one before, because nothing new was asked. Where
    there was none before it cannot be a repetition.
    """
    kinds = [_SAFETY_KINDS[intent]] if intent in _SAFETY_KINDS else []
    if after is None:
        kinds += [reply.kind for reply in replies]
    return next((_DANGERS[kind] for kind in kinds if kind in _DANGERS), None)
