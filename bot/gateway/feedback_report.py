"""What patients said of the answers, for whoever writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.engine import Connection

from bot.database.schema import feedback
from bot.database.vault import Vault, VaultError


@dataclass(frozen=True)
class Judgement:
    """How often one wording of an answer did and did not help."""

    page: str
    topic: str
    content_version: str
    helped: int
    did_not: int


@dataclass(frozen=True)
class Comment:
    """What was written about an answer, redacted. `text` is None where no key opens it."""

    at: datetime
    page: str
    topic: str
    content_version: str
    helpful: bool
    text: str | None = field(repr=False)


def judgements(connection: Connection) -> list[Judgement]:
    """Every wording that was judged, those that most often did not help first."""
    helped = func.sum(case((feedback.c.helpful.is_(True), 1), else_=0))
    did_not = func.sum(case((feedback.c.helpful.is_(False), 1), else_=0))
    named = (feedback.c.page, feedback.c.topic, feedback.c.content_version)
    rows = connection.execute(
        select(*named, helped, did_not).group_by(*named).order_by(did_not.desc(), *named)
    )
    return [Judgement(*row) for row in rows]


def comments(connection: Connection, vault: Vault, most: int) -> list[Comment]:
    """The latest comments, newest first."""
    rows = connection.execute(
        select(feedback)
        .where(feedback.c.sealed_comment.is_not(None))
        .order_by(feedback.c.at.desc(), feedback.c.id)
        .limit(most)
    )
    return [
        Comment(
            row.at,
            row.page,
            row.topic,
            row.content_version,
            row.helpful,
            _opened(vault, row.sealed_comment),
        )
        for row in rows
    ]


def unhelpful_messages(connection: Connection, conversation_ids: Sequence[str]) -> frozenset[str]:
    """The ids of the messages of these conversations that did not help."""
    rows = connection.execute(
        select(feedback.c.message_id).where(
            feedback.c.conversation_id.in_(conversation_ids), feedback.c.helpful.is_(False)
        )
    )
    return frozenset(row.message_id for row in rows)


def _opened(vault: Vault, sealed: str) -> str | None:
    try:
        return vault.open(sealed)
    except VaultError:
        return None
