"""The outbox, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import delete, select

from bot.database import audit_log
from bot.database.audit_log import AuditAction, AuditEntry
from bot.database.engine import Database, DatabaseUnavailableError
from bot.database.schema import intake_records, outbox
from bot.intake.actors import Actor
from bot.intake.delivery_failure import Failure, FailureReason
from bot.intake.outbox import (
    Notice,
    NoticeEvent,
    NoticeState,
    OutboxCounts,
    OutboxStore,
    SinkName,
    enqueue,
)
from bot.intake.records import Urgency
from tests.intake.notices import EMAIL, NOON, WEBHOOK, new_record, seconds

GONE = Failure(FailureReason.HTTP_STATUS, 410)
SLOW = Failure(FailureReason.TIME_OUT)
DANA = Actor("d" * 32, "user:dana")


@pytest.fixture
def store(database: Database) -> OutboxStore:
    return OutboxStore(database)


def claimed(store: OutboxStore, sink: SinkName = EMAIL, after: float = 0) -> Notice:
    """The one notice of this sink that is due."""
    (found,) = store.claim(NOON + seconds(after), 60, 10, sink=sink)
    return found


def audited(database: Database) -> list[AuditEntry]:
    with database.reading() as connection:
        return list(reversed(audit_log.entries(connection)))


def killed(store: OutboxStore) -> Notice:
    """A notice that was given up."""
    found = claimed(store)
    assert store.failed(found, GONE, None, now=NOON + seconds(1))
    return found


def test_an_event_makes_one_notice_for_each_sink(database: Database, store: OutboxStore) -> None:
    record_id = new_record(database, urgency=Urgency.URGENT, event=NoticeEvent.REQUEST_APPENDED)

    found = [claimed(store, sink) for sink in SinkName]

    assert [one.sink for one in found] == list(SinkName)
    assert len({one.id for one in found}) == len(SinkName)
    for one in found:
        assert (one.record_id, one.event) == (record_id, NoticeEvent.REQUEST_APPENDED)
        assert (one.urgency, one.state) == (Urgency.URGENT, NoticeState.WAITING)
        assert (one.created_at, one.next_attempt_at, one.attempts) == (NOON, NOON, 0)
        assert (one.leased_until, one.failure) == (NOON + seconds(60), None)
    with database.reading() as connection:
        reference = connection.execute(select(intake_records.c.reference)).scalar_one()
    assert {one.reference for one in found} == {reference}


def test_a_notice_is_stored_with_what_it_tells_of_or_not_at_all(
    database: Database, store: OutboxStore
) -> None:
    record_id = new_record(database)

    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        enqueue(
            connection,
            record_id=record_id,
            event=NoticeEvent.REQUEST_APPENDED,
            urgency=Urgency.SOON,
            now=NOON,
        )
        _ = 1 / 0

    assert store.counts().waiting == len(SinkName)


def test_nobody_else_gets_a_notice_until_the_lease_ends(
    database: Database, store: OutboxStore
) -> None:
    new_record(database)
    first = claimed(store)

    assert store.claim(NOON + seconds(59.9), 60, 10, sink=EMAIL) == ()
    again = claimed(store, after=60)

    assert (again.id, again.attempts) == (first.id, 0)
    assert again.leased_until == NOON + seconds(120)


def test_a_notice_is_not_due_before_its_time(database: Database, store: OutboxStore) -> None:
    new_record(database)

    assert store.claim(NOON - seconds(1), 60, 10, sink=EMAIL) == ()


def test_the_gravest_goes_first_then_the_longest_due(
    database: Database, store: OutboxStore
) -> None:
    for urgency in (Urgency.SOON, Urgency.CRISIS_SHOWN, Urgency.ROUTINE, Urgency.URGENT):
        new_record(database, urgency=urgency, now=NOON)
        new_record(database, urgency=urgency, now=NOON - seconds(1))

    order = []
    while found := store.claim(NOON, 60, 3, sink=WEBHOOK):
        order += [(one.urgency, one.next_attempt_at) for one in found]

    gravest_first = list(reversed(Urgency))
    assert order == [(one, NOON - seconds(age)) for one in gravest_first for age in (1, 0)]


def test_many_workers_never_get_the_same_notice(database: Database, store: OutboxStore) -> None:
    for _ in range(20):
        new_record(database)
    workers = 4
    together = Barrier(workers)

    def work(_: int) -> list[str]:
        together.wait(10)
        found: list[str] = []
        empty = 0
        while empty < 3:
            claims = store.claim(NOON, 60, 2, sink=EMAIL)
            # Others' rows are skipped while they hold them: once more, to be sure.
            empty = 0 if claims else empty + 1
            found += [one.id for one in claims]
        return found

    with ThreadPoolExecutor(workers) as pool:
        found = [id for ids in pool.map(work, range(workers)) for id in ids]

    assert len(found) == len(set(found)) == 20


def test_what_is_delivered_is_over_and_in_the_audit(database: Database, store: OutboxStore) -> None:
    new_record(database)
    one = claimed(store)

    assert store.delivered(one, now=NOON + seconds(1))
    assert not store.delivered(one, now=NOON + seconds(2))

    assert store.claim(NOON + seconds(9999), 60, 10, sink=EMAIL) == ()
    (entry,) = audited(database)
    assert (entry.actor, entry.action) == ("system", AuditAction.DELIVERED)
    assert entry.subject == one.reference
    assert entry.detail == {"sink": "email", "notice": "request_received"}
    with database.reading() as connection:
        row = connection.execute(select(outbox).where(outbox.c.id == one.id)).one()
    assert (row.delivered_at, row.attempts, row.failure) == (NOON + seconds(1), 1, None)


def test_what_failed_is_tried_again_with_the_same_key_when_it_is_due(
    database: Database, store: OutboxStore
) -> None:
    new_record(database)
    one = claimed(store)

    assert store.failed(one, SLOW, NOON + seconds(5), now=NOON + seconds(1))

    assert store.claim(NOON + seconds(4), 60, 10, sink=EMAIL) == ()
    again = claimed(store, after=5)
    assert (again.id, again.attempts, again.failure) == (one.id, 1, "time_out")
    assert audited(database) == []


def test_what_is_given_up_is_shown_and_in_the_audit(database: Database, store: OutboxStore) -> None:
    new_record(database)
    one = killed(store)

    (dead,) = store.dead(10)

    assert (dead.id, dead.state, dead.failure) == (one.id, NoticeState.DEAD, "http_status 410")
    assert (dead.attempts, dead.next_attempt_at) == (1, NOON + seconds(1))
    assert store.claim(NOON + seconds(9999), 60, 10, sink=EMAIL) == ()
    (entry,) = audited(database)
    assert (entry.actor, entry.action) == ("system", AuditAction.DELIVERY_DEAD)
    assert entry.detail["failure"] == "http_status 410"


def test_the_dead_are_shown_newest_first_and_no_more_than_asked(
    database: Database, store: OutboxStore
) -> None:
    for _ in range(3):
        new_record(database)
    for place, one in enumerate(store.claim(NOON, 60, 10, sink=EMAIL)):
        store.failed(one, GONE, None, now=NOON + seconds(place))

    assert [one.next_attempt_at for one in store.dead(2)] == [NOON + seconds(2), NOON + seconds(1)]


def test_a_person_can_have_a_dead_notice_tried_again(
    database: Database, store: OutboxStore
) -> None:
    new_record(database)
    one = killed(store)

    assert store.retry(one.id, actor=DANA, now=NOON + seconds(9))
    assert not store.retry(one.id, actor=DANA, now=NOON + seconds(9))

    again = claimed(store, after=9)
    assert (again.id, again.attempts) == (one.id, 0)
    assert store.dead(10) == ()
    _, entry = audited(database)
    assert (entry.actor, entry.action) == ("user:dana", AuditAction.DELIVERY_RETRIED)
    assert entry.subject == one.reference


def test_nothing_but_a_dead_notice_can_be_retried(database: Database, store: OutboxStore) -> None:
    new_record(database)
    waiting, over = claimed(store), claimed(store, WEBHOOK)
    store.delivered(over, now=NOON)

    assert not store.retry("0" * 32, actor=DANA, now=NOON)
    assert not store.retry(waiting.id, actor=DANA, now=NOON)
    assert not store.retry(over.id, actor=DANA, now=NOON)
    assert len(audited(database)) == 1


def test_a_worker_whose_lease_ended_cannot_say_that_it_failed(
    database: Database, store: OutboxStore
) -> None:
    new_record(database)
    slow = claimed(store)
    other = claimed(store, after=60)

    assert not store.failed(slow, GONE, None, now=NOON + seconds(61))

    assert store.delivered(other, now=NOON + seconds(62))
    assert not store.failed(slow, SLOW, NOON, now=NOON + seconds(63))
    assert store.counts().delivered == 1
    assert store.counts().dead == 0


def test_a_worker_whose_lease_ended_can_say_that_it_delivered(
    database: Database, store: OutboxStore
) -> None:
    new_record(database)
    slow = claimed(store)
    other = claimed(store, after=60)
    store.failed(other, GONE, None, now=NOON + seconds(61))

    assert store.delivered(slow, now=NOON + seconds(62))

    assert (store.counts().delivered, store.dead(10)) == (1, ())


def test_what_waits_for_a_sink_that_is_not_configured_is_skipped(
    database: Database, store: OutboxStore
) -> None:
    new_record(database)
    claimed(store)

    assert store.skip(EMAIL) == 1
    assert store.skip(EMAIL) == 0

    assert store.claim(NOON + seconds(9999), 60, 10, sink=EMAIL) == ()
    assert claimed(store, WEBHOOK)


def test_the_counts_tell_states_and_the_oldest(database: Database, store: OutboxStore) -> None:
    assert store.counts() == OutboxCounts(0, 0, 0, 0, None)
    for age in (0, 5, 9):
        new_record(database, now=NOON - seconds(age))
    oldest, next_oldest, _ = store.claim(NOON, 60, 10, sink=EMAIL)
    store.delivered(oldest, now=NOON)
    store.failed(next_oldest, GONE, None, now=NOON)

    assert store.counts() == OutboxCounts(
        waiting=4, delivered=1, dead=1, skipped=0, oldest_waiting_since=NOON - seconds(9)
    )
    store.skip(WEBHOOK)
    assert store.counts() == OutboxCounts(
        waiting=1, delivered=1, dead=1, skipped=3, oldest_waiting_since=NOON
    )


def test_when_the_next_one_is_due(database: Database, store: OutboxStore) -> None:
    assert store.next_due(EMAIL) is None
    new_record(database)
    assert store.next_due(EMAIL) == NOON
    one = claimed(store)
    # While it is leased nobody can have it.
    assert (store.next_due(EMAIL), store.next_due(WEBHOOK)) == (NOON + seconds(60), NOON)
    store.failed(one, SLOW, NOON + seconds(300), now=NOON)
    assert store.next_due(EMAIL) == NOON + seconds(300)
    again = claimed(store, after=300)
    store.delivered(again, now=NOON)
    assert store.next_due(EMAIL) is None


def test_a_notice_goes_with_its_record(database: Database, store: OutboxStore) -> None:
    record_id = new_record(database)
    one = claimed(store)
    with database.writing() as connection:
        connection.execute(delete(intake_records).where(intake_records.c.id == record_id))

    assert not store.delivered(one, now=NOON)
    assert not store.failed(one, GONE, None, now=NOON)
    assert store.counts() == OutboxCounts(0, 0, 0, 0, None)
    assert audited(database) == []


def test_a_database_that_cannot_be_used_says_so(database: Database, store: OutboxStore) -> None:
    new_record(database)
    one = claimed(store)
    with database.writing() as connection:
        connection.exec_driver_sql("alter table outbox rename to elsewhere")

    calls = (
        lambda: store.claim(NOON, 60, 1, sink=EMAIL),
        lambda: store.delivered(one, now=NOON),
        lambda: store.failed(one, GONE, None, now=NOON),
        lambda: store.skip(EMAIL),
        lambda: store.next_due(EMAIL),
        lambda: store.dead(1),
        lambda: store.retry(one.id, actor=DANA, now=NOON),
        store.counts,
    )
    for call in calls:
        with pytest.raises(DatabaseUnavailableError):
            call()
