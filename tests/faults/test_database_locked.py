"""The database cannot be written: nothing is acknowledged, and danger is answered all the same."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx

from tests.faults.patient import Patient
from tests.scenarios.curated import text_of
from tests.scenarios.running_product import RunningProduct, until


@contextmanager
def locked(product: RunningProduct) -> Iterator[None]:
    """Another connection holds the database's write lock."""
    connection = sqlite3.connect(product.var / "assistant.db", isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()


def assert_unavailable(response: httpx.Response) -> None:
    assert response.status_code == 503
    assert response.json() == {
        "error": {"code": "unavailable", "message": text_of("safety unavailable")}
    }
    assert int(response.headers["retry-after"]) >= 1


def alerts_waiting(product: RunningProduct) -> float:
    return product.metric("assistant_safety_alerts_waiting")


def alerts(product: RunningProduct) -> list[tuple[object, ...]]:
    """The rows of the table."""
    with closing(sqlite3.connect(product.var / "assistant.db")) as connection:
        return connection.execute("select * from safety_alerts").fetchall()


def test_the_database_is_locked(breakable: RunningProduct, patient: Patient) -> None:
    patient.is_answered()
    before = len(alerts(breakable))
    key, text = uuid.uuid4().hex, f"Is Botox used for migraine? {patient.canary}"
    with locked(breakable):
        assert_unavailable(patient.post({"text": text}, key))
        assert_unavailable(httpx.post(f"{breakable.url}/api/session"))
        breakable.wait_until_not_ready()
        crisis = patient.ask(f"I want to kill myself {patient.canary}")
        assert (crisis["kind"], crisis["text"]) == (
            "crisis",
            text_of("safety suicide_thoughts.en.1"),
        )
        assert alerts_waiting(breakable) == 1
        assert len(list((breakable.var / "alerts").glob("*.json"))) == 1
    # What was too slow to be waited for is stored after all, as it was shown.
    patient.said.append((f"I want to kill myself {patient.canary}", crisis))
    until(lambda: len(patient.history()) == 5, 30, "the storing")
    until(lambda: alerts_waiting(breakable) == 0, 30, "the alert's storing")
    assert list((breakable.var / "alerts").iterdir()) == []
    assert len(alerts(breakable)) == before + 1
    assert patient.canary not in str(alerts(breakable))
    patient.finds_everything_in_the_history()

    response = patient.post({"text": text}, key)
    assert response.status_code == 200
    (message,) = response.json()["messages"]
    assert (message["kind"], message["topic"]) == ("answer", "botox")
    patient.said.append((text, message))
    patient.finds_everything_in_the_history()
