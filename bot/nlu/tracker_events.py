"""Reads conversations from Rasa's tracker store, without Rasa: for the export of what is held."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Engine
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import SQLAlchemyError

#: Made by Rasa's SQLTrackerStore (rasa/core/tracker_store.py, class SQLEvent).
_TABLE = "events"
_EVENTS = text(f"SELECT data FROM {_TABLE} WHERE sender_id = :conversation ORDER BY id")  # noqa: S608


class TrackerUnreadableError(Exception):
    """Rasa's tracker store cannot be read now. Says how, never what is in it."""


def tracker_events(url: str, conversation_ids: Iterable[str]) -> dict[str, list[Any]]:
    """What Rasa keeps of each of these conversations, as it keeps it. Nothing is made or changed.

    Args:
        url: of the tracker store (`Settings.tracker_url`); it need not exist yet.

    Raises:
        TrackerUnreadableError: it is locked, unreachable or broken.
    """
    ids = tuple(conversation_ids)
    engine = _reader(url)
    if engine is None:
        return {conversation_id: [] for conversation_id in ids}
    try:
        with engine.connect() as connection:
            exists = inspect(connection).has_table(_TABLE)
            return {
                conversation_id: [
                    json.loads(data)
                    for data in connection.execute(
                        _EVENTS, {"conversation": conversation_id}
                    ).scalars()
                ]
                if exists
                else []
                for conversation_id in ids
            }
    except (SQLAlchemyError, ValueError) as error:
        # From None: SQLAlchemy's own text can hold what a patient wrote.
        driver_error = getattr(error, "orig", None) or error
        raise TrackerUnreadableError(
            f"Rasa's tracker store cannot be read: {type(driver_error).__name__}"
        ) from None
    finally:
        engine.dispose()


def _reader(url: str) -> Engine | None:
    """An engine that only reads; None if there is no file yet."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, future=True, hide_parameters=True)
    file = Path(address.database or "")
    if not file.is_file():
        return None

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)

    return create_engine("sqlite://", creator=connect, future=True, hide_parameters=True)
