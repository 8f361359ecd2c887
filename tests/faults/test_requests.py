"""A form that is sent while the database is locked or the gateway dies: never lost, never twice."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import httpx
import pytest

from tests.faults.test_database_locked import locked
from tests.scenarios.intake import (
    FORM,
    Patient,
    entries_of,
    notices_of,
    receipt_of,
    records_of,
)
from tests.scenarios.running_product import RunningProduct, until

RECEIVED = [("email", "request_received"), ("webhook", "request_received")]

_numbers = itertools.count(100)


@pytest.fixture
def number() -> str:
    """A telephone number of nobody else."""
    return f"+1 646 555 0{next(_numbers)}"


@pytest.fixture
def sender(breakable: RunningProduct, number: str) -> Iterator[Patient]:
    """Somebody whose form waits to be sent."""
    patient = Patient(breakable.url)
    patient.fills_in(contact=number)
    yield patient
    patient.close()


def received(product: RunningProduct) -> int:
    """How many messages are stored without an answer."""
    with closing(sqlite3.connect(product.var / "assistant.db")) as connection:
        count: int = connection.execute(
            "select count(*) from turns where state = 'received'"
        ).fetchone()[0]
        return count


def answered(patient: Patient) -> bool:
    """Whether the history holds the answer to the last message."""
    with suppress(httpx.HTTPError, AssertionError):
        return bool(patient.history()[-1]["role"] == "assistant")
    return False


def is_stored_once(product: RunningProduct, patient: Patient, number: str) -> None:
    """One record, its notices, and a receipt in the history."""
    until(lambda: len(records_of(product, number)) == 1, 60, "storing")
    until(lambda: answered(patient), 30, "the answer")
    (record,) = records_of(product, number)
    assert patient.history()[-1]["text"] == receipt_of(record)
    assert notices_of(product, record) == RECEIVED
    assert entries_of(product, record) == ()


def test_the_database_is_locked_while_a_form_is_sent(
    breakable: RunningProduct, sender: Patient, number: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with breakable.paused("rasa"):
            sending = pool.submit(sender.presses, "Send")
            until(lambda: received(breakable) == 1, 30, "receiving")
            lock = locked(breakable)
            lock.__enter__()
        (message,) = sending.result()
    assert message["text"] == FORM.request_not_stored().text
    assert message["buttons"] is None
    assert records_of(breakable, number) == ()
    lock.__exit__(None, None, None)
    is_stored_once(breakable, sender, number)


def test_the_gateway_is_killed_after_rasa_answered(
    breakable: RunningProduct, sender: Patient, number: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with breakable.paused("rasa"):
            sending = pool.submit(sender.presses, "Send", "key-12345678")
            until(lambda: received(breakable) == 1, 30, "receiving")
            lock = locked(breakable)
            lock.__enter__()
        # Rasa's form is over now, and the gateway waits for its database.
        time.sleep(1)
        breakable.kill("gateway")
        with pytest.raises(httpx.HTTPError):
            sending.result()
    lock.__exit__(None, None, None)
    breakable.wait_until_ready()
    is_stored_once(breakable, sender, number)
    # The page sends the same message again.
    again = sender.presses("Send", "key-12345678")
    assert again[-1]["id"] == sender.history()[-1]["id"]
    assert len(records_of(breakable, number)) == 1


def test_everything_is_killed_while_a_form_is_sent(
    breakable: RunningProduct, sender: Patient, number: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with breakable.paused("rasa"):
            sending = pool.submit(sender.presses, "Send")
            until(lambda: received(breakable) == 1, 30, "receiving")
            breakable.kill("gateway")
            breakable.kill("rasa")
        with pytest.raises(httpx.HTTPError):
            sending.result()
    breakable.wait_until_ready()
    is_stored_once(breakable, sender, number)
