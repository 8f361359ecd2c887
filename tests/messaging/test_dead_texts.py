"""Texts that did not get through, in front of staff."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import outbound_texts
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.intake.actors import Actor
from bot.replies.channel import Channel
from tests.messaging.outgoing import NOON, NUMBER, Office, change, new_text, new_thread, row

DANA = Actor("d", "user:dana")


def audited(database: Database) -> list[tuple[AuditAction, str, dict[str, str]]]:
    with database.reading() as connection:
        entries = audit_log.entries(connection, limit=100)
    return [(one.action, one.actor, dict(one.detail)) for one in entries]


def test_nothing_is_dead_at_first(database: Database) -> None:
    office = Office(database)
    new_text(database, new_thread(database))
    assert office.dead.newest(10) == ()
    counts = office.dead.counts()
    assert (counts.waiting, counts.dead, counts.oldest_waiting_since) == (1, 0, NOON)


def test_what_staff_are_told_of_a_dead_text(database: Database) -> None:
    office = Office(database)
    thread = new_thread(database, channel=Channel.WHATSAPP)
    new_text(database, thread, kind=OutboundKind.STAFF)
    change(database, state="dead", failure="refused 63016", attempts=1, settled_at=NOON)
    (dead,) = office.dead.newest(10)
    assert (dead.channel, dead.kind) == (Channel.WHATSAPP, OutboundKind.STAFF)
    assert (dead.ending, dead.failed_at, dead.reference) == (NUMBER[-4:], NOON, None)
    assert NUMBER not in repr(dead)


def test_the_newest_come_first_and_no_more_than_asked_for(database: Database) -> None:
    office, thread = Office(database), new_thread(database)
    moments = [NOON + timedelta(minutes=place) for place in range(3)]
    for moment in moments:
        new_text(database, thread, now=moment)
    with database.writing() as connection:
        dead = update(outbound_texts).values(state="dead", settled_at=outbound_texts.c.created_at)
        connection.execute(dead)
    assert [one.failed_at for one in office.dead.newest(2)] == [moments[2], moments[1]]
    assert office.dead.counts().dead == 3


def test_a_person_has_it_sent_again_once_and_the_audit_tells(database: Database) -> None:
    office = Office(database)
    new_text(database, new_thread(database))
    change(database, state="dead", failure="refused 30007", attempts=1, settled_at=NOON)
    text_id = row(database).id

    assert office.dead.retry(text_id, actor=DANA, now=NOON)
    assert not office.dead.retry(text_id, actor=DANA, now=NOON)
    assert not office.dead.retry("f" * 32, actor=DANA, now=NOON)

    detail = {"text": "reply", "channel": "sms"}
    assert audited(database) == [(AuditAction.DELIVERY_RETRIED, "user:dana", detail)]
    office.round()
    assert office.provider.texts == ["The answer."]
