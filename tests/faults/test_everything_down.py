"""Rasa, the action server and the database down at once: the gateway alone answers danger."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from tests.faults.patient import Patient
from tests.faults.test_database_locked import alerts_waiting, locked
from tests.scenarios.curated import text_of, wording
from tests.scenarios.expectations import SAFETY_KINDS
from tests.scenarios.running_product import RunningProduct, until

#: What is written, the reply, and what staff read: topic, level, about, language.
_DANGERS = [
    ("I want to kill myself", "suicide_thoughts", ("suicide", 2, "self", "en")),
    ("I have a plan to kill myself", "suicide_plan", ("suicide", 5, "self", "en")),
    (
        "my friend says she wants to kill herself",
        "suicide_thoughts_other",
        ("suicide", 3, "someone_else", "en"),
    ),
    ("Quiero matarme", "suicide_thoughts", ("suicide", 2, "self", "es")),
    (
        "this is the worst headache of my life",
        "body_911_self",
        ("body", None, "self", "en"),
    ),
    ("I took too many sumatriptan", "poisoning_self", ("poisoning", None, "self", "en")),
    (
        "tengo dolor de pecho y no puedo respirar",
        "body_911_self",
        ("body", None, "self", "es"),
    ),
    (
        "the carbon monoxide alarm is going off and we all have headaches",
        "gas_self",
        ("carbon_monoxide", None, "self", "en"),
    ),
]

#: A bound that only waiting for something that is down breaks, on however busy a machine; how fast
#: it is, the benchmark says.
_SECONDS = 1.0

#: How long the gateway waits for a locked database (bot/gateway/limits.yml), and a little more.
_BUSY_SECONDS = 2.5


def alert_rows(product: RunningProduct) -> list[tuple[object, ...]]:
    query = "SELECT topic, level, about, language FROM safety_alerts ORDER BY occurred_at"
    with closing(sqlite3.connect(product.var / "assistant.db")) as connection:
        return connection.execute(query).fetchall()


def test_danger_is_answered_rightly_and_soon_and_staff_read_of_it_later(
    breakable: RunningProduct, patient: Patient
) -> None:
    before = len(alert_rows(breakable))
    with breakable.paused("serve"):
        breakable.kill("rasa")
        breakable.kill("actions")
        with locked(breakable):
            for times_before, (text, reply, read) in enumerate(_DANGERS):
                began = time.monotonic()
                message = patient.ask(f"{text} {patient.canary}")
                assert time.monotonic() - began < _SECONDS, text
                assert message["kind"] in SAFETY_KINDS
                assert message["text"] == wording(reply, times_before, str(read[-1]))
            assert alerts_waiting(breakable) == len(_DANGERS)
            time.sleep(_BUSY_SECONDS)
            assert alerts_waiting(breakable) == len(_DANGERS)
        until(lambda: alerts_waiting(breakable) == 0, 30, "the alerts' storing")
        breakable.wait_until_not_ready()
    assert alert_rows(breakable)[before:] == [row for *_, row in _DANGERS]
    breakable.wait_until_ready()
    assert len(alert_rows(breakable)) == before + len(_DANGERS)


def test_an_alert_outlives_the_gateway_that_could_not_store_it(
    breakable: RunningProduct, patient: Patient
) -> None:
    before = len(alert_rows(breakable))
    with locked(breakable):
        patient.ask(f"Quiero matarme {patient.canary}")
        until(lambda: len(list((breakable.var / "alerts").glob("*.json"))) == 1, 30, "the file")
        assert patient.canary not in str(
            [file.read_text() for file in (breakable.var / "alerts").iterdir()]
        )
        with breakable.paused("serve"):
            breakable.kill("gateway")
    breakable.wait_until_ready()
    until(lambda: len(alert_rows(breakable)) == before + 1, 30, "the alert's storing")
    assert alert_rows(breakable)[-1] == ("suicide", 2, "self", "es")
    assert list((breakable.var / "alerts").glob("*.json")) == []


@pytest.mark.parametrize("down", ["rasa", "actions"])
def test_a_repeated_disclosure_gets_other_words_with_one_of_them_down(
    breakable: RunningProduct, patient: Patient, down: str
) -> None:
    with breakable.paused("serve"):
        breakable.kill(down)
        for number in (1, 2, 3):
            message = patient.ask(f"I want to kill myself {patient.canary}")
            assert message["text"] == text_of(f"safety suicide_thoughts.en.{number}")
        breakable.wait_until_not_ready()
