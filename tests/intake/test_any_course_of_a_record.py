"""Whatever is done in whatever order: only legal moves are made, each once, and the audit tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from bot.database import audit_log
from bot.database.engine import Database
from bot.intake.actors import PATIENT, SYSTEM, Actor
from bot.intake.alert_store import AlertStore
from bot.intake.record_store import RecordChangedError
from bot.intake.records import CLOSED_STATES, IntakeRecord, RecordState, Urgency
from bot.intake.transitions import IllegalMoveError, Move
from bot.replies.intake_request import Contact, ContactKind
from tests.databases import CLINIC, VAULT, with_tables
from tests.intake.alerts import alert
from tests.intake.records import NOW, add, asked, conversation, records_of, staff
from tests.intake.test_transitions import EXPECTED

GRAVITY = tuple(Urgency)


class AnyCourseOfARecord(RuleBasedStateMachine):
    """Compared with a model: state, urgency, version and assignee of each record."""

    references = Bundle("references")

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        url = with_tables(Path(self.place.name) / "store.db")
        self.database = Database(url, busy_seconds=2, connections=2)
        self.records = records_of(self.database)
        self.people = (staff(self.database, "dana"), staff(self.database, "robin"))
        self.talks = [conversation(self.database) for _ in range(3)]
        self.dangers: list[list[datetime]] = [[], [], []]
        self.known: dict[str, dict[str, Any]] = {}
        self.audited = 0

    def teardown(self) -> None:
        self.database.close()
        self.place.cleanup()

    @rule(
        target=references,
        who=st.integers(0, 2),
        urgency=st.sampled_from(Urgency),
        hours=st.integers(0, 100),
    )
    def ask(self, who: int, urgency: Urgency, hours: int) -> str:
        now = NOW + timedelta(hours=hours)
        if any(told > now - timedelta(hours=24) for told in self.dangers[who]):
            urgency = Urgency.CRISIS_SHOWN
        contact = Contact(kind=ContactKind.PHONE, value=f"+1212555014{who}")
        was_open = self.open_of(who)
        receipt = add(
            self.database,
            asked(contact=contact),
            conversation_id=self.talks[who],
            urgency=urgency,
            now=now,
        )
        assert receipt.due_at >= now
        model = self.added(receipt.reference, was_open, who, urgency)
        assert receipt.appended == (model["requests"] > 0)
        model["requests"] += 1
        return receipt.reference

    @rule(target=references, who=st.integers(0, 2), hours=st.integers(0, 100))
    def tell_of_a_danger(self, who: int, hours: int) -> str:
        number = sum(map(len, self.dangers))
        told_at = NOW + timedelta(hours=hours)
        was_open = self.open_of(who)
        before = {reference: self.read(reference).version for reference in self.known}
        told = alert(number, conversation_id=self.talks[who], occurred_at=told_at)
        alerts = AlertStore(self.database, VAULT, CLINIC)
        assert alerts.add([told, told]) == (told,)
        assert alerts.add([told]) == ()
        self.dangers[who].append(told_at)
        (touched,) = [
            record.reference
            for record in self.records.queue()
            if before.get(record.reference) != record.version
        ]
        model = self.added(touched, was_open, who, Urgency.CRISIS_SHOWN)
        model["entries"] = max(model["entries"], 1)
        return touched

    def open_of(self, who: int) -> list[str]:
        return [
            reference
            for reference, model in self.known.items()
            if model["who"] == who and model["state"] not in CLOSED_STATES
        ]

    def added(
        self, reference: str, was_open: list[str], who: int, urgency: Urgency
    ) -> dict[str, Any]:
        """The model of a record that something was added to, or that was made for it."""
        self.audited += 1
        if not was_open:
            assert reference not in self.known
            self.known[reference] = {
                "who": who,
                "state": RecordState.NEW,
                "urgency": urgency,
                "version": 1,
                "assignee": None,
                "entries": 0,
                "requests": 0,
                "due": self.read(reference).due_at,
            }
            return self.known[reference]
        assert reference in was_open
        model = self.known[reference]
        # The gravest of those that are open, where there are several.
        assert all(
            GRAVITY.index(self.known[other]["urgency"]) <= GRAVITY.index(model["urgency"])
            for other in was_open
        )
        model["version"] += 1
        model["entries"] += 1
        model["urgency"] = max(model["urgency"], urgency, key=GRAVITY.index)
        return model

    @rule(
        reference=references,
        move=st.sampled_from(Move),
        person=st.sampled_from([0, 1, "system", "patient"]),
        age=st.sampled_from([0, 0, 0, 1, -1]),
        reason=st.sampled_from([None, " ", "because"]),
    )
    def move(
        self, reference: str, move: Move, person: int | str, age: int, reason: str | None
    ) -> None:
        before, model = self.read(reference), self.known[reference]
        actor = self.actor(person)
        target = EXPECTED.get((model["state"], move))
        by_hand = move not in (Move.NOTIFY, Move.EXPIRE)
        allowed = (by_hand or actor == SYSTEM) and (move is not Move.REOPEN or reason == "because")
        refusal = RecordChangedError if age else IllegalMoveError
        version = model["version"] - age
        if age or target is None or not allowed:
            with pytest.raises(refusal):
                self.records.move(reference, move, version=version, actor=actor, reason=reason)
            assert self.read(reference) == before
            return
        after = self.records.move(reference, move, version=version, actor=actor, reason=reason)
        self.audited += 1
        model["state"], model["version"] = target, model["version"] + (move is not Move.NOTIFY)
        model["entries"] += reason == "because"
        if move in (Move.CLAIM, Move.REOPEN):
            model["assignee"] = actor.user_id
        if move is Move.RELEASE:
            model["assignee"] = None
        if move is Move.REOPEN:
            model["due"] = after.due_at
        with pytest.raises(IllegalMoveError if move is Move.NOTIFY else RecordChangedError):
            # Somebody else who saw the same version.
            self.records.move(reference, move, version=version, actor=SYSTEM, reason=reason)
        assert self.read(reference) == after

    def actor(self, person: int | str) -> Actor:
        return (
            self.people[person]
            if isinstance(person, int)
            else {"system": SYSTEM}.get(person, PATIENT)
        )

    @rule(reference=references)
    def note(self, reference: str) -> None:
        before = self.read(reference)
        after = self.records.add_note(reference, "a note", actor=self.people[0])
        unchanged = {"version": after.version, "changed_at": after.changed_at}
        assert replace(before, **unchanged) == after
        self.known[reference]["version"] += 1
        self.known[reference]["entries"] += 1
        self.audited += 1

    @rule(reference=references)
    def deliver(self, reference: str) -> None:
        model = self.known[reference]
        was_new = model["state"] is RecordState.NEW
        assert self.records.notified(self.read(reference).id) == was_new
        if was_new:
            model["state"] = RecordState.NOTIFIED
            self.audited += 1

    @rule()
    def expire(self) -> None:
        expiring = [
            model
            for model in self.known.values()
            if model["state"] in (RecordState.NEW, RecordState.NOTIFIED)
            and model["urgency"] in (Urgency.ROUTINE, Urgency.SOON)
        ]
        assert self.records.expire_due(NOW + timedelta(days=9000)) == len(expiring)
        for model in expiring:
            model["state"], model["version"] = RecordState.EXPIRED, model["version"] + 1
        self.audited += len(expiring)

    def read(self, reference: str) -> IntakeRecord:
        found = self.records.get(reference)
        assert found
        return found

    @invariant()
    def records_are_as_the_model_says(self) -> None:
        queue = self.records.queue(), self.records.queue(closed=True)
        assert {record.reference for part in queue for record in part} == set(self.known)
        for is_open, part in zip((True, False), queue, strict=True):
            for record in part:
                model = self.known[record.reference]
                assert (record.state, record.urgency) == (model["state"], model["urgency"])
                assert (record.version, record.assignee_id) == (model["version"], model["assignee"])
                assert record.is_open is is_open is (record.closed_at is None)
                assert record.due_at <= model["due"]
                assert len(self.records.entries(record.id)) == model["entries"]
        assert sum(self.records.counts().open.values()) == len(queue[0])

    @invariant()
    def the_audit_grew_by_exactly_what_was_done(self) -> None:
        with self.database.reading() as connection:
            report = audit_log.verify(connection)
        assert (report.is_sound, report.count) == (True, self.audited)


TestAnyCourseOfARecord = AnyCourseOfARecord.TestCase
TestAnyCourseOfARecord.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
