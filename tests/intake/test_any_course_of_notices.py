"""Whatever workers do, die of or say too late: no notice is lost or delivered twice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import delete, select

from bot.database.engine import Database
from bot.database.schema import outbox
from bot.intake.actors import COMMAND_LINE
from bot.intake.delivery_failure import Failure, FailureReason
from bot.intake.outbox import Notice, OutboxStore
from tests.databases import with_tables
from tests.intake.notices import EMAIL, NOON, new_record, seconds

LEASE = 60.0


class AnyCourseOfNotices(RuleBasedStateMachine):
    """Compared with sets of keys. A claim that is never heard of again is a worker that died."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        url = with_tables(Path(self.place.name) / "outbox.db")
        self.database = Database(url, busy_seconds=2, connections=1)
        self.store = OutboxStore(self.database)
        self.now: datetime = NOON
        self.keys: set[str] = set()
        self.delivered_keys: set[str] = set()
        self.dead_keys: set[str] = set()
        self.leases: dict[str, datetime] = {}

    def teardown(self) -> None:
        self.database.close()
        self.place.cleanup()

    @rule()
    def enqueue(self) -> None:
        if len(self.keys) < 3:
            record_id = new_record(self.database, now=self.now)
            ours = select(outbox.c.id).where(
                outbox.c.record_id == record_id, outbox.c.sink == EMAIL.value
            )
            with self.database.writing() as connection:
                connection.execute(delete(outbox).where(outbox.c.sink != EMAIL.value))
                self.keys.add(connection.execute(ours).scalar_one())

    @rule(passed=st.sampled_from([1.0, 30.0, LEASE]))
    def wait(self, passed: float) -> None:
        self.now += seconds(passed)

    @rule(target=claims, limit=st.integers(1, 2))
    def claim(self, limit: int) -> object:
        found = self.store.claim(self.now, LEASE, limit, sink=EMAIL)
        for one in found:
            assert one.id in self.keys - self.delivered_keys - self.dead_keys
            assert self.leases.get(one.id, self.now) <= self.now, "two have it at once"
            self.leases[one.id] = self.now + seconds(LEASE)
        return multiple(*found)

    @rule(notice=consumes(claims))
    def succeed(self, notice: Notice) -> None:
        news = self.store.delivered(notice, now=self.now)
        assert news == (notice.id not in self.delivered_keys)
        self.delivered_keys.add(notice.id)
        self.dead_keys.discard(notice.id)
        self.leases.pop(notice.id, None)

    @rule(notice=consumes(claims), again_after=st.sampled_from([None, 5.0, 300.0]))
    def fail(self, notice: Notice, again_after: float | None) -> None:
        again_at = None if again_after is None else self.now + seconds(again_after)
        held = self.leases.get(notice.id) == notice.leased_until
        failure = Failure(FailureReason.CONNECTION)
        assert self.store.failed(notice, failure, again_at, now=self.now) == held
        if held:
            self.leases.pop(notice.id)
            if again_at is None:
                self.dead_keys.add(notice.id)

    @rule()
    def retry_the_dead(self) -> None:
        for key in sorted(self.dead_keys):
            assert self.store.retry(key, actor=COMMAND_LINE, now=self.now)
        self.dead_keys.clear()

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        counts = self.store.counts()
        assert counts.delivered == len(self.delivered_keys)
        assert {one.id for one in self.store.dead(99)} == self.dead_keys
        assert counts.waiting == len(self.keys) - len(self.delivered_keys) - len(self.dead_keys)


TestAnyCourseOfNotices = AnyCourseOfNotices.TestCase
TestAnyCourseOfNotices.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
