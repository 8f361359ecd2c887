"""News of texts: late, twice, in any order, before the call that sent them was answered."""

from __future__ import annotations

import itertools
from collections import deque
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database.engine import Database
from bot.gateway.messaging.adapter import DeliveryStatus, GatewayName, SendFailure, StatusUpdate
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.gateway.messaging.status_store import OPTED_OUT_CODE, StatusOutcome, StatusStore
from bot.intake.actors import Actor
from tests.databases import with_tables
from tests.messaging.outgoing import (
    NOON,
    FakeProvider,
    Office,
    change,
    fails,
    new_text,
    new_thread,
    opted_out,
    row,
)

QUEUED, SENT, DELIVERED, UNDELIVERED = DeliveryStatus
DANA = Actor("d", "user:dana")


def news(
    status: DeliveryStatus, provider_id: str = "SM0", error: str | None = None
) -> StatusUpdate:
    return StatusUpdate(GatewayName.TWILIO, provider_id, status, error)


def tell(database: Database, told: StatusUpdate, text_id: str | None = None) -> StatusOutcome:
    return StatusStore(database).note(told, text_id, now=NOON)


@pytest.fixture
def sent(database: Database) -> Office:
    """One text that was sent."""
    office = Office(database)
    new_text(database, new_thread(database))
    office.round()
    return office


@pytest.mark.parametrize("order", itertools.permutations([QUEUED, SENT, DELIVERED]))
def test_in_any_order_a_delivered_text_ends_delivered(
    sent: Office, order: tuple[DeliveryStatus, ...]
) -> None:
    for status in [*order, *order]:
        tell(sent.database, news(status))
    assert row(sent.database).state == "delivered"


@pytest.mark.parametrize("order", itertools.permutations([QUEUED, SENT, UNDELIVERED]))
def test_in_any_order_an_undelivered_text_is_shown(
    sent: Office, order: tuple[DeliveryStatus, ...]
) -> None:
    for status in [*order, *order]:
        tell(sent.database, news(status, error="30003"))
    (dead,) = sent.dead.newest(10)
    assert dead.failure == "undelivered 30003"
    assert sent.dead.counts().dead == 1


RANK = {"waiting": 0, "sent": 1, "undelivered": 2, "delivered": 3}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(DeliveryStatus), max_size=8), st.booleans())
def test_a_text_never_goes_back(told: list[DeliveryStatus], settled: bool) -> None:
    with TemporaryDirectory() as folder:
        url = with_tables(Path(folder) / "store.db")
        database = Database(url, busy_seconds=2, connections=2)
        new_text(database, new_thread(database))
        if settled:
            Office(database).round()
        text_id, before = row(database).id, row(database).state
        for status in told:
            outcome = tell(database, news(status), text_id)
            after = row(database).state
            assert RANK[after] >= RANK[before]
            assert (outcome is StatusOutcome.NEWS) == (after != before)
            before = after
        database.close()


def test_news_before_the_answer_settle_the_text(database: Database) -> None:
    """The provider took it, its answer was lost, and its news come before the next attempt."""
    provider = FakeProvider(lost_answers=deque([fails(SendFailure.TIMED_OUT)]))
    office = Office(database, provider=provider)
    new_text(database, new_thread(database))
    office.round()
    assert row(database).state == "waiting"

    assert tell(database, news(SENT), row(database).id) is StatusOutcome.NEWS
    office.clock.wait(3600)

    assert office.round() == 0
    assert (row(database).state, row(database).provider_id) == ("sent", "SM0")


def test_news_during_an_attempt_are_no_contradiction(database: Database) -> None:
    office = Office(database)
    new_text(database, new_thread(database))
    (claimed,) = office.store.claim(NOON, GatewayName.TWILIO, tuple(OutboundKind), 1)
    tell(database, news(DELIVERED), claimed.id)

    assert not office.store.sent(claimed, "SM0", now=NOON)
    assert not office.store.failed(claimed, "timed_out", NOON, now=NOON)
    assert (row(database).state, row(database).leased_until) == ("delivered", None)


def test_a_text_that_was_given_up_was_sent_after_all(database: Database) -> None:
    office = Office(database)
    new_text(database, new_thread(database))
    change(database, state="dead", failure="timed_out", settled_at=NOON)
    assert tell(database, news(DELIVERED), row(database).id) is StatusOutcome.NEWS
    assert (row(database).state, row(database).failure) == ("delivered", None)
    assert office.dead.newest(10) == ()


@pytest.mark.parametrize("text_id", [None, "f" * 32, "", "'; drop table turns"])
def test_news_of_nothing_change_nothing(sent: Office, text_id: str | None) -> None:
    outcome = tell(sent.database, news(DELIVERED, "SM-of-somebody-else"), text_id)
    assert outcome is StatusOutcome.UNKNOWN
    assert row(sent.database).state == "sent"


def test_another_id_for_a_text_that_has_one_is_an_earlier_sending(sent: Office) -> None:
    outcome = tell(sent.database, news(UNDELIVERED, "SM-earlier"), row(sent.database).id)
    assert outcome is StatusOutcome.UNKNOWN
    assert row(sent.database).state == "sent"


def test_another_gateway_knows_nothing_of_it(sent: Office) -> None:
    told = StatusUpdate(GatewayName.SIGNED_JSON, "SM0", DELIVERED, None)
    assert tell(sent.database, told, row(sent.database).id) is StatusOutcome.UNKNOWN


def test_old_news_do_not_disturb_what_staff_have_sent_again(sent: Office) -> None:
    database = sent.database
    tell(database, news(UNDELIVERED, error="30003"))
    assert sent.dead.retry(row(database).id, actor=DANA, now=NOON)

    assert tell(database, news(UNDELIVERED, error="30003")) is StatusOutcome.KNOWN
    assert row(database).state == "waiting"
    # But if it arrived after all, it is not sent again.
    assert tell(database, news(DELIVERED)) is StatusOutcome.NEWS
    sent.clock.wait(3600)
    assert sent.round() == 0


def test_a_late_refusal_is_an_opt_out(sent: Office) -> None:
    for _ in range(2):
        tell(sent.database, news(UNDELIVERED, error=OPTED_OUT_CODE))
    assert opted_out(sent.database) == ["provider"]


def test_the_moment_of_sending_stays_for_the_budgets(sent: Office) -> None:
    database = sent.database
    StatusStore(database).note(news(DELIVERED), None, now=NOON + timedelta(days=2))
    assert row(database).settled_at == NOON
