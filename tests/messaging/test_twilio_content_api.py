"""WhatsApp's buttons through Twilio: made once for each form, and never a reason for silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import anyio
import pytest

from bot.database.engine import Database
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.gateway.messaging.outbound_texts import LIST_BUTTON, QUICK_REPLIES
from bot.gateway.messaging.twilio_client import TwilioClient
from bot.replies.channel import Channel
from bot.twilio_double.faults import Call, Fault, FaultKind, Moment
from tests.messaging.outgoing import Office, new_text, new_thread, row, texting_limits
from tests.messaging.running_double import RunningDouble, running_double
from tests.messaging.test_twilio_contents import ROWS, YES_NO, message

#: A content that is not made in time is left.
IMPATIENT = {"seconds": 0.5}

EXTRAS = {
    QUICK_REPLIES: [
        {"id": "a" * 32, "title": "1", "description": "What is an aura?"},
        {"id": "b" * 32, "title": "MORE", "description": "Tell me more"},
    ],
    LIST_BUTTON: "Choices",
}

#: What can become of making a content or of looking for it.
OF_CONTENTS = [
    FaultKind.RATE_LIMITED,
    FaultKind.SERVER,
    FaultKind.UNAUTHORIZED,
    FaultKind.TIME_OUT,
    FaultKind.CUT,
    FaultKind.NOT_JSON,
    FaultKind.BAD_CONTENT,
]


@pytest.fixture(scope="module")
def shared_double() -> Iterator[RunningDouble]:
    with running_double() as running:
        yield running


@pytest.fixture
def twilio(shared_double: RunningDouble) -> RunningDouble:
    shared_double.double.exchange.forget()
    shared_double.double.faults.forget()
    return shared_double


class _Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def client_of(twilio: RunningDouble, clock: _Clock | None = None) -> TwilioClient:
    client = twilio.client()
    client._contents._limits = texting_limits(contents=IMPATIENT).contents
    if clock:
        client._contents._clock = clock
    return client


def send(client: TwilioClient, *sent: OutboundMessage | Callable[[], None]) -> None:
    """Send one after the other; a function is called in between."""

    async def go() -> None:
        try:
            for one in sent:
                if isinstance(one, OutboundMessage):
                    await client.send(one)
                else:
                    one()
        finally:
            await client.close()

    anyio.run(go)


def buttons(twilio: RunningDouble) -> list[int]:
    """How many buttons each text had."""
    shown = [one.shown()["buttons"] for one in twilio.double.exchange.sent()]
    return [len(each) for each in shown if isinstance(each, list)]


def test_buttons_and_a_list_arrive(twilio: RunningDouble) -> None:
    send(client_of(twilio), message(YES_NO, "Shall I?\nReply 1: Yes"), message(ROWS))
    first, second = twilio.double.exchange.sent()
    assert first.body == "Shall I?\nReply 1: Yes"
    assert [one.title for one in first.filled.pressables] == ["Yes", "No"]  # type: ignore[union-attr]
    assert first.shown()["list_button"] == ""
    assert second.shown()["list_button"] == "Choices"
    assert twilio.double.exchange.contents.made.keys()


def test_one_content_serves_every_text_of_its_form_and_every_process(
    twilio: RunningDouble,
) -> None:
    send(client_of(twilio), message(YES_NO, "One?"), message(YES_NO, "Two?"))
    send(client_of(twilio), message(YES_NO, "Three?"))
    assert buttons(twilio) == [2, 2, 2]
    assert len(twilio.double.exchange.contents.made) == 1
    assert "?" not in str(twilio.double.exchange.contents.made)


def test_many_texts_at_once_make_one_content(twilio: RunningDouble) -> None:
    async def go() -> None:
        client = client_of(twilio)
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(client.send, message(YES_NO))
        await client.close()

    anyio.run(go)
    assert buttons(twilio) == [2] * 5
    assert len(twilio.double.exchange.contents.made) == 1


def test_texts_without_buttons_ask_nothing(twilio: RunningDouble) -> None:
    twilio.double.faults.add(Fault(FaultKind.SERVER, call=Call.CONTENT_LOOKUP))
    send(client_of(twilio), message(()))
    assert twilio.double.faults.next(Call.CONTENT_LOOKUP) is not None


@pytest.mark.parametrize("call", [Call.CONTENT, Call.CONTENT_LOOKUP])
@pytest.mark.parametrize("when", Moment)
@pytest.mark.parametrize("kind", OF_CONTENTS)
def test_a_content_that_cannot_be_made_costs_the_buttons_for_a_while(
    twilio: RunningDouble, kind: FaultKind, when: Moment, call: Call
) -> None:
    clock = _Clock()
    twilio.double.faults.add(Fault(kind, when, call))

    def later() -> None:
        clock.seconds += texting_limits().contents.pause_seconds

    one, two, three = (message(YES_NO, text) for text in ("One.", "Two.", "Three."))
    send(client_of(twilio, clock), one, two, later, three)

    assert twilio.texts == ["One.", "Two.", "Three."]
    assert buttons(twilio) == [0, 0, 2]
    assert len(twilio.double.exchange.contents.made) == 1


@pytest.mark.parametrize("kind", [FaultKind.CONTENT_SID, FaultKind.CONTENT_VARIABLES])
def test_a_text_that_is_refused_with_its_buttons_goes_without_them_at_once(
    twilio: RunningDouble, kind: FaultKind
) -> None:
    twilio.double.faults.add(Fault(kind))
    send(client_of(twilio), message(YES_NO), message(YES_NO, "Next."), message(ROWS, "Other."))
    assert twilio.texts == ["The answer.", "Next.", "Other."]
    assert buttons(twilio) == [0, 0, 2]


def test_a_content_that_somebody_deleted_is_made_again_later(twilio: RunningDouble) -> None:
    clock = _Clock()

    def delete() -> None:
        twilio.double.exchange.contents.made.clear()

    def later() -> None:
        clock.seconds += texting_limits().contents.pause_seconds

    asked = [message(YES_NO, text) for text in ("One.", "Two.", "Three.")]
    send(client_of(twilio, clock), asked[0], delete, asked[1], later, asked[2])
    assert twilio.texts == ["One.", "Two.", "Three."]
    assert buttons(twilio) == [2, 0, 2]


def test_what_is_no_fault_of_the_buttons_is_told_as_before(twilio: RunningDouble) -> None:
    twilio.double.faults.add(Fault(FaultKind.OPTED_OUT))
    with pytest.raises(SendError) as caught:
        send(client_of(twilio), message(YES_NO))
    assert caught.value.failure is SendFailure.OPTED_OUT
    twilio.double.faults.add(Fault(FaultKind.NO_NUMBER), times=2)
    with pytest.raises(SendError) as caught:
        send(client_of(twilio), message(YES_NO))
    assert (caught.value.failure, twilio.texts) == (SendFailure.REFUSED, [])


@pytest.mark.parametrize("when", Moment)
@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RATE_LIMITED,
        FaultKind.SERVER,
        FaultKind.TIME_OUT,
        FaultKind.CUT,
        FaultKind.NOT_JSON,
    ],
)
def test_a_text_with_buttons_is_sent_once_whatever_happens(
    database: Database, twilio: RunningDouble, kind: FaultKind, when: Moment
) -> None:
    limits = texting_limits(attempts={"seconds": 1.0}, contents=IMPATIENT)
    office = Office(database, limits=limits, now=datetime.now(timezone.utc))
    thread = new_thread(database, channel=Channel.WHATSAPP, last_inbound_at=office.clock())
    new_text(database, thread, "Line one.\nLine two.", now=office.clock(), extras=EXTRAS)
    twilio.double.faults.add(Fault(kind, when))

    async def go() -> None:
        worker = office.worker({GatewayName.TWILIO: client_of(twilio)})
        for _ in range(3):
            await worker.round()
            office.clock.wait(3600)
        await worker.close()

    anyio.run(go)

    assert twilio.texts == ["Line one.\nLine two."]
    assert row(database).state == "sent"
    assert row(database).provider_id == twilio.double.exchange.sent()[0].sid
    assert office.counted("found") == (when is Moment.AFTER)


@pytest.mark.parametrize(("hours", "expected"), [(23, [2]), (25, [0])])
def test_buttons_are_for_the_24_hours_after_the_patient_wrote(
    database: Database, twilio: RunningDouble, hours: int, expected: list[int]
) -> None:
    office = Office(database, now=datetime.now(timezone.utc))
    thread = new_thread(database, channel=Channel.WHATSAPP, last_inbound_at=office.clock())
    new_text(database, thread, now=office.clock(), extras=EXTRAS)
    office.clock.wait(hours * 3600)

    async def go() -> None:
        worker = office.worker({GatewayName.TWILIO: client_of(twilio)})
        await worker.round()
        await worker.close()

    anyio.run(go)
    assert buttons(twilio) == expected
