"""Whatever happens in whatever order, the spool holds what it must."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.intake.alert_spool import AlertSpool
from bot.intake.safety_alerts import SafetyAlert
from tests.intake.alerts import NOON, alert, no_space


class AnyCourseOfEvents(RuleBasedStateMachine):
    """Compared with two dictionaries: what memory holds, and what the disk holds."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.folder = Path(self.place.name) / "alerts"
        self.spool = AlertSpool(self.folder, 100)
        self.memory: dict[str, SafetyAlert] = {}
        self.disk: dict[str, SafetyAlert] = {}

    def teardown(self) -> None:
        self.place.cleanup()

    @rule(number=st.integers(0, 9), conversation=st.sampled_from([None, "c" * 32]))
    def hold(self, number: int, conversation: str | None) -> None:
        new = alert(number, occurred_at=NOON, conversation_id=conversation)
        assert self.spool.hold(new) == (new.id not in self.memory)
        if conversation or new.id not in self.memory:
            self.memory[new.id] = new

    @rule()
    def write(self) -> None:
        self.spool.write()
        self.disk = dict(self.memory)

    @precondition(lambda self: self.memory != self.disk)
    @rule()
    def fail_to_write(self) -> None:
        with pytest.MonkeyPatch.context() as full, pytest.raises(OSError, match="No space"):
            full.setattr(os, "fsync", no_space)
            self.spool.write()

    @rule()
    def crash(self) -> None:
        self.spool, self.memory = AlertSpool(self.folder, 100), dict(self.disk)
        assert self.spool.load() == 0

    @rule()
    def load(self) -> None:
        assert self.spool.load() == 0

    @rule(count=st.integers(1, 3))
    def store(self, count: int) -> None:
        stored = self.spool.waiting(count)
        self.spool.remove(stored)
        for each in stored:
            del self.memory[each.id]
            self.disk.pop(each.id, None)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        assert self.spool.waiting(100) == tuple(
            sorted(self.memory.values(), key=lambda one: one.id)
        )
        assert {file.stem for file in self.folder.glob("*.json")} == set(self.disk)


TestAnyCourseOfEvents = AnyCourseOfEvents.TestCase
TestAnyCourseOfEvents.settings = settings(max_examples=100, deadline=None)
