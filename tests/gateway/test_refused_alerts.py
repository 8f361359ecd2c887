"""Alerts of refused messages: the first is never lost, and no sender floods the desk."""

from __future__ import annotations

from datetime import timedelta

from bot.database.engine import Database
from bot.gateway.limits import RefusedAlertLimits, load_limits
from bot.gateway.refused_alerts import RefusedAlerts
from bot.intake.alert_store import AlertStore
from bot.intake.record_store import RecordStore
from bot.intake.records import EntryKind, Urgency
from bot.safety.danger import Danger, DangerTopic
from tests.databases import CLINIC, VAULT
from tests.gateway.alerts import NOBODY, counted, until_alerts
from tests.gateway.harness import CRISIS_TEXT, StartGateway
from tests.gateway.requests import entries, noticed, records
from tests.intake.alerts import alert
from tests.intake.records import NOW, audited, conversation
from tests.intake.records import noticed as noticed_in

LIMITS = RefusedAlertLimits(window_minutes=30, most=3, senders=2)
EMERGENCY = Danger(topic=DangerTopic.BODY)


def test_those_behind_the_first_join_it() -> None:
    kept = RefusedAlerts(LIMITS)
    first, second = (alert(number, occurred_at=NOW) for number in (1, 2))
    assert kept.placed(first, "a") == first
    assert kept.placed(first, "a") == first
    joined = kept.placed(second, "a")
    assert joined and joined.joins == first.id
    assert kept.placed(second, "b") == second


def test_too_many_are_only_counted_and_the_next_window_begins_anew() -> None:
    kept = RefusedAlerts(LIMITS)
    placed = [kept.placed(alert(number, occurred_at=NOW), "a") for number in range(5)]
    assert [one is None for one in placed] == [False, False, False, True, True]
    later = alert(9, occurred_at=NOW + timedelta(minutes=30))
    assert kept.placed(later, "a") == later


def test_so_many_senders_are_remembered() -> None:
    kept = RefusedAlerts(LIMITS)
    for number, sender in enumerate("abc"):
        kept.placed(alert(number, occurred_at=NOW), sender)
    again = alert(7, occurred_at=NOW)
    assert kept.placed(again, "a") == again


def test_joined_alerts_make_one_record_and_one_notice(database: Database) -> None:
    store, records_of = AlertStore(database, VAULT, CLINIC), RecordStore(database, VAULT, CLINIC)
    first = alert(1, danger=EMERGENCY, occurred_at=NOW)
    store.add([first])
    for number in range(2, 6):
        joined = alert(number, danger=EMERGENCY, occurred_at=NOW, joins=first.id)
        assert store.add([joined, joined]) == (joined,)
    (record,) = records_of.queue()
    (entry,) = records_of.entries(record.id)
    assert (entry.kind, entry.times, record.version) == (EntryKind.SAFETY_ALERT, 5, 1)
    assert len(noticed_in(database)) == len(audited(database)) == 1


def test_another_danger_is_told_and_a_graver_one_makes_a_notice(database: Database) -> None:
    store, records_of = AlertStore(database, VAULT, CLINIC), RecordStore(database, VAULT, CLINIC)
    first = alert(1, danger=EMERGENCY, occurred_at=NOW)
    other = Danger(topic=DangerTopic.POISONING)
    crisis = Danger(topic=DangerTopic.ABUSE)
    store.add([first])
    store.add([alert(2, danger=other, occurred_at=NOW, joins=first.id)])
    assert len(noticed_in(database)) == 1
    store.add([alert(3, danger=crisis, occurred_at=NOW, joins=first.id)])
    (record,) = records_of.queue()
    assert record.urgency is Urgency.CRISIS_SHOWN
    assert len(records_of.entries(record.id)) == 3
    assert len(noticed_in(database)) == 2


def test_what_joins_an_alert_that_is_not_there_makes_a_record(database: Database) -> None:
    AlertStore(database, VAULT, CLINIC).add([alert(2, occurred_at=NOW, joins="f" * 32)])
    assert len(RecordStore(database, VAULT, CLINIC).queue()) == 1


def test_one_with_a_conversation_joins_nothing(database: Database) -> None:
    store = AlertStore(database, VAULT, CLINIC)
    store.add([alert(1, occurred_at=NOW)])
    talk = conversation(database)
    store.add([alert(2, occurred_at=NOW, conversation_id=talk)])
    assert len(RecordStore(database, VAULT, CLINIC).queue()) == 2


def test_a_sender_without_a_session_makes_one_record(start: StartGateway) -> None:
    most = load_limits().alerts.refused.most
    own = start()
    for number in range(most + 2):
        key = {"Idempotency-Key": f"key-{number:08}", **NOBODY}
        answer = own.http.post("/api/message", json={"text": CRISIS_TEXT}, headers=key)
        assert answer.status_code == 200
    until_alerts(own, most)
    (record,) = records(own)
    (entry,) = entries(own, record)
    assert entry.times == most
    assert len(noticed(own)) == 2
    assert counted(own, "counted") == 2
