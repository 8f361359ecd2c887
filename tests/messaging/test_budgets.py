"""How many texts are sent over time, and what becomes of those that are too many."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.database.engine import Database
from bot.gateway.limits import TextBudgets
from bot.gateway.messaging.budgets import Budgets
from bot.gateway.messaging.outbound_texts import Hold, OutboundKind
from tests.databases import with_tables
from tests.messaging.outgoing import (
    NOON,
    Office,
    new_text,
    new_thread,
    row,
    rows,
    texting_limits,
)


def office_with(database: Database, **budgets: object) -> Office:
    roomy = {"per_number": ("1000 per hour",), "altogether": ("1000 per hour",)}
    return Office(database, limits=texting_limits(budgets={**roomy, **budgets}))


def test_one_number_gets_so_many_texts_and_the_others_are_not_kept_waiting(
    database: Database,
) -> None:
    office = office_with(database, per_number=("2 per hour",), longest_wait_minutes=90)
    many, few = new_thread(database), new_thread(database, "+12125550142")
    for place in range(5):
        new_text(database, many, f"many {place}")
    new_text(database, few, "few")

    office.round()
    assert sorted(office.provider.texts) == ["few", "many 0", "many 1"]
    assert {one.failure for one in rows(database) if one.state == "waiting"} == {"number_budget"}
    office.clock.wait(3599)
    assert office.round() == 0
    office.clock.wait(1)
    office.round()
    assert len(office.provider.texts) == 5
    assert office.counted("held") >= 3


def test_all_numbers_together_get_so_many(database: Database) -> None:
    office = office_with(database, altogether=("3 per minute",))
    for number in range(4):
        thread = new_thread(database, f"+1415555{number:04}")
        for _ in range(2):
            new_text(database, thread)
    sent = []
    for _ in range(4):
        office.round()
        sent.append(len(office.provider.texts))
        office.clock.wait(60)
    # Attempts of one moment may pass the budget together: here one of each number.
    assert 3 <= sent[0] <= 4
    assert sent[-1] == 8
    assert office.counted("held") >= 4


def test_what_would_come_too_late_is_shown_to_staff(database: Database) -> None:
    office = office_with(database, per_number=("1 per day",), longest_wait_minutes=60)
    thread = new_thread(database)
    new_text(database, thread, "one")
    new_text(database, thread, "two")
    office.round()
    (dead,) = office.dead.newest(10)
    assert (dead.failure, dead.attempts) == ("number_budget", 0)
    assert office.provider.texts == ["one"]


def test_what_tells_of_a_danger_is_never_too_many_but_counts(database: Database) -> None:
    office = office_with(database, per_number=("1 per hour",))
    thread = new_thread(database)
    for place in range(3):
        new_text(database, thread, f"danger {place}", kind=OutboundKind.SAFETY)
    office.round()
    assert len(office.provider.texts) == 3
    new_text(database, thread, "answer")
    office.round()
    assert office.counted("held") == 1


def test_a_budget_survives_a_restart(database: Database) -> None:
    budget = {"per_number": ("1 per hour",)}
    thread = new_thread(database)
    new_text(database, thread, "one")
    office_with(database, **budget).round()
    new_text(database, thread, "two")
    office = office_with(database, **budget)
    office.clock.wait(60)
    office.round()
    assert office.provider.texts == []


def test_what_was_not_sent_uses_nothing_up(database: Database) -> None:
    office = office_with(database, per_number=("1 per hour",))
    thread = new_thread(database)
    new_text(database, thread, "one")
    office.round()
    with database.writing() as connection:
        connection.exec_driver_sql("update outbound_texts set provider_id = null")
    new_text(database, thread, "two")
    office.round()
    assert "two" in office.provider.texts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=st.lists(st.integers(0, 5400), max_size=12), amount=st.integers(1, 4))
def test_there_is_room_exactly_when_fewer_were_sent_within_the_window(
    sent: list[int], amount: int
) -> None:
    """Texts sent so many seconds before noon, against the rule read from the same numbers."""
    with TemporaryDirectory() as folder:
        url = with_tables(Path(folder) / "store.db")
        database = Database(url, busy_seconds=2, connections=2)
        thread = new_thread(database)
        for before in sent:
            new_text(database, thread, now=NOON - timedelta(seconds=before))
        with database.writing() as connection:
            connection.exec_driver_sql(
                "update outbound_texts"
                " set state = 'sent', provider_id = id, settled_at = created_at"
            )
        budgets = Budgets(
            TextBudgets(per_number=(f"{amount} per hour",), altogether=(), longest_wait_minutes=1)
        )
        with database.reading() as connection:
            held = budgets.hold(connection, thread, NOON)
        database.close()
    within = sorted(before for before in sent if before < 3600)
    if len(within) < amount:
        assert held is None
    else:
        free_at = NOON + timedelta(seconds=3600 - within[amount - 1])
        assert held == (Hold.NUMBER_BUDGET, free_at)


@pytest.mark.parametrize("rate", ["", "lots", "5", "5 per fortnight"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(ValidationError, match="a rate is written as in"):
        TextBudgets(per_number=(rate,), altogether=(), longest_wait_minutes=1)


def test_a_number_that_is_over_its_budget_waits_no_longer_than_the_window(
    database: Database,
) -> None:
    office = office_with(database, per_number=("2 per minute",))
    thread = new_thread(database)
    for place in range(3):
        new_text(database, thread, f"text {place}")
    office.round()
    third = rows(database)[-1]
    assert third.next_attempt_at == NOON + timedelta(seconds=60)
    assert third.attempts == 0


def test_the_only_text_is_never_too_many(database: Database) -> None:
    office = office_with(database, per_number=("1 per day",), altogether=("1 per day",))
    new_text(database, new_thread(database))
    office.round()
    assert row(database).state == "sent"
