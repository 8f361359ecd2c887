"""Rasa's SQL tracker store, kept private, and as quick in a long conversation as in a new one."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Dict, List, Optional, Type

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from sqlalchemy import create_engine, event, func, insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import URL
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

from bot.nlu.short_sessions import begin_session_if_long

#: Of a tracker: how many of its events the database holds.
_STORED = "events_in_database"

#: Finds where the latest session begins without reading the others.
_INDEX = "CREATE INDEX IF NOT EXISTS ix_events_type ON events (sender_id, type_name, id)"


class PrivateSQLTrackerStore(SQLTrackerStore):
    """Named in deploy/endpoints.yml.

    A statement that fails is logged by Rasa with its error's text, and SQLAlchemy puts the
    parameters, which hold the conversation, into that text unless told not to.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        **kwargs: Any,
    ) -> None:
        self.engine: Engine
        super().__init__(domain=domain, event_broker=event_broker, **kwargs)
        if self.engine.dialect.name == "sqlite":
            self.engine.dispose()
            self.engine = _open_sqlite(self.engine.url)
            self.sessionmaker = sessionmaker(bind=self.engine)
        self.engine.hide_parameters = True
        self._rows = self.SQLEvent.__table__
        with self.engine.begin() as connection:
            connection.execute(text(_INDEX))

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> Optional[DialogueStateTracker]:
        columns = self._rows.c
        query = select(columns.data).where(columns.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            begun = select(func.max(columns.id)).where(
                columns.sender_id == sender_id, columns.type_name == SessionStarted.type_name
            )
            query = query.where(columns.id >= func.coalesce(begun.scalar_subquery(), 0))
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.id)).scalars().all()
        if not rows or not self.domain:
            return None
        events = [_event_of(json.loads(row)) for row in rows]
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        if not fetch_events_from_all_sessions:
            setattr(tracker, _STORED, len(events))
            begin_session_if_long(tracker, self.domain.session_config)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that the tracker got since it was retrieved."""
        await self.stream_events(tracker)
        stored = getattr(tracker, _STORED, None)
        if stored is None:
            with self.session_scope() as session:
                new = list(self._additional_events(session, tracker))
        else:
            new = list(tracker.events)[stored:]
        if new:
            rows = [_row_of(tracker.sender_id, one) for one in new]
            with self.engine.begin() as connection:
                connection.execute(insert(self._rows), rows)
        setattr(tracker, _STORED, len(tracker.events))


def _row_of(sender_id: str, stored: Event) -> Dict[str, Any]:
    """The columns as Rasa's own store fills them."""
    data = stored.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": stored.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _event_of(data: Dict[str, Any]) -> Event:
    return _event_classes()[data["event"]]._from_parameters(data)


@lru_cache(maxsize=1)
def _event_classes() -> Dict[str, Type[Event]]:
    """By name. Rasa's own look-up goes through all of them for every event."""
    classes: List[Type[Event]] = all_subclasses(Event)
    return {one.type_name: one for one in reversed(classes)}


def _open_sqlite(url: URL) -> Engine:
    """Connections that stay open: opening one, and closing the last, reads and writes the disk."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, record: Any) -> None:
    for pragma in (
        # A killed process loses nothing. A power failure may undo the latest turns of the dialogue,
        # not what was said: that is in the gateway's database.
        "journal_mode=WAL",
        "synchronous=NORMAL",
        # What is deleted from the file is overwritten in it.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
