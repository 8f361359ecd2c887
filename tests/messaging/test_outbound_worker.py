"""The worker sends each text once, in order, and whatever fails ends sent or in front of staff."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import anyio
import pytest
from sqlalchemy.engine import Row

from bot.database.engine import Database, DatabaseUnavailableError
from bot.gateway.log_events import JsonFormatter
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage, SendError, SendFailure
from bot.gateway.messaging.addresses import address_index
from bot.gateway.messaging.opt_outs import OptOutSource, opt_out
from bot.gateway.messaging.outbound_store import OutboundStore
from bot.gateway.messaging.outbound_texts import LIST_BUTTON, QUICK_REPLIES, OutboundKind
from bot.replies.channel import Channel
from bot.replies.texting.quick_reply import QuickReply
from tests.databases import VAULT
from tests.messaging.outgoing import (
    NOON,
    NUMBER,
    FakeProvider,
    Office,
    change,
    fails,
    new_text,
    new_thread,
    opted_out,
    row,
    rows,
    states,
    texting_limits,
)

HOUR = 3600
AGAIN = [SendFailure.RATE_LIMITED, SendFailure.SERVER, SendFailure.UNREACHABLE]
FINAL = [SendFailure.REFUSED, SendFailure.TOO_LONG]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, object]]]:
    """What the gateway logs: never a number or a text."""
    caplog.set_level(logging.INFO, logger="bot.gateway")
    lines: list[dict[str, object]] = []
    yield lines
    for record in caplog.records:
        if record.name == "bot.gateway":
            lines.append(json.loads(JsonFormatter().format(record)))
    everything = json.dumps(lines)
    assert NUMBER[2:] not in everything
    assert "answer" not in everything


def test_what_waits_is_sent_once(database: Database, logged: object) -> None:
    office = Office(database)
    new_text(database, new_thread(database))

    assert office.round() == 1
    assert office.round() == 0

    (message,) = office.provider.taken.values()
    assert (message.to, message.text, message.channel) == (NUMBER, "The answer.", Channel.SMS)
    found = row(database)
    assert (found.state, found.provider_id, found.attempts) == ("sent", "SM0", 1)
    assert found.settled_at == NOON
    assert office.provider.lookups == 0
    assert office.counted("sent") == 1
    assert office.metric('assistant_text_segments_total{gateway="twilio"}') == 1
    assert office.metric("assistant_texts_out_waiting") == 0


def test_the_same_cause_sends_one_text(database: Database) -> None:
    office, thread = Office(database), new_thread(database)
    assert new_text(database, thread, cause_id="one")
    assert not new_text(database, thread, "Another answer.", cause_id="one")
    office.round()
    assert office.provider.texts == ["The answer."]


def test_quick_replies_go_along(database: Database) -> None:
    office, thread = Office(database), new_thread(database, channel=Channel.WHATSAPP)
    replies = [{"id": "b1", "title": "Yes"}, {"id": "b2", "title": "1", "description": "Aura"}]
    new_text(database, thread, extras={QUICK_REPLIES: replies, LIST_BUTTON: "Choices"})
    office.round()
    (message,) = office.provider.taken.values()
    assert message.quick_replies == (QuickReply("b1", "Yes"), QuickReply("b2", "1", "Aura"))
    assert message.list_button == "Choices"


@pytest.mark.parametrize("failure", [*AGAIN, SendFailure.TIMED_OUT])
@pytest.mark.parametrize("times", [1, 3])
def test_what_fails_is_sent_later_and_once(
    database: Database, failure: SendFailure, times: int, logged: object
) -> None:
    office = Office(database, provider=FakeProvider(deque([fails(failure)] * times)))
    new_text(database, new_thread(database))

    office.rounds(times + 1, pause=60)

    assert office.provider.texts == ["The answer."]
    assert row(database).state == "sent"
    assert office.counted("failed") == times
    assert office.provider.lookups == times


@pytest.mark.parametrize("failure", [*AGAIN, SendFailure.TIMED_OUT])
def test_what_was_taken_in_spite_of_a_failure_is_not_sent_again(
    database: Database, failure: SendFailure
) -> None:
    office = Office(database, provider=FakeProvider(lost_answers=deque([fails(failure)])))
    new_text(database, new_thread(database))

    office.rounds(3, pause=60)

    assert office.provider.texts == ["The answer."]
    assert row(database).state == "sent"
    assert office.counted("found") == 1


def test_as_long_as_the_provider_cannot_be_asked_nothing_is_sent_again(database: Database) -> None:
    provider = FakeProvider(
        lost_answers=deque([fails(SendFailure.TIMED_OUT)]),
        lookup_answers=deque([fails(SendFailure.SERVER), fails(SendFailure.TIMED_OUT)]),
    )
    office = Office(database, provider=provider)
    new_text(database, new_thread(database))

    office.rounds(5, pause=HOUR)

    assert (provider.texts, provider.lookups) == (["The answer."], 3)
    assert row(database).state == "sent"


def test_what_fails_for_good_lands_on_the_desk(database: Database, logged: object) -> None:
    office = Office(database, provider=FakeProvider(deque([fails(SendFailure.SERVER)] * 99)))
    new_text(database, new_thread(database))

    office.rounds(12, pause=2 * HOUR)

    pauses = len(office.limits.retries.pauses)
    assert len(office.provider.asked) == pauses + 1
    (dead,) = office.dead.newest(10)
    assert (dead.failure, dead.attempts, dead.ending) == ("server", pauses + 1, NUMBER[-4:])
    assert office.counted("dead") == office.metric("assistant_texts_out_dead") == 1


@pytest.mark.parametrize("failure", FINAL)
def test_what_the_provider_refuses_is_not_tried_again(
    database: Database, failure: SendFailure
) -> None:
    office = Office(database, provider=FakeProvider(deque([fails(failure, code="21211")])))
    new_text(database, new_thread(database))

    office.rounds(3, pause=HOUR)

    assert len(office.provider.asked) == 1
    assert row(database).failure == f"{failure.value} 21211"
    assert row(database).state == "dead"


def test_a_pause_that_the_provider_asks_for_is_kept(database: Database) -> None:
    refusal = fails(SendFailure.RATE_LIMITED, retry_after=500.0)
    office = Office(database, provider=FakeProvider(deque([refusal])))
    new_text(database, new_thread(database))

    office.round()
    assert row(database).next_attempt_at == NOON + timedelta(seconds=500)
    office.clock.wait(499)
    assert office.round() == 0
    office.clock.wait(1)
    assert office.round() == 1


def test_who_has_opted_out_at_the_provider_gets_nothing_from_then_on(database: Database) -> None:
    refusal = fails(SendFailure.OPTED_OUT, code="21610")
    office = Office(database, provider=FakeProvider(deque([refusal])))
    thread = new_thread(database)
    new_text(database, thread, "One.")
    new_text(database, thread, "Two.")

    office.rounds(3, pause=HOUR)

    assert opted_out(database) == ["provider"]
    assert states(database) == {"One.": "skipped", "Two.": "skipped"}
    assert office.provider.asked == ["One."]
    assert office.counted("skipped") == 2


@pytest.mark.parametrize("kind", OutboundKind)
def test_only_the_last_word_goes_to_who_has_opted_out(
    database: Database, kind: OutboundKind
) -> None:
    office, thread = Office(database), new_thread(database)
    with database.writing() as connection:
        index = address_index(VAULT, Channel.SMS, NUMBER)
        opt_out(connection, index, OptOutSource.KEYWORD, NOON)
    new_text(database, thread, kind=kind)

    office.round()

    last_word = kind is OutboundKind.CONFIRMATION
    assert row(database).state == ("sent" if last_word else "skipped")


def test_texts_to_one_number_go_in_order_and_numbers_do_not_wait_for_each_other(
    database: Database,
) -> None:
    office = Office(database)
    threads = [new_thread(database, f"+1415555{number:04}") for number in range(12)]
    for place in range(5):
        for thread in threads:
            new_text(database, thread, f"{thread} {place}")
    under_way: list[str] = []

    async def watch(message: OutboundMessage) -> None:
        assert message.to not in under_way
        under_way.append(message.to)
        await anyio.sleep(0)
        under_way.remove(message.to)

    office.provider.before_taking = watch
    assert office.round() == 60

    for thread in threads:
        mine = [text for text in office.provider.texts if text.startswith(thread)]
        assert mine == [f"{thread} {place}" for place in range(5)]


def test_a_text_that_fails_holds_the_next_one_back_for_its_first_tries_only(
    database: Database,
) -> None:
    tries = texting_limits().order_tries
    provider = FakeProvider(deque([fails(SendFailure.SERVER)] * tries))
    office, thread = Office(database, provider=provider), new_thread(database)
    new_text(database, thread, "One.")
    new_text(database, thread, "Two.")

    for place in range(tries):
        assert provider.asked == ["One."] * place
        office.clock.time = row_of(database, "One.").next_attempt_at
        office.round()

    # The last of these tries has let the next text pass.
    assert provider.texts == ["Two."]
    office.clock.wait(HOUR)
    office.round()
    assert provider.texts == ["Two.", "One."]


def row_of(database: Database, text: str) -> Row:
    (found,) = [one for one in rows(database) if VAULT.open(one.sealed_text) == text]
    return found


def test_who_is_in_danger_waits_for_nothing(database: Database) -> None:
    provider = FakeProvider(deque([fails(SendFailure.RATE_LIMITED, retry_after=HOUR)]))
    full = {"per_number": ("1 per day",), "altogether": ("1 per day",)}
    office = Office(database, provider=provider, limits=texting_limits(budgets=full))
    thread = new_thread(database)
    new_text(database, thread, "One.")
    office.round()
    for text in ("Call 988.", "Call 911."):
        new_text(database, thread, text, kind=OutboundKind.SAFETY)

    office.round()

    assert sorted(provider.texts) == ["Call 911.", "Call 988."]


def test_what_no_key_opens_is_given_up_and_shown(database: Database) -> None:
    office = Office(database)
    new_text(database, new_thread(database))
    change(database, sealed_text="sealed1:nonsense")
    office.round()
    assert (row(database).state, row(database).failure) == ("dead", "unreadable")
    assert office.dead.newest(1)[0].ending == NUMBER[-4:]


def test_what_waits_for_a_gateway_that_is_not_set_up_any_more_is_shown(database: Database) -> None:
    office = Office(database)
    new_text(database, new_thread(database, "user-1", gateway=GatewayName.SIGNED_JSON))
    office.round()
    assert (row(database).state, row(database).failure) == ("dead", "not_configured")
    assert office.counted("dead", "signed_json") == 1
    office.rounds(2, pause=1)
    assert office.counted("dead", "signed_json") == 1


def test_a_fault_of_ours_counts_as_an_attempt_whose_end_nobody_knows(database: Database) -> None:
    office = Office(database, provider=FakeProvider(lost_answers=deque([RuntimeError("boom")])))
    new_text(database, new_thread(database))
    office.rounds(2, pause=60)
    assert office.provider.texts == ["The answer."]
    assert (row(database).state, office.counted("found")) == ("sent", 1)


def test_an_attempt_that_takes_too_long_is_cut_short_and_asked_about(database: Database) -> None:
    async def too_long(message: OutboundMessage) -> None:
        office.provider.before_taking = None
        await anyio.sleep(60)

    limits = texting_limits(attempts={"seconds": 0.05})
    office = Office(database, limits=limits, provider=FakeProvider(before_taking=too_long))
    new_text(database, new_thread(database))

    office.round()
    assert row(database).failure == "timed_out"
    office.clock.wait(60)
    office.round()
    assert (office.provider.lookups, row(database).state) == (1, "sent")


def test_what_was_sent_is_written_down_as_soon_as_the_database_works_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = OutboundStore.sent, deque([True] * 3)

    def sometimes(self: OutboundStore, *args: object, **kwargs: object) -> bool:
        if failures and failures.popleft():
            raise DatabaseUnavailableError(RuntimeError())
        return real(self, *args, **kwargs)

    monkeypatch.setattr(OutboundStore, "sent", sometimes)
    office = Office(database, limits=texting_limits(rests={"shortest_seconds": 0.01}))
    new_text(database, new_thread(database))
    office.round()
    assert (row(database).state, office.provider.texts) == ("sent", ["The answer."])


def test_what_could_not_be_written_down_is_asked_about_after_the_lease(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def never(*args: object, **kwargs: object) -> bool:
        raise DatabaseUnavailableError(RuntimeError())

    limits = texting_limits(attempts={"settle_seconds": 0.05}, rests={"shortest_seconds": 0.01})
    office = Office(database, limits=limits)
    new_text(database, new_thread(database))
    with monkeypatch.context() as broken:
        broken.setattr(OutboundStore, "sent", never)
        office.round()
    assert "text_not_settled" in caplog.text
    assert office.round() == 0
    office.clock.wait(limits.attempts.lease_seconds)
    office.round()
    assert (office.provider.texts, office.counted("found")) == (["The answer."], 1)


def test_what_is_erased_meanwhile_is_no_error(database: Database) -> None:
    async def erase(message: OutboundMessage) -> None:
        with database.writing() as connection:
            connection.exec_driver_sql("delete from text_threads")

    office = Office(database, provider=FakeProvider(before_taking=erase))
    new_text(database, new_thread(database))
    assert office.round() == 1
    assert rows(database) == []
    assert office.counted("sent") == 0


def test_a_locked_database_ends_no_worker(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*args: object, **kwargs: object) -> None:
        raise DatabaseUnavailableError(RuntimeError())

    office = Office(database)
    new_text(database, new_thread(database))
    with monkeypatch.context() as broken:
        broken.setattr(OutboundStore, "claim", locked)
        assert office.round() == 0
    assert office.round() == 1


def test_a_running_worker_sends_when_it_is_asked(database: Database) -> None:
    office = Office(database)
    sent = anyio.Event()

    async def tell(message: OutboundMessage) -> None:
        sent.set()

    async def go() -> None:
        worker = office.worker()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run)
            await anyio.sleep(0)
            await anyio.to_thread.run_sync(new_text, database, thread)
            worker.ask_for_a_round()
            with anyio.fail_after(30):
                await sent.wait()
            tasks.cancel_scope.cancel()

    thread = new_thread(database)
    office.provider.before_taking = tell
    anyio.run(go)


def test_what_is_slow_keeps_nobody_waiting_and_danger_needs_no_room(database: Database) -> None:
    """The provider does not answer for one number; then for as many as are sent to at once."""
    limits = texting_limits(
        attempts={"at_once": 2}, rests={"shortest_seconds": 0.01, "longest_seconds": 0.05}
    )
    office = Office(database, limits=limits)
    hanging, taken = anyio.Event(), {"slow 0": anyio.Event(), "quick": anyio.Event()}
    taken |= {"slow 1": anyio.Event(), "danger": anyio.Event()}

    async def answer(message: OutboundMessage) -> None:
        taken[message.text].set()
        if message.text.startswith("slow"):
            await hanging.wait()

    async def enqueue(text: str, number: str, kind: OutboundKind = OutboundKind.REPLY) -> None:
        thread = await anyio.to_thread.run_sync(new_thread, database, number)
        await anyio.to_thread.run_sync(
            partial(new_text, database, thread, text, kind=kind), abandon_on_cancel=False
        )
        worker.ask_for_a_round()
        await taken[text].wait()

    async def go() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(worker.run)
            with anyio.fail_after(30):
                await enqueue("slow 0", "+14155550100")
                await enqueue("quick", "+14155550101")
                await enqueue("slow 1", "+14155550102")
                await enqueue("danger", "+14155550103", OutboundKind.SAFETY)
            assert not hanging.is_set()
            tasks.cancel_scope.cancel()

    office.provider.before_taking = answer
    worker = office.worker()
    anyio.run(go)


def test_every_failure_has_its_own_end() -> None:
    assert {failure for failure in SendFailure if SendError(failure).permanent} == {
        SendFailure.OPTED_OUT,
        *FINAL,
    }
