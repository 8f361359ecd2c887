"""Answers a message in which the screen finds danger: soon and rightly, whatever else fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, timezone
from functools import partial
from typing import Any

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.answering import Answerer
from bot.gateway.errors import RefusalError
from bot.gateway.limits import AlertLimits
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import AlertOutcome, Metrics
from bot.gateway.recent_disclosures import RecentDisclosures
from bot.gateway.records import Message, Submission
from bot.gateway.refused_alerts import RefusedAlerts
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.danger_before import DangerBefore
from bot.safety.screen import SafetyHit

Messages = tuple[Message, ...]


class SafetyFirst:
    """Neither a limit nor a slow or broken database keeps the safety reply from somebody."""

    def __init__(
        self, answerer: Answerer, alerts: AlertKeeper, limits: AlertLimits, metrics: Metrics
    ) -> None:
        self._refused = RefusedAlerts(limits.refused)
        self._disclosures = RecentDisclosures(limits.disclosures)
        self._answerer = answerer
        self._alerts = alerts
        self._limits = limits
        self._metrics = metrics
        self._attempts: set[asyncio.Task[Messages]] = set()

    async def answer(
        self,
        hit: SafetyHit,
        submission: Submission,
        attempt: Coroutine[Any, Any, Messages],
        *,
        sender: str,
    ) -> Messages:
        """The messages of `attempt`, which stores them; the fixed reply if that fails or is slow.

        A slow attempt goes on by itself. It comes to the same message, and its alert has the same
        id as the one that is kept here.

        Args:
            sender: the group of client addresses that it came from.
        """
        occurred_at = datetime.now(timezone.utc)
        told_before = self._disclosures.count_before(
            submission.turn_id, submission.session_digest, occurred_at
        )
        task = asyncio.create_task(attempt)
        self._attempts.add(task)
        task.add_done_callback(partial(self._ended, submission.turn_id))
        await asyncio.wait({task}, timeout=self._limits.database_seconds)
        if _succeeded(task):
            return task.result()
        self._metrics.count_safety_hit(hit.kind, stored=False)
        log(LogEvent.SAFETY_REPLY_NOT_STORED, logging.WARNING, kind=hit.kind)
        alert_id = submission.alert_id or submission.turn_id
        alert = SafetyAlert.of_screen(hit, id=alert_id, occurred_at=occurred_at)
        await self._keep(alert, task, sender)
        before = DangerBefore(safety_replies=told_before)
        reply = self._answerer.safety_reply(hit, submission.turn_id, before)
        answer = Message.answering(submission.turn_id, (reply,))
        if task.done():
            self._answerer.settled(submission.turn_id)
            if _succeeded(task):
                return task.result()
            return tuple([message.unstored() for message in answer])
        return answer

    async def _keep(self, alert: SafetyAlert, task: asyncio.Task[Messages], sender: str) -> None:
        # What is only slow gets its conversation, and a record of its own.
        kept = self._refused.placed(alert, sender) if _refused(task) else alert
        if kept is None:
            self._metrics.count_alert(alert.kind, AlertOutcome.COUNTED)
            return
        await self._alerts.keep(kept, attempt=task)

    def _ended(self, turn_id: str, task: asyncio.Task[Messages]) -> None:
        self._attempts.discard(task)
        self._answerer.settled(turn_id)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, (RefusalError, DatabaseUnavailableError)):
            log_failure(LogEvent.REQUEST_FAILED, error)


def _refused(task: asyncio.Task[Messages]) -> bool:
    return task.done() and not task.cancelled() and isinstance(task.exception(), RefusalError)


def _succeeded(task: asyncio.Task[Messages]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
