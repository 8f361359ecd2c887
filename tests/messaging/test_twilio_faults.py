"""Every fault of Twilio, before, during and after it takes a text: sent once, or shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone

import anyio
import pytest

from bot.database.engine import Database
from bot.gateway.messaging.adapter import GatewayName
from bot.intake.actors import Actor
from bot.twilio_double.faults import Call, Fault, FaultKind, Moment
from tests.messaging.outgoing import (
    LIMITS,
    NUMBER,
    Office,
    change,
    new_text,
    new_thread,
    opted_out,
    row,
    states,
    texting_limits,
)
from tests.messaging.running_double import RunningDouble, running_double

#: What says nothing against the text itself.
PASSING = [
    FaultKind.RATE_LIMITED,
    FaultKind.SERVER,
    FaultKind.UNAVAILABLE,
    FaultKind.UNAUTHORIZED,
    FaultKind.TIME_OUT,
    FaultKind.CUT,
    FaultKind.NOT_JSON,
]

#: An attempt without an answer takes as long as it may.
IMPATIENT = texting_limits(attempts={"seconds": 1.0})

HOUR = 3600


@pytest.fixture(scope="module")
def shared_double() -> Iterator[RunningDouble]:
    with running_double() as running:
        yield running


@pytest.fixture
def twilio(shared_double: RunningDouble) -> RunningDouble:
    shared_double.double.exchange.forget()
    shared_double.double.faults.forget()
    return shared_double


def new_office(database: Database, *kinds: FaultKind) -> Office:
    limits = IMPATIENT if FaultKind.TIME_OUT in kinds else LIMITS
    return Office(database, limits=limits, now=datetime.now(timezone.utc))


def work(office: Office, twilio: RunningDouble, *, rounds: int = 12, token: str = "") -> None:
    """So many rounds, two hours apart."""

    async def go() -> None:
        client = twilio.client(token=token) if token else twilio.client()
        worker = office.worker({GatewayName.TWILIO: client})
        for _ in range(rounds):
            await worker.round()
            office.clock.wait(2 * HOUR)
        await worker.close()

    anyio.run(go)


@pytest.mark.parametrize("when", Moment)
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes(
    database: Database, twilio: RunningDouble, kind: FaultKind, when: Moment
) -> None:
    office = new_office(database, kind)
    new_text(database, new_thread(database), now=office.clock())
    twilio.double.faults.add(Fault(kind, when))

    work(office, twilio, rounds=3)

    assert twilio.texts == ["The answer."]
    assert row(database).state == "sent"
    assert row(database).provider_id == twilio.double.exchange.sent()[0].sid
    # What came of it was known only afterwards, if it was taken in spite of the fault.
    assert office.counted("found") == (when is Moment.AFTER)


@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_stays_is_shown_and_what_was_not_taken_can_be_sent_again(
    database: Database, twilio: RunningDouble, kind: FaultKind
) -> None:
    office = new_office(database, kind)
    new_text(database, new_thread(database), now=office.clock())
    twilio.double.faults.add(Fault(kind), times=len(LIMITS.retries.pauses) + 1)

    work(office, twilio)

    assert (twilio.texts, row(database).state) == ([], "dead")
    (dead,) = office.dead.newest(10)
    send_again(office, dead.id)
    work(office, twilio, rounds=1)
    assert (twilio.texts, row(database).state) == (["The answer."], "sent")


@pytest.mark.parametrize("kind", [FaultKind.TIME_OUT, FaultKind.SERVER, FaultKind.CUT])
def test_what_is_taken_and_never_answered_is_sent_once_however_often_asking_fails(
    database: Database, twilio: RunningDouble, kind: FaultKind
) -> None:
    office = new_office(database, FaultKind.TIME_OUT)
    new_text(database, new_thread(database), now=office.clock())
    twilio.double.faults.add(Fault(kind, Moment.AFTER), times=99)
    for lookup in (FaultKind.TIME_OUT, FaultKind.RATE_LIMITED, FaultKind.NOT_JSON):
        twilio.double.faults.add(Fault(lookup, call=Call.LOOKUP))

    work(office, twilio)

    assert (twilio.texts, row(database).state) == (["The answer."], "sent")


def test_what_was_given_up_without_an_answer_is_asked_about_when_staff_send_it_again(
    database: Database, twilio: RunningDouble
) -> None:
    office = new_office(database, FaultKind.TIME_OUT)
    new_text(database, new_thread(database), now=office.clock())
    twilio.double.faults.add(Fault(FaultKind.TIME_OUT, Moment.AFTER))
    twilio.double.faults.add(Fault(FaultKind.SERVER, call=Call.LOOKUP), times=6)
    work(office, twilio)
    assert (twilio.texts, row(database).state) == (["The answer."], "dead")

    send_again(office, row(database).id)
    work(office, twilio, rounds=1)

    assert (twilio.texts, row(database).state) == (["The answer."], "sent")


@pytest.mark.parametrize(
    ("kind", "failure"),
    [(FaultKind.TOO_LONG, "too_long 21617"), (FaultKind.NO_NUMBER, "refused 21211")],
)
def test_a_fault_of_the_text_is_shown_at_once(
    database: Database, twilio: RunningDouble, kind: FaultKind, failure: str
) -> None:
    office = new_office(database)
    new_text(database, new_thread(database), now=office.clock())
    twilio.double.faults.add(Fault(kind))
    work(office, twilio, rounds=3)
    assert (twilio.texts, row(database).state) == ([], "dead")
    assert (row(database).failure, row(database).attempts) == (failure, 1)


def test_who_has_opted_out_is_left_alone(database: Database, twilio: RunningDouble) -> None:
    office, thread = new_office(database), new_thread(database)
    new_text(database, thread, "One.", now=office.clock())
    new_text(database, thread, "Two.", now=office.clock())
    twilio.double.exchange.opted_out.add(NUMBER)
    work(office, twilio, rounds=3)
    assert (twilio.texts, opted_out(database)) == ([], ["provider"])
    assert set(states(database).values()) == {"skipped"}


def test_a_wrong_token_is_our_fault_and_not_the_texts(
    database: Database, twilio: RunningDouble
) -> None:
    office = new_office(database)
    new_text(database, new_thread(database), now=office.clock())
    work(office, twilio, rounds=2, token="another-token")
    assert row(database).failure == "server 20003"
    work(office, twilio, rounds=1)
    assert twilio.texts == ["The answer."]


def test_nobody_listens(database: Database, twilio: RunningDouble) -> None:
    office = new_office(database)
    new_text(database, new_thread(database), now=office.clock())
    nowhere = replace(twilio, url="http://127.0.0.1:9")
    work(office, nowhere, rounds=1)
    assert row(database).failure == "unreachable"
    work(office, twilio, rounds=1)
    assert twilio.texts == ["The answer."]


def test_the_same_words_said_twice_are_two_texts(database: Database, twilio: RunningDouble) -> None:
    office, thread = new_office(database, FaultKind.TIME_OUT), new_thread(database)
    for _ in range(3):
        new_text(database, thread, "I did not understand.", now=office.clock())
    # The first is taken, the second not, the third again: none is mistaken for another.
    twilio.double.faults.add(Fault(FaultKind.TIME_OUT, Moment.AFTER))
    twilio.double.faults.add(Fault(FaultKind.TIME_OUT, Moment.BEFORE))
    work(office, twilio, rounds=8)
    assert twilio.texts == ["I did not understand."] * 3
    assert states(database) == {"I did not understand.": "sent"}
    assert len({message.sid for message in twilio.double.exchange.sent()}) == 3


def test_what_could_not_be_delivered_is_sent_anew_when_staff_say_so(
    database: Database, twilio: RunningDouble
) -> None:
    office = new_office(database)
    new_text(database, new_thread(database), now=office.clock())
    work(office, twilio, rounds=1)
    (first,) = twilio.double.exchange.sent()
    first.status = "undelivered"
    change(database, state="undelivered", failure="undelivered 30003")

    send_again(office, row(database).id)
    work(office, twilio, rounds=1)

    assert twilio.texts == ["The answer."] * 2
    assert row(database).provider_id == twilio.double.exchange.sent()[1].sid


def send_again(office: Office, text_id: str) -> None:
    """A person has a text sent again."""
    assert office.dead.retry(text_id, actor=Actor("d", "user:dana"), now=office.clock())
