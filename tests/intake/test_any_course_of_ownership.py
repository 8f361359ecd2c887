"""Whatever people do with conversations, in any order, each has one owner at most."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.database import audit_log
from bot.database.engine import Database
from bot.intake.ownership import OwnedError, OwnershipStore
from tests.databases import with_tables
from tests.intake.people import person
from tests.intake.records import conversation

_PEOPLE = st.integers(0, 2)
_CONVERSATIONS = st.integers(0, 1)


class AnyCourse(RuleBasedStateMachine):
    """Beside the store, a dictionary that does the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        url = with_tables(Path(self.folder.name) / "store.db")
        self.database = Database(url, busy_seconds=2, connections=2)
        self.owners = OwnershipStore(self.database)
        self.people = [person(self.database, f"person{number}") for number in range(3)]
        self.conversations = [conversation(self.database) for _ in range(2)]
        self.expected: dict[int, int] = {}
        self.changes = 0

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    @rule(one=_CONVERSATIONS, who=_PEOPLE)
    def take(self, one: int, who: int) -> None:
        self._do(one, who, taking=True)

    @rule(one=_CONVERSATIONS, who=_PEOPLE)
    def give_back(self, one: int, who: int) -> None:
        self._do(one, who, taking=False)

    def _do(self, one: int, who: int, *, taking: bool) -> None:
        call = self.owners.take if taking else self.owners.give_back
        owner = self.expected.get(one)
        try:
            new = call(self.conversations[one], self.people[who])
        except OwnedError as refused:
            assert owner is not None and owner != who
            assert refused.owner.user_id == self.people[owner].id
            return
        assert owner in (None, who)
        assert new == ((owner is None) == taking)
        self.changes += new
        if taking:
            self.expected[one] = who
        else:
            self.expected.pop(one, None)

    @invariant()
    def the_owners_are_as_expected(self) -> None:
        for number, one in enumerate(self.conversations):
            owner = self.owners.owner_of(one)
            expected = self.expected.get(number)
            assert (owner.user_id if owner else None) == (
                self.people[expected].id if expected is not None else None
            )

    @invariant()
    def every_change_was_told_once(self) -> None:
        with self.database.reading() as connection:
            report = audit_log.verify(connection)
        assert report.is_sound
        assert report.count == self.changes


TestAnyCourse = AnyCourse.TestCase
TestAnyCourse.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
