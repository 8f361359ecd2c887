"""A request is soon after a question that the assistant had to decline, and routine otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.database.engine import Database
from bot.database.vault import Vault
from bot.gateway.records import Submission, Turn, digest
from bot.gateway.request_urgency import urgency_of
from bot.gateway.store import ConversationStore
from bot.intake.records import Urgency
from bot.replies.reply import Reply, ReplyKind
from tests.databases import CLINIC, INDEX_KEY, VAULT

OTHER = Vault(["B" * 43], INDEX_KEY)


@pytest.fixture
def store(database: Database) -> ConversationStore:
    return ConversationStore(database, VAULT, CLINIC)


def said(store: ConversationStore, number: int, kind: ReplyKind | None, token: str = "t") -> Turn:
    """One more turn, answered by a reply of this kind or not at all."""
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    if store.conversation_of(digest(token)) is None:
        store.open_session(digest(token), later, Reply(kind=ReplyKind.CHITCHAT, text="Hello."))
    conversation = store.conversation_of(digest(token))
    assert conversation
    submission = Submission(digest(f"{number}"), digest("said"), digest("said"), text="said")
    turn = store.accept(conversation, submission, expires_at=later, has_room=True).turn
    if kind:
        store.complete(turn, (Reply(kind=kind, text="Answer."),))
    return turn


def judged(database: Database, turn: Turn, vault: Vault = VAULT) -> Urgency:
    with database.reading() as connection:
        return urgency_of(connection, vault, turn)


@pytest.mark.parametrize("kind", ReplyKind)
def test_only_a_declined_question_makes_it_soon(
    database: Database, store: ConversationStore, kind: ReplyKind
) -> None:
    said(store, 0, kind)
    for number in range(1, 9):
        said(store, number, ReplyKind.INTAKE)
    turn = said(store, 9, None)
    soon = kind is ReplyKind.PERSONAL_ADVICE
    assert judged(database, turn) is (Urgency.SOON if soon else Urgency.ROUTINE)


def test_a_day_later_it_is_another_matter(database: Database, store: ConversationStore) -> None:
    said(store, 0, ReplyKind.PERSONAL_ADVICE)
    turn = said(store, 1, None)
    later = replace(turn, received_at=turn.received_at + timedelta(hours=24, seconds=1))
    assert judged(database, later) is Urgency.ROUTINE


def test_another_conversation_does_not_count(database: Database, store: ConversationStore) -> None:
    said(store, 0, ReplyKind.PERSONAL_ADVICE, token="other")
    assert judged(database, said(store, 1, None)) is Urgency.ROUTINE


def test_what_no_key_opens_does_not_stop_a_request(
    database: Database, store: ConversationStore
) -> None:
    said(store, 0, ReplyKind.PERSONAL_ADVICE)
    assert judged(database, said(store, 1, None), OTHER) is Urgency.ROUTINE
