"""Stores answers with what belongs to them. Where that fails, the patient is told at once."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.database.engine import DatabaseUnavailableError
from bot.gateway.alert_keeper import AlertKeeper
from bot.gateway.answering import Answer
from bot.gateway.database_threads import DatabaseThreads
from bot.gateway.log_events import LogEvent, log, log_failure
from bot.gateway.metrics import Metrics
from bot.gateway.records import Message, Turn, id_from
from bot.gateway.request_book import RequestBook
from bot.gateway.store import ConversationStore
from bot.gateway.store_queries import ConversationGoneError
from bot.intake.safety_alerts import SafetyAlert
from bot.replies.reply import Reply

Messages = tuple[Message, ...]

#: Why an answer is not stored, though nothing is wrong with this program.
EXPECTED_FAILURES = (ConversationGoneError, DatabaseUnavailableError)


class AnswerKeeper:
    """Stores an answer, its safety alert and its request to the clinic together.

    Args:
        notify: called when the clinic has something new to be told of.
    """

    def __init__(
        self,
        store: ConversationStore,
        threads: DatabaseThreads,
        alerts: AlertKeeper,
        requests: RequestBook,
        notify: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._threads = threads
        self._alerts = alerts
        self._requests = requests
        self._notify = notify
        self._metrics = metrics
        self._waiting: dict[str, tuple[Turn, Answer]] = {}

    def waiting(self, turn: Turn) -> Answer | None:
        """The answer to this turn whose request could not be stored yet."""
        _, answer = self._waiting.get(turn.id, (None, None))
        return answer

    def forget(self, conversation_id: str) -> None:
        """The conversation is deleted: what could not be stored of it never will be."""
        for turn, _ in list(self._waiting.values()):
            if turn.conversation_id == conversation_id:
                del self._waiting[turn.id]

    async def store(self, turn: Turn, answer: Answer) -> Messages:
        """Store an answer; the messages that the patient reads.

        A danger or a request that cannot be stored is answered all the same.

        Raises:
            ConversationGoneError: the conversation was deleted meanwhile.
            DatabaseUnavailableError: it cannot be stored, and may be said again later.
        """
        if answer.danger is not None:
            alert = SafetyAlert.of_classifier(
                answer.danger,
                id=turn.alert_id or turn.id,
                occurred_at=turn.received_at,
                conversation_id=turn.conversation_id,
            )
            messages, _ = await self.store_danger(turn, answer, alert)
            return messages
        if answer.has_request:
            return await self._store_request(turn, answer)
        done = await self._threads.run(self._store.complete, turn, answer.replies)
        return done.messages

    def unsent(self, turn: Turn, title: str) -> Messages:
        """What is said of a press of Send that Rasa has not heard: nobody has the request yet.

        The turn stays unanswered in the database, so upkeep comes back to it.

        Args:
            title: what the button is called in the form's language.
        """
        if not turn.again:
            self._metrics.count_request(stored=False)
            log(LogEvent.REQUEST_NOT_STORED, logging.ERROR)
        return _told_meanwhile(turn, self.never_sent(title).replies)

    def never_sent(self, title: str) -> Answer:
        """The last word on a press of Send that Rasa never heard."""
        # Without a choice of its own it leaves Send open.
        reply = self._requests.not_sent(title).copy(update={"buttons": ()})
        return Answer((reply,))

    async def store_danger(
        self, turn: Turn, answer: Answer, alert: SafetyAlert
    ) -> tuple[Messages, bool]:
        """Store reply and alert together; if that fails keep the alert and give the reply."""
        requests = self._requests if answer.has_request else None
        try:
            done = await self._threads.run(
                self._store.complete, turn, answer.replies, alert, requests
            )
        except Exception as error:
            if not isinstance(error, EXPECTED_FAILURES):
                log_failure(LogEvent.TURN_FAILED, error)
            log(LogEvent.SAFETY_REPLY_NOT_STORED, logging.WARNING, kind=alert.kind)
            await self._alerts.keep(alert)
            return _unstored(turn, self._requests.not_entered(answer.replies)), False
        if done.new_alert:
            self._alerts.stored(alert)
        if requests:
            self._request_stored()
        log(LogEvent.SAFETY_REPLY_GIVEN, kind=alert.kind)
        return done.messages, True

    async def _store_request(self, turn: Turn, answer: Answer) -> Messages:
        """Store answer and request together; if that fails say so and keep both for another try.

        The turn stays unanswered in the database, so upkeep comes back to it.
        """
        try:
            done = await self._threads.run(
                self._store.complete, turn, answer.replies, None, self._requests
            )
        except ConversationGoneError:
            self._waiting.pop(turn.id, None)
            raise
        except Exception as error:
            if not isinstance(error, DatabaseUnavailableError):
                log_failure(LogEvent.TURN_FAILED, error)
            if turn.id not in self._waiting:
                self._metrics.count_request(stored=False)
                log(LogEvent.REQUEST_NOT_STORED, logging.ERROR)
            self._waiting[turn.id] = (turn, answer)
            return _told_meanwhile(turn, self._requests.not_entered(answer.replies))
        self._waiting.pop(turn.id, None)
        self._request_stored()
        return done.messages

    def _request_stored(self) -> None:
        self._metrics.count_request(stored=True)
        log(LogEvent.REQUEST_STORED)
        self._notify()


def _told_meanwhile(turn: Turn, replies: tuple[Reply, ...]) -> Messages:
    """Under other ids than those of the answer, which comes later and has to be shown too."""
    answer = Message.answering(id_from(turn.id, "meanwhile"), replies)
    return tuple([message.unstored() for message in answer])


def _unstored(turn: Turn, replies: tuple[Reply, ...]) -> Messages:
    return tuple([message.unstored() for message in Message.answering(turn.id, replies)])
