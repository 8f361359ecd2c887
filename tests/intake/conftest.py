"""What the tests of records share."""

from __future__ import annotations

import pytest

from bot.database.engine import Database
from bot.intake.actors import Actor
from bot.intake.record_store import RecordStore
from tests.intake.records import records_of, staff


@pytest.fixture
def records(database: Database) -> RecordStore:
    """The records of the empty database."""
    return records_of(database)


@pytest.fixture
def dana(database: Database) -> Actor:
    """Somebody of the staff."""
    return staff(database, "dana")
