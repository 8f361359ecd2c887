"""Finds the questions of a period that patients got no good answer to. Only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from bot.content.library import Topic
from bot.database.engine import Database
from bot.database.schema import (
    buttons,
    conversation_owners,
    conversations,
    messages,
    safety_alerts,
    turns,
)
from bot.database.vault import Vault, VaultError
from bot.gateway.feedback_report import unhelpful_messages
from bot.replies.payloads import label_of
from bot.replies.reply import Reply
from bot.review.listed import (
    Outcome,
    ReviewedReply,
    ReviewedTurn,
    complained_of,
    outcome_of,
    questions_among,
)
from bot.review.period import Period
from bot.safety.screen import EARLIER_MESSAGES

#: Conversations that are read in one transaction: the product goes on writing in between.
_BATCH = 100


class Screen(Protocol):
    """What finds danger in a text."""

    def check(self, text: str, earlier: Sequence[str] = ()) -> object | None:
        """Something if there is danger in `text` after `earlier` ones, or None."""


@dataclass(frozen=True)
class Question:
    """What a patient asked. `person` tells one from another, and nothing else.

    `shown` are the answers that were given or offered as buttons in reply.
    """

    text: str = field(repr=False)
    outcome: Outcome
    person: str = field(repr=False)
    day: date
    shown: frozenset[Topic] = frozenset()


@dataclass(frozen=True)
class Findings:
    """The questions to list, how many were asked at all, and how many no key opens."""

    questions: tuple[Question, ...]
    asked: int
    unreadable: int


class QuestionReader:
    """Reads the conversations of one database."""

    def __init__(self, database: Database, vault: Vault, screen: Screen) -> None:
        self._database = database
        self._vault = vault
        self._screen = screen

    def read(self, period: Period) -> Findings:
        """The questions of a period.

        Raises:
            DatabaseUnavailableError: the database cannot do it.
        """
        with self._database.reading() as connection:
            ids = _conversations_of(connection, period)
        found: list[Question] = []
        asked = unreadable = 0
        for start in range(0, len(ids), _BATCH):
            for talk in self._talks(ids[start : start + _BATCH], period):
                found += talk.questions
                asked += talk.asked
                unreadable += talk.unreadable
        return Findings(tuple(found), asked, unreadable)

    def _talks(self, ids: Sequence[str], period: Period) -> Iterator[Findings]:
        with self._database.reading() as connection:
            rows = _turn_rows(connection, ids, period)
            replies = self._replies(connection, ids)
            offers = _offers(connection, ids)
            unhelpful = unhelpful_messages(connection, ids)
        for _, of_one in groupby(rows, key=lambda row: row.conversation_id):
            talk = list(of_one)
            reviewed = [_reviewed(row, replies.get(row.id, ())) for row in talk]
            yield self._findings(talk[0], reviewed, offers, unhelpful, period)

    def _findings(
        self,
        conversation: Row,
        reviewed: Sequence[ReviewedTurn],
        offers: dict[str, frozenset[Topic]],
        unhelpful: frozenset[str],
        period: Period,
    ) -> Findings:
        questions, asked, unreadable = [], 0, 0
        unhelpful |= complained_of(reviewed)
        for turn in questions_among(reviewed):
            if turn.at < period.starts_at:
                continue
            asked += not turn.by_button
            outcome = outcome_of(turn, unhelpful)
            if outcome is None:
                continue
            said = self._said(reviewed, turn)
            if said is None:
                unreadable += 1
            elif self._screen.check(said[-1], said[:-1]) is None:
                person = conversation.thread_id or conversation.conversation_id
                shown = offers.get(turn.id, frozenset()) | _answered(turn)
                day = period.day_of(turn.at)
                questions.append(Question(said[-1], outcome, person, day, shown))
        return Findings(tuple(questions), asked, unreadable)

    def _said(self, reviewed: Sequence[ReviewedTurn], turn: ReviewedTurn) -> list[str] | None:
        """The text of a turn behind those that the screen reads with it; None: no key opens it."""
        own = self._opened(turn.sealed_text)
        if own is None:
            return None
        spoken = [each for each in reviewed[: reviewed.index(turn)] if each.sealed_text]
        earlier = [self._opened(each.sealed_text) for each in spoken[-EARLIER_MESSAGES:]]
        return [*(text for text in earlier if text is not None), own]

    def _replies(
        self, connection: Connection, ids: Sequence[str]
    ) -> dict[str, tuple[ReviewedReply, ...]]:
        """What was replied, by turn."""
        found: dict[str, tuple[ReviewedReply, ...]] = {}
        for row in connection.execute(
            select(messages.c.id, messages.c.turn_id, messages.c.author_id, messages.c.reply)
            .select_from(turns.join(messages))
            .where(turns.c.conversation_id.in_(ids))
            .order_by(messages.c.position)
        ):
            opened = self._opened(row.reply)
            reply = None if opened is None else Reply.parse_raw(opened)
            reviewed = ReviewedReply(row.id, row.author_id is not None, reply)
            found[row.turn_id] = (*found.get(row.turn_id, ()), reviewed)
        return found

    def _opened(self, sealed: str | None) -> str | None:
        try:
            return None if sealed is None else self._vault.open(sealed)
        except VaultError:
            return None


def _conversations_of(connection: Connection, period: Period) -> list[str]:
    """The conversations in which something was said in the period."""
    rows = connection.execute(
        select(turns.c.conversation_id)
        .distinct()
        .where(turns.c.received_at >= period.starts_at, turns.c.received_at < period.ends_before)
        .order_by(turns.c.conversation_id)
    )
    return [row.conversation_id for row in rows]


def _turn_rows(connection: Connection, ids: Sequence[str], period: Period) -> list[Row]:
    """The turns of conversations up to the end of the period, each conversation's in order.

    Those before the period tell whether a form was open when it began.
    """
    return connection.execute(
        select(
            turns,
            conversations.c.thread_id,
            conversation_owners.c.since.label("owned_since"),
            # An alert has the id of its turn.
            safety_alerts.c.id.label("alert_id"),
        )
        .select_from(
            turns.join(conversations)
            .outerjoin(
                conversation_owners, conversation_owners.c.conversation_id == conversations.c.id
            )
            .outerjoin(safety_alerts, safety_alerts.c.id == turns.c.id)
        )
        .where(turns.c.conversation_id.in_(ids), turns.c.received_at < period.ends_before)
        .order_by(turns.c.conversation_id, turns.c.position)
    ).all()


def _reviewed(row: Row, replies: tuple[ReviewedReply, ...]) -> ReviewedTurn:
    return ReviewedTurn(
        id=row.id,
        at=row.received_at,
        sealed_text=row.text,
        by_button=row.payload is not None,
        alerted=row.alert_id is not None,
        owned=row.owned_since is not None and row.received_at >= row.owned_since,
        replies=replies,
    )


def _offers(connection: Connection, ids: Sequence[str]) -> dict[str, frozenset[Topic]]:
    """The answers that were offered as buttons, by turn."""
    found: dict[str, frozenset[Topic]] = {}
    for row in connection.execute(
        select(messages.c.turn_id, buttons.c.payload)
        .select_from(turns.join(messages).join(buttons))
        .where(turns.c.conversation_id.in_(ids))
    ):
        topic = _topic_of(row.payload)
        if topic:
            found[row.turn_id] = found.get(row.turn_id, frozenset()) | {topic}
    return found


def _topic_of(payload: str) -> Topic | None:
    try:
        return label_of(payload).topic
    except ValueError:
        return None


def _answered(turn: ReviewedTurn) -> frozenset[Topic]:
    """The answers that were given in reply."""
    return frozenset(
        [Topic(reply.page, reply.topic) for reply in turn.opened if reply.page and reply.topic]
    )
