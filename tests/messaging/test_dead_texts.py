"""Texts that did not get through, in front of staff."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, update

from bot.database import audit_log
from bot.database.audit_log import AuditAction
from bot.database.engine import Database
from bot.database.schema import conversations, outbound_texts, turns
from bot.gateway.messaging.dead_texts import UnsentText
from bot.gateway.messaging.outbound_texts import OutboundKind
from bot.gateway.records import digest
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


def test_what_of_a_conversation_did_not_reach_the_patient(database: Database) -> None:
    office = Office(database)
    with database.writing() as connection:
        connection.execute(insert(conversations).values(id="c", started_at=NOON))
    thread = new_thread(database, conversation_id="c")
    fates = {
        "answered": {"state": "sent"},
        "undelivered": {"state": "undelivered", "failure": "undelivered 30003"},
        "unwanted": {"state": "skipped", "failure": "opted_out"},
        "new": {"state": "waiting"},
        "held": {"state": "waiting", "failure": "quiet_hours"},
        "by staff": {"state": "dead", "failure": "refused"},
    }
    with database.writing() as connection:
        connection.execute(update(conversations).values(thread_id=thread))
        for place, cause in enumerate(fates):
            by_staff = cause == "by staff"
            connection.execute(
                insert(turns).values(
                    # What staff say is a turn of its own, known by its id.
                    id=cause if by_staff else f"turn {cause}",
                    conversation_id="c",
                    position=place,
                    key_digest=None if by_staff else digest(cause),
                    state="answered",
                    received_at=NOON,
                )
            )
    for cause, fate in fates.items():
        new_text(database, thread, cause_id=cause)
        with database.writing() as connection:
            of_cause = outbound_texts.c.cause_id == cause
            connection.execute(update(outbound_texts).where(of_cause).values(**fate))
    assert office.dead.unsent("c") == {
        "turn undelivered": UnsentText("undelivered 30003", waits=False),
        "turn unwanted": UnsentText("opted_out", waits=False),
        "turn held": UnsentText("quiet_hours", waits=True),
        "by staff": UnsentText("refused", waits=False),
    }
    assert office.dead.unsent("another") == {}
