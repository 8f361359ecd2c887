"""Rasa's SQL tracker store, made to keep patients' words out of error messages and free space."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from sqlalchemy import event


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
        super().__init__(domain=domain, event_broker=event_broker, **kwargs)
        self.engine.hide_parameters = True
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _delete_for_good)
            # Connections that were opened before.
            self.engine.dispose()


def _delete_for_good(connection: Any, record: Any) -> None:
    """What is deleted from the file is overwritten in it."""
    connection.execute("PRAGMA secure_delete=ON")
