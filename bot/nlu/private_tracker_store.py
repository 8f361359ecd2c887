"""Rasa's SQL tracker store, made to keep patients' words out of its error messages."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain


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
