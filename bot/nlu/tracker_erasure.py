"""Deletes a conversation from Rasa's tracker store; Rasa has no way to (RasaHQ/rasa #10719)."""

from __future__ import annotations

import asyncio

from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from sqlalchemy import text


class ErasureError(Exception):
    """The conversation could not be deleted. Never says which."""


async def forget_conversation(store: TrackerStore, conversation_id: str) -> None:
    """Delete every event of one conversation. Deleting what is not there is no error.

    Raises:
        ErasureError: the store is of a kind whose events cannot be deleted here, or somebody who
            reads it kept the words from leaving its log; deleting again puts that right.
    """
    if isinstance(store, FailSafeTrackerStore):
        # Where Rasa keeps a conversation that its database did not take.
        await forget_conversation(store.fallback_tracker_store, conversation_id)
    if isinstance(store, (FailSafeTrackerStore, AwaitableTrackerStore)):
        await forget_conversation(store._tracker_store, conversation_id)
    elif isinstance(store, SQLTrackerStore):
        await asyncio.to_thread(_delete_rows, store, conversation_id)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(conversation_id, None)
    else:
        raise ErasureError(f"{type(store).__name__} cannot delete a conversation")


def _delete_rows(store: SQLTrackerStore, conversation_id: str) -> None:
    with store.session_scope() as session:
        session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == conversation_id).delete()
        session.commit()
    if store.engine.dialect.name == "sqlite":
        # Out of the write-ahead log too, where there is one.
        with store.engine.connect() as connection:
            busy, *_ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
        if busy:
            raise ErasureError("the write-ahead log is in use")
