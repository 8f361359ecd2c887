"""Whatever is there: a purge never deletes what is younger or open, and leaves nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.database import audit_log
from bot.database.engine import Database
from bot.database.migrate import migrate
from bot.database.schema import (
    audit,
    conversations,
    feedback,
    forgettings,
    intake_records,
    outbox,
    safety_alerts,
)
from bot.intake.purge import Purge, SessionLife
from bot.intake.records import CLOSED_STATES, RecordState
from bot.intake.retention import Retention
from tests.intake.held_rows import (
    NOW,
    ago,
    conversation,
    ids,
    notice,
    opinion,
    record,
    safety_alert,
)

#: Days, small enough that ages fall on both sides of every limit.
RETENTION = Retention.parse_obj(
    {
        "days": {
            "conversations": 2,
            "closed_records": 6,
            "records_without_contact": 4,
            "delivered_notices": 1,
            "dead_notices": 3,
            "safety_alerts": 5,
            "feedback": 3,
        },
        "purge": {"every_minutes": 1, "retry_minutes": 1, "batch": 2},
    }
)
DESK = SessionLife(idle=timedelta(minutes=15), absolute=timedelta(hours=8))

# In half days, so that many are exactly as old as a limit.
ages = st.integers(min_value=-2, max_value=16).map(lambda half_days: half_days / 2)


@dataclass(frozen=True)
class HeldNotice:
    state: str
    age: float


@dataclass(frozen=True)
class HeldRecord:
    state: RecordState
    has_contact: bool
    age: float
    #: The place of a conversation among all, counted round and round.
    conversation: int | None
    notices: tuple[HeldNotice, ...]

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED_STATES

    @property
    def stays(self) -> bool:
        if not self.is_open:
            return self.age <= RETENTION.days.closed_records
        return self.has_contact or self.age <= RETENTION.days.records_without_contact


@dataclass(frozen=True)
class HeldConversation:
    started: float
    said: tuple[float, ...]

    @property
    def is_young(self) -> bool:
        return min([self.started, *self.said]) <= RETENTION.days.conversations


notices = st.builds(
    HeldNotice, state=st.sampled_from(["waiting", "delivered", "skipped", "dead"]), age=ages
)
records = st.builds(
    HeldRecord,
    state=st.sampled_from(RecordState),
    has_contact=st.booleans(),
    age=ages,
    conversation=st.none() | st.integers(min_value=0, max_value=5),
    notices=st.lists(notices, max_size=3).map(tuple),
)
talks = st.builds(HeldConversation, started=ages, said=st.lists(ages, max_size=3).map(tuple))


def notice_stays(held: HeldNotice) -> bool:
    if held.state == "waiting":
        return True
    days = RETENTION.days
    return held.age <= (days.dead_notices if held.state == "dead" else days.delivered_notices)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    file = tmp_path_factory.mktemp("purge") / "store.db"
    opened = Database(f"sqlite:///{file}", busy_seconds=2, connections=2)
    migrate(opened)
    yield opened
    opened.close()


def emptied(database: Database) -> None:
    with database.writing() as connection:
        for table in (
            *(intake_records, conversations, safety_alerts, feedback, forgettings, audit),
        ):
            connection.execute(delete(table))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    talks=st.lists(talks, max_size=5),
    held=st.lists(records, max_size=5),
    alerts=st.lists(ages, max_size=5),
    opinions=st.lists(ages, max_size=5),
)
def test_what_is_younger_or_open_stays_and_nothing_else(
    store: Database,
    talks: list[HeldConversation],
    held: list[HeldRecord],
    alerts: list[float],
    opinions: list[float],
) -> None:
    emptied(store)
    talk_ids = [
        conversation(store, ago(days=talk.started), *[ago(days=age) for age in talk.said])
        for talk in talks
    ]
    in_use, record_ids, notice_ids = set(), set(), set()
    for each in held:
        linked = None
        if each.conversation is not None and talk_ids:
            linked = talk_ids[each.conversation % len(talk_ids)]
        record_id = record(
            store,
            each.state,
            ago(days=each.age),
            contact_index="a" * 64 if each.has_contact else None,
            conversation_id=linked,
        )
        if each.is_open:
            in_use.add(linked)
        if each.stays:
            record_ids.add(record_id)
        for one in each.notices:
            notice_id = notice(store, record_id, one.state, ago(days=one.age))
            if each.stays and notice_stays(one):
                notice_ids.add(notice_id)
    alert_ids = {
        safety_alert(store, ago(days=age)): age <= RETENTION.days.safety_alerts for age in alerts
    }
    opinion_ids = {
        opinion(store, ago(days=age)): age <= RETENTION.days.feedback for age in opinions
    }

    counts = Purge(store, RETENTION, desk=DESK).run(NOW)

    kept = {
        talk_id
        for talk_id, talk in zip(talk_ids, talks, strict=True)
        if talk.is_young or talk_id in in_use
    }
    assert ids(store, conversations) == kept
    assert ids(store, intake_records) == record_ids
    assert ids(store, outbox) == notice_ids
    assert ids(store, safety_alerts) == {each for each, stays in alert_ids.items() if stays}
    assert ids(store, feedback) == {each for each, stays in opinion_ids.items() if stays}
    with store.reading() as connection:
        to_forget = {row.conversation_id for row in connection.execute(forgettings.select())}
        assert to_forget == set(talk_ids) - kept
        told = audit_log.entries(connection)
        assert audit_log.verify(connection).is_sound
    assert sum(int(entry.detail["count"]) for entry in told) == counts.total
